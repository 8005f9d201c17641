(method name: (_) @name body: (_)? @body) @function
(singleton_method name: (_) @name body: (_)? @body) @function
(lambda body: (_) @body) @function
(class name: (_) @name body: (_)? @body) @class
(module name: (_) @name body: (_)? @body) @class
(singleton_class body: (_)? @body) @class

[
  (method)
  (singleton_method)
  (class)
  (module)
  (singleton_class)
  (do_block)
  (block)
  (if)
  (unless)
  (case)
  (while)
  (until)
  (for)
  (begin)
] @block
(method name: (_) @opener.line)
(method parameters: (_) @opener.line)
(singleton_method name: (_) @opener.line)
(singleton_method parameters: (_) @opener.line)
(class name: (_) @opener.line)
(class superclass: (_) @opener.line)
(module name: (_) @opener.line)
(do_block "do" @opener)
(do_block parameters: (_) @opener)
(block "{" @opener)
(block parameters: (_) @opener)
(do "do" @opener)
(if condition: (_) @opener.line)
(unless condition: (_) @opener.line)
(elsif condition: (_) @opener.line)
(while condition: (_) @opener.line)
(until condition: (_) @opener.line)
(for value: (_) @opener.line)
(when pattern: (_) @opener.line)
(then "then" @opener)
(else "else" @opener)
(begin "begin" @opener)
(ensure "ensure" @opener)
(argument_list) @arguments

[(string) (heredoc_body) (regex) (subshell) (delimited_symbol)] @string
(interpolation) @interpolation
(comment) @comment
