(function_declaration name: (identifier) @name body: (block)? @body) @function
(method_declaration name: (_) @name body: (block)? @body) @function
(func_literal body: (block) @body) @function
(type_spec name: (_) @name type: [(struct_type (field_declaration_list) @body) (interface_type)]) @class

[(block) (field_declaration_list) (literal_value)] @block
[(block "{" @opener) (field_declaration_list "{" @opener) (interface_type "{" @opener)]
(expression_switch_statement "{" @opener)
(type_switch_statement "{" @opener)
(select_statement "{" @opener)
(expression_case ":" @opener.line)
(default_case ":" @opener.line)
(ERROR "{" @opener)
(argument_list) @arguments

[(interpreted_string_literal) (raw_string_literal) (rune_literal)] @string
(comment) @comment
