(preproc_include path: (_) @module @everything) @import
