(using_directive) @import
(using_directive name: (identifier) @import.alias)
(using_directive !name [(qualified_name) (identifier)] @import.source)
(using_directive name: (identifier) [(qualified_name) (identifier)] @import.source .)
