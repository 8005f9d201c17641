(use_declaration) @import
(use_declaration argument: (identifier) @import.source)
(use_declaration argument: (scoped_identifier path: (_) @import.source name: (_) @import.name))
(use_declaration argument: (scoped_use_list path: (_) @import.source))
(use_declaration argument: (use_wildcard (_) @import.source))
(use_declaration argument: (use_as_clause path: (scoped_identifier path: (_) @import.source name: (_) @import.name)))
(use_as_clause alias: (_) @import.alias)
(use_list (identifier) @import.name)
(use_list (scoped_identifier) @import.name)
(use_list (use_as_clause path: (_) @import.name))
(extern_crate_declaration name: (_) @import.source) @import
