(function_definition declarator: (function_declarator declarator: (_) @name) body: (_) @body) @function
(function_definition declarator: (_ (function_declarator declarator: (_) @name)) body: (_) @body) @function
(struct_specifier name: (_)? @name body: (_) @body) @class
(union_specifier name: (_)? @name body: (_) @body) @class
(enum_specifier name: (_)? @name body: (_) @body) @class

[(compound_statement) (field_declaration_list) (enumerator_list)] @block
[
  (compound_statement "{" @opener)
  (field_declaration_list "{" @opener)
  (enumerator_list "{" @opener)
]
(case_statement ":" @opener.line)
(ERROR "{" @opener)
(argument_list) @arguments

[(string_literal) (char_literal) (system_lib_string)] @string
(comment) @comment
