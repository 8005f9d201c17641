(method_declaration name: (_) @name body: (_)? @body) @function
(constructor_declaration name: (_) @name body: (_) @body) @function
(local_function_statement name: (_) @name body: (_) @body) @function
(operator_declaration body: (_) @body) @function
(lambda_expression body: (_) @body) @function
(anonymous_method_expression (block) @body) @function
(class_declaration name: (_) @name body: (_) @body) @class
(struct_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @class
(record_declaration name: (_) @name body: (_)? @body) @class
(enum_declaration name: (_) @name body: (_) @body) @class

[(block) (declaration_list) (enum_member_declaration_list) (switch_body) (accessor_list)] @block
[
  (block "{" @opener)
  (declaration_list "{" @opener)
  (enum_member_declaration_list "{" @opener)
  (switch_body "{" @opener)
  (accessor_list "{" @opener)
]
(switch_section ":" @opener.line)
(ERROR "{" @opener)
(argument_list) @arguments

[
  (string_literal)
  (verbatim_string_literal)
  (raw_string_literal)
  (interpolated_string_expression)
  (character_literal)
] @string
(interpolation) @interpolation
(comment) @comment
