[
  (method)
  (singleton_method)
  (class)
  (module)
  (do_block)
  (block)
  (lambda)
] @local.scope

(method name: (identifier) @local.definition.function)
(singleton_method name: (identifier) @local.definition.function)
(class name: (constant) @local.definition.class)
(module name: (constant) @local.definition.module)
(method_parameters (identifier) @local.definition.parameter)
(block_parameters (identifier) @local.definition.parameter)
(lambda_parameters (identifier) @local.definition.parameter)
(optional_parameter name: (identifier) @local.definition.parameter)
(keyword_parameter name: (identifier) @local.definition.parameter)
(splat_parameter name: (identifier) @local.definition.parameter)
(hash_splat_parameter name: (identifier) @local.definition.parameter)
(block_parameter name: (identifier) @local.definition.parameter)
(assignment left: (identifier) @local.definition.variable)
(assignment left: (instance_variable) @local.definition.field)
(assignment left: (constant) @local.definition.constant)
(left_assignment_list (identifier) @local.definition.variable)
(for pattern: (identifier) @local.definition.variable)
(exception_variable (identifier) @local.definition.variable)

[(identifier) (instance_variable) (class_variable) (global_variable)] @local.reference
(constant) @local.reference.type
(call receiver: (_) method: (identifier) @local.reference.property)
