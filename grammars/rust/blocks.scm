(function_item name: (_) @name body: (block) @body) @function
(function_signature_item name: (_) @name) @function
(closure_expression body: (_) @body) @function
(struct_item name: (_) @name body: (_)? @body) @class
(enum_item name: (_) @name body: (_) @body) @class
(union_item name: (_) @name body: (_) @body) @class
(trait_item name: (_) @name body: (_) @body) @class
(impl_item type: (_) @name body: (_) @body) @class

[(block) (declaration_list) (field_declaration_list) (enum_variant_list) (match_block)] @block
[
  (block "{" @opener)
  (declaration_list "{" @opener)
  (field_declaration_list "{" @opener)
  (enum_variant_list "{" @opener)
  (match_block "{" @opener)
]
(ERROR "{" @opener)
(arguments) @arguments
(macro_invocation (token_tree) @arguments)

[(string_literal) (raw_string_literal) (char_literal)] @string
[(line_comment) (block_comment)] @comment
