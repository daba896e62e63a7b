(import_spec !name path: (_) @module @tail) @import
(import_spec name: (_) @all path: (_) @module) @import
