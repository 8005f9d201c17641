(function_declaration name: (identifier) @name body: (statement_block) @body) @function
(generator_function_declaration name: (identifier) @name body: (statement_block) @body) @function
(function_signature name: (identifier) @name) @function
(function_expression name: (identifier)? @name body: (statement_block) @body) @function
(generator_function name: (identifier)? @name body: (statement_block) @body) @function
(arrow_function body: (_) @body) @function
(method_definition name: (_) @name body: (statement_block) @body) @function
(method_signature name: (_) @name) @function

(class_declaration name: (_) @name body: (class_body) @body) @class
(abstract_class_declaration name: (_) @name body: (class_body) @body) @class
(class name: (_)? @name body: (class_body) @body) @class
(interface_declaration name: (_) @name body: (interface_body) @body) @class
(enum_declaration name: (_) @name body: (enum_body) @body) @class

[(statement_block) (class_body) (switch_body) (interface_body) (enum_body)] @block
[
  (statement_block "{" @opener)
  (class_body "{" @opener)
  (switch_body "{" @opener)
  (interface_body "{" @opener)
  (enum_body "{" @opener)
]
(ERROR "{" @opener)
(switch_case ":" @opener.line)
(switch_default ":" @opener.line)
(arguments) @arguments

[(string) (template_string) (regex)] @string
(template_substitution) @interpolation
(comment) @comment
