[
  (function_definition)
  (compound_statement)
  (for_statement)
  (if_statement)
  (while_statement)
  (switch_statement)
] @local.scope

(function_declarator declarator: (identifier) @local.definition.function)
(parameter_declaration declarator: (identifier) @local.definition.parameter)
(parameter_declaration declarator: (pointer_declarator declarator: (identifier) @local.definition.parameter))
(parameter_declaration declarator: (array_declarator declarator: (identifier) @local.definition.parameter))
(declaration declarator: (identifier) @local.definition.variable)
(declaration declarator: (pointer_declarator declarator: (identifier) @local.definition.variable))
(declaration declarator: (array_declarator declarator: (identifier) @local.definition.variable))
(init_declarator declarator: (identifier) @local.definition.variable)
(init_declarator declarator: (pointer_declarator declarator: (identifier) @local.definition.variable))
(init_declarator declarator: (array_declarator declarator: (identifier) @local.definition.variable))
(struct_specifier name: (_) @local.definition.type body: (_))
(union_specifier name: (_) @local.definition.type body: (_))
(enum_specifier name: (_) @local.definition.type body: (_))
(type_definition declarator: (type_identifier) @local.definition.type)
(enumerator name: (identifier) @local.definition.constant)
(preproc_def name: (identifier) @local.definition.constant)
(preproc_function_def name: (identifier) @local.definition.constant)

(identifier) @local.reference
(field_identifier) @local.reference.property
(type_identifier) @local.reference.type
