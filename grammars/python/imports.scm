[(import_statement) (import_from_statement) (future_import_statement)] @import
(import_statement name: (dotted_name) @import.source)
(import_statement name: (aliased_import name: (dotted_name) @import.source))
(import_from_statement module_name: (_) @import.source)
(import_from_statement name: (dotted_name) @import.name)
(import_from_statement name: (aliased_import name: (dotted_name) @import.name))
(aliased_import alias: (identifier) @import.alias)
(future_import_statement name: (dotted_name) @import.name)
