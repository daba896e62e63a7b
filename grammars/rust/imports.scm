(use_declaration argument: (_) @tree) @import
(mod_item name: (identifier) @module @all !body) @import
(extern_crate_declaration name: (identifier) @module @all !alias) @import
(extern_crate_declaration name: (identifier) @module alias: (identifier) @all) @import
