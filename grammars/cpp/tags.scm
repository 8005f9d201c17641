; inherits: c

(function_definition declarator: (function_declarator declarator: (field_identifier) @name) body: (_) @body) @definition.method
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name)) body: (_) @body) @definition.function
(function_definition declarator: (function_declarator declarator: (qualified_identifier name: (_) @name)) body: (_) @body) @definition.method
(function_definition declarator: (function_declarator declarator: (destructor_name) @name) body: (_) @body) @definition.method
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name)) @definition.method
(class_specifier name: (type_identifier) @name body: (_) @body) @definition.class
(namespace_definition name: (_) @name body: (_) @body) @definition.module
(alias_declaration name: (type_identifier) @name) @definition.type
(concept_definition name: (identifier) @name) @definition.type

(call_expression function: (qualified_identifier name: (identifier) @name)) @reference.call
(template_function name: (identifier) @name) @reference.call
