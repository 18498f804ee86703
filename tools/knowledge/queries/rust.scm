(struct_item name: (type_identifier) @name) @def
(enum_item name: (type_identifier) @name) @def
(union_item name: (type_identifier) @name) @def
(trait_item name: (type_identifier) @name) @def
(type_item name: (type_identifier) @name) @def
(function_item name: (identifier) @name) @def
(function_signature_item name: (identifier) @name) @def
(mod_item name: (identifier) @name body: (_)) @def
(macro_definition name: (identifier) @name) @def
(const_item name: (identifier) @name) @def
(static_item name: (identifier) @name) @def
(impl_item type: [(type_identifier) @name (generic_type type: (type_identifier) @name)]) @def

(call_expression function: [
  (identifier) @ref
  (field_expression field: (field_identifier) @ref)
  (scoped_identifier name: (identifier) @ref)
  (generic_function function: (identifier) @ref)])
(macro_invocation macro: (identifier) @ref)
(type_identifier) @ref
