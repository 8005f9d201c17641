[
  (function_declaration)
  (method_declaration)
  (func_literal)
  (block)
  (for_statement)
  (if_statement)
  (expression_switch_statement)
  (type_switch_statement)
  (expression_case)
  (default_case)
  (communication_case)
] @local.scope

(function_declaration name: (identifier) @local.definition.function)
(type_spec name: (_) @local.definition.type)
(parameter_declaration name: (identifier) @local.definition.parameter)
(variadic_parameter_declaration name: (identifier) @local.definition.parameter)
(short_var_declaration left: (expression_list (identifier) @local.definition.variable))
(range_clause left: (expression_list (identifier) @local.definition.variable))
(var_spec name: (identifier) @local.definition.variable)
(const_spec name: (identifier) @local.definition.constant)
(import_spec name: (package_identifier) @local.definition.import)

[(identifier) (package_identifier)] @local.reference
(field_identifier) @local.reference.property
(type_identifier) @local.reference.type
