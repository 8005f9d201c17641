; inherits: c

(using_declaration (qualified_identifier) @import.source) @import
(using_declaration (identifier) @import.source) @import
