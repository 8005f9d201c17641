(function_definition name: (_) @name body: (_) @body) @function

[
  (compound_statement)
  (do_group)
  (if_statement)
  (case_statement)
  (subshell)
] @block
(compound_statement "{" @opener)
(do_group "do" @opener)
(if_statement "then" @opener)
(elif_clause "then" @opener)
(else_clause "else" @opener)
(case_statement "in" @opener)
(case_item ")" @opener)
(ERROR "{" @opener)
(ERROR "then" @opener)
(ERROR "do" @opener)

[(string) (raw_string) (ansi_c_string) (heredoc_body)] @string
[(command_substitution) (expansion)] @interpolation
(comment) @comment
