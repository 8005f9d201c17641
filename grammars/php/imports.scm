(namespace_use_declaration) @import
(namespace_use_declaration (namespace_name) @import.source)
(namespace_use_clause (qualified_name prefix: (_) @import.source (name) @import.name))
(namespace_use_clause . (name) @import.name)
(namespace_use_clause alias: (name) @import.alias)
(require_expression (string (string_content) @import.source)) @import
(require_once_expression (string (string_content) @import.source)) @import
(include_expression (string (string_content) @import.source)) @import
(include_once_expression (string (string_content) @import.source)) @import
