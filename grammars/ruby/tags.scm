(method name: (_) @name parameters: (_)? . body: (_)? @body) @definition.method
(singleton_method name: (_) @name parameters: (_)? . body: (_)? @body) @definition.method
(class name: (constant) @name body: (_)? @body) @definition.class
(class name: (scope_resolution name: (_) @name) body: (_)? @body) @definition.class
(module name: (constant) @name body: (_)? @body) @definition.module
(module name: (scope_resolution name: (_) @name) body: (_)? @body) @definition.module
(assignment left: (constant) @name) @definition.constant
(alias name: (_) @name) @definition.method

(call method: (identifier) @name) @reference.call
(superclass (constant) @name) @reference.class
(call receiver: (constant) @name) @reference.class
