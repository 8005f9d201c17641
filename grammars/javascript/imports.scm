(import_statement) @import
(import_statement source: (string) @import.source)
(import_clause (identifier) @import.default)
(import_specifier name: (_) @import.name)
(import_specifier alias: (_) @import.alias)
(namespace_import (identifier) @import.alias)
(export_statement source: (string) @import.source) @import
(lexical_declaration (variable_declarator value: (call_expression
  function: (identifier) @_require arguments: (arguments . (string) @import.source)))
  (#eq? @_require "require")) @import
