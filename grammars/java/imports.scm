(import_declaration (scoped_identifier) @module @last .) @import
(import_declaration (scoped_identifier) @module (asterisk) @everything) @import
