; inherits: c

(function_definition declarator: (operator_cast) @name body: (_) @body) @function
(class_specifier name: (_)? @name body: (_) @body) @class
(lambda_expression body: (_) @body) @function
(declaration_list) @block
(declaration_list "{" @opener)
(access_specifier) @opener.line
(raw_string_literal) @string
