(import_spec) @import
(import_spec path: (_) @import.source)
(import_spec name: (_) @import.alias)
