(function_declaration (function_body (block) @block)) @header
(class_declaration (class_body) @block) @header
(class_declaration (enum_class_body) @block) @header
(object_declaration (class_body) @block) @header
(companion_object (class_body) @block) @header
(anonymous_initializer (block) @block) @header
(secondary_constructor (block) @block) @header
(for_statement (block) @block) @header
(while_statement (block) @block) @header
(do_while_statement (block) @block) @header
(if_expression (block) @block) @header
(if_expression "else" @header (block) @block .)
(when_expression "{" @block) @header
(when_entry (block) @block) @header
(try_expression (block) @block) @header
(catch_block (block) @block) @header
(finally_block (block) @block) @header
(lambda_literal "{" @block) @header

(string_literal) @string
(multiline_string_literal) @string
(interpolation) @code
(character_literal) @string
(line_comment) @comment
(block_comment) @comment

"{" @open
"}" @close
