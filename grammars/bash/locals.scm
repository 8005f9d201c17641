(function_definition) @local.scope

(function_definition name: (word) @local.definition.function)
(variable_assignment name: (variable_name) @local.definition.variable)
(for_statement variable: (variable_name) @local.definition.variable)
(declaration_command (variable_name) @local.definition.variable)

(variable_name) @local.reference
(command_name (word) @local.reference)
