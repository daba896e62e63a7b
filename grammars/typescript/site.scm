(function_declaration body: (statement_block) @block) @header
(function_expression body: (statement_block) @block) @header
(generator_function_declaration body: (statement_block) @block) @header
(generator_function body: (statement_block) @block) @header
(arrow_function body: (statement_block) @block) @header
(method_definition body: (statement_block) @block) @header
(class_declaration body: (class_body) @block) @header
(abstract_class_declaration body: (class_body) @block) @header
(interface_declaration body: (interface_body) @block) @header
(enum_declaration body: (enum_body) @block) @header
(internal_module body: (statement_block) @block) @header
(module body: (statement_block) @block) @header
(class body: (class_body) @block) @header
(class_static_block body: (statement_block) @block) @header
(if_statement consequence: (statement_block) @block) @header
(else_clause (statement_block) @block) @header
(for_statement body: (statement_block) @block) @header
(for_in_statement body: (statement_block) @block) @header
(while_statement body: (statement_block) @block) @header
(do_statement body: (statement_block) @block) @header
(try_statement body: (statement_block) @block) @header
(catch_clause body: (statement_block) @block) @header
(finally_clause body: (statement_block) @block) @header
(switch_statement body: (switch_body) @block) @header
(labeled_statement body: (statement_block) @block) @header
(program (statement_block) @block @header)
(statement_block (statement_block) @block @header)

(string) @string
(template_string) @string
(template_substitution) @code
(comment) @comment

(ERROR "`" @quote)
"{" @open
"${" @open
"}" @close
