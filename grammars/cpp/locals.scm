; inherits: c

[
  (lambda_expression)
  (for_range_loop)
  (catch_clause)
  (class_specifier)
  (struct_specifier)
  (namespace_definition)
  (template_declaration)
] @local.scope

(class_specifier name: (_) @local.definition.class body: (_))
(alias_declaration name: (_) @local.definition.type)
(parameter_declaration declarator: (reference_declarator (identifier) @local.definition.parameter))
(optional_parameter_declaration declarator: (identifier) @local.definition.parameter)
(type_parameter_declaration (type_identifier) @local.definition.parameter)
(init_declarator declarator: (reference_declarator (identifier) @local.definition.variable))
(structured_binding_declarator (identifier) @local.definition.variable)
(for_range_loop declarator: (identifier) @local.definition.variable)
(for_range_loop declarator: (reference_declarator (identifier) @local.definition.variable))
(namespace_identifier) @local.reference
