(method_declaration name: (_) @name body: (block)? @body) @function
(constructor_declaration name: (_) @name body: (constructor_body) @body) @function
(compact_constructor_declaration name: (_) @name body: (block) @body) @function
(lambda_expression body: (_) @body) @function
(class_declaration name: (_) @name body: (_) @body) @class
(interface_declaration name: (_) @name body: (_) @body) @class
(enum_declaration name: (_) @name body: (_) @body) @class
(record_declaration name: (_) @name body: (_) @body) @class
(annotation_type_declaration name: (_) @name body: (_) @body) @class

[
  (block)
  (constructor_body)
  (class_body)
  (interface_body)
  (enum_body)
  (annotation_type_body)
  (switch_block)
] @block
[
  (block "{" @opener)
  (constructor_body "{" @opener)
  (class_body "{" @opener)
  (interface_body "{" @opener)
  (enum_body "{" @opener)
  (annotation_type_body "{" @opener)
  (switch_block "{" @opener)
]
(switch_block_statement_group ":" @opener.line)
(ERROR "{" @opener)
(argument_list) @arguments

[(string_literal) (character_literal)] @string
(string_interpolation) @interpolation
[(line_comment) (block_comment)] @comment
