[
  (statement_block)
  (function_declaration)
  (generator_function_declaration)
  (function_expression)
  (generator_function)
  (arrow_function)
  (method_definition)
  (class_declaration)
  (class)
  (for_statement)
  (for_in_statement)
  (catch_clause)
  (switch_body)
] @local.scope

(function_declaration name: (identifier) @local.definition.function)
(generator_function_declaration name: (identifier) @local.definition.function)
(class_declaration name: (_) @local.definition.class)
(variable_declarator name: (identifier) @local.definition.variable)
(variable_declarator name: (object_pattern (shorthand_property_identifier_pattern) @local.definition.variable))
(variable_declarator name: (object_pattern (pair_pattern value: (identifier) @local.definition.variable)))
(variable_declarator name: (array_pattern (identifier) @local.definition.variable))
(for_in_statement left: (identifier) @local.definition.variable)
(catch_clause parameter: (identifier) @local.definition.parameter)
(arrow_function parameter: (identifier) @local.definition.parameter)
(import_specifier !alias name: (identifier) @local.definition.import)
(import_specifier alias: (identifier) @local.definition.import)
(import_clause (identifier) @local.definition.import)
(namespace_import (identifier) @local.definition.import)

(identifier) @local.reference
(shorthand_property_identifier) @local.reference
(property_identifier) @local.reference.property
(type_identifier) @local.reference.type

(abstract_class_declaration) @local.scope
(abstract_class_declaration name: (_) @local.definition.class)
(interface_declaration name: (_) @local.definition.type)
(type_alias_declaration name: (_) @local.definition.type)
(enum_declaration name: (_) @local.definition.type)
(type_parameter name: (_) @local.definition.parameter)
(required_parameter pattern: (identifier) @local.definition.parameter)
(optional_parameter pattern: (identifier) @local.definition.parameter)
(required_parameter pattern: (rest_pattern (identifier) @local.definition.parameter))
(required_parameter pattern: (object_pattern (shorthand_property_identifier_pattern) @local.definition.parameter))
(required_parameter pattern: (array_pattern (identifier) @local.definition.parameter))
