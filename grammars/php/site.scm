(function_definition body: (compound_statement) @block) @header
(method_declaration body: (compound_statement) @block) @header
(anonymous_function body: (compound_statement) @block) @header
(class_declaration body: (declaration_list) @block) @header
(trait_declaration body: (declaration_list) @block) @header
(interface_declaration body: (declaration_list) @block) @header
(enum_declaration body: (enum_declaration_list) @block) @header
(for_statement body: (compound_statement) @block) @header
(foreach_statement body: (compound_statement) @block) @header
(while_statement body: (compound_statement) @block) @header
(do_statement body: (compound_statement) @block) @header
(if_statement body: (compound_statement) @block) @header
(else_if_clause body: (compound_statement) @block) @header
(else_clause body: (compound_statement) @block) @header
(switch_statement body: (switch_block) @block) @header
(match_expression body: (match_block) @block) @header
(try_statement body: (compound_statement) @block) @header
(catch_clause body: (compound_statement) @block) @header
(finally_clause body: (compound_statement) @block) @header
(compound_statement (compound_statement) @block @header)

(string) @string
(encapsed_string) @string
(heredoc) @string
(nowdoc) @string
(comment) @comment

"{" @open
"}" @close
