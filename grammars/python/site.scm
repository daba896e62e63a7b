(function_definition body: (block) @block) @header
(class_definition body: (block) @block) @header
(if_statement consequence: (block) @block) @header
(elif_clause consequence: (block) @block) @header
(else_clause body: (block) @block) @header
(for_statement body: (block) @block) @header
(while_statement body: (block) @block) @header
(with_statement body: (block) @block) @header
(try_statement body: (block) @block) @header
(except_clause (block) @block) @header
(finally_clause (block) @block) @header
(match_statement body: (block) @block) @header
(case_clause consequence: (block) @block) @header

(string) @string
(interpolation) @code
(comment) @comment

(ERROR (string_start) @quote)
