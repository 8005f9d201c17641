(function_definition name: (_) @name body: (_) @body) @function
(method_declaration name: (_) @name body: (_)? @body) @function
(anonymous_function body: (_) @body) @function
(arrow_function body: (_) @body) @function
(class_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @class
(trait_declaration name: (_) @name body: (_) @body) @class
(enum_declaration name: (_) @name body: (_) @body) @class

[
  (compound_statement)
  (declaration_list)
  (enum_declaration_list)
  (switch_block)
  (match_block)
  (colon_block)
] @block
[
  (compound_statement "{" @opener)
  (declaration_list "{" @opener)
  (enum_declaration_list "{" @opener)
  (switch_block "{" @opener)
  (match_block "{" @opener)
  (colon_block ":" @opener)
]
(case_statement ":" @opener.line)
(default_statement ":" @opener.line)
(ERROR "{" @opener)
(arguments) @arguments

[(string) (encapsed_string) (heredoc) (nowdoc) (shell_command_expression)] @string
(comment) @comment
