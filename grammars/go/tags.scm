(function_declaration name: (identifier) @name body: (_)? @body) @definition.function
(method_declaration name: (_) @name body: (_)? @body) @definition.method
(type_spec name: (_) @name type: (interface_type)) @definition.interface
(type_spec name: (_) @name type: (struct_type)) @definition.class
(type_spec name: (_) @name) @definition.type
(type_alias name: (_) @name) @definition.type
(method_elem name: (_) @name) @definition.method
(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @definition.variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @definition.variable)))
(field_declaration name: (_) @name) @definition.field

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (selector_expression field: (_) @name)) @reference.call
(type_identifier) @name @reference.type
