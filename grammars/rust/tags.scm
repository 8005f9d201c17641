(impl_item body: (declaration_list (function_item name: (_) @name body: (_) @body) @definition.method))
(trait_item body: (declaration_list (function_item name: (_) @name body: (_) @body) @definition.method))
(trait_item body: (declaration_list (function_signature_item name: (_) @name) @definition.method))
(function_item name: (_) @name body: (_) @body) @definition.function
(struct_item name: (_) @name) @definition.class
(enum_item name: (_) @name) @definition.enum
(union_item name: (_) @name) @definition.class
(type_item name: (_) @name) @definition.type
(trait_item name: (_) @name body: (_) @body) @definition.interface
(mod_item name: (_) @name body: (_)? @body) @definition.module
(macro_definition name: (_) @name) @definition.macro
(const_item name: (_) @name) @definition.constant
(static_item name: (_) @name) @definition.constant
(field_declaration name: (_) @name) @definition.field
(enum_variant name: (_) @name) @definition.constant

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (field_expression field: (field_identifier) @name)) @reference.call
(call_expression function: (scoped_identifier name: (identifier) @name)) @reference.call
(macro_invocation macro: (identifier) @name) @reference.call
(impl_item trait: (type_identifier) @name) @reference.type
(type_identifier) @name @reference.type
