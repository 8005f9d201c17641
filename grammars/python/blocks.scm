(function_definition name: (identifier) @name body: (_) @body) @function
(lambda body: (_) @body) @function
(class_definition name: (identifier) @name body: (_) @body) @class

(block) @block
(function_definition ":" @opener)
(class_definition ":" @opener)
(if_statement ":" @opener)
(elif_clause ":" @opener)
(else_clause ":" @opener)
(for_statement ":" @opener)
(while_statement ":" @opener)
(with_statement ":" @opener)
(try_statement ":" @opener)
(except_clause ":" @opener)
(finally_clause ":" @opener)
(match_statement ":" @opener)
(case_clause ":" @opener)
(ERROR ":" @opener.line)
(argument_list) @arguments

(string) @string
(interpolation) @interpolation
(comment) @comment
