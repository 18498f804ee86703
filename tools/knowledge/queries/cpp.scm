(function_definition declarator: (function_declarator
  declarator: (qualified_identifier name: [
    (identifier) @name
    (destructor_name) @name
    (operator_name) @name
    (qualified_identifier name: [(identifier) (destructor_name) (operator_name)] @name)]))) @def
(function_definition declarator: (_ (function_declarator
  declarator: (qualified_identifier name: [
    (identifier) @name
    (operator_name) @name
    (qualified_identifier name: [(identifier) (operator_name)] @name)])))) @def
(class_specifier name: (type_identifier) @name body: (_)) @def
(namespace_definition name: (namespace_identifier) @name) @def
(alias_declaration name: (type_identifier) @name) @def
(concept_definition name: (identifier) @name) @def
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name)) @def
(field_declaration declarator: (_ (function_declarator declarator: (field_identifier) @name))) @def
(function_definition declarator: (function_declarator
  declarator: [(identifier) (field_identifier) (destructor_name) (operator_name)] @name)) @def
(function_definition declarator: (reference_declarator
  (function_declarator declarator: [(identifier) (field_identifier) (operator_name)] @name))) @def
(function_definition declarator: (pointer_declarator
  declarator: (function_declarator declarator: [(identifier) (field_identifier)] @name))) @def
(declaration declarator: (function_declarator declarator: (identifier) @name)) @def
(struct_specifier name: (type_identifier) @name body: (_)) @def
(union_specifier name: (type_identifier) @name body: (_)) @def
(enum_specifier name: (type_identifier) @name body: (_)) @def
(type_definition declarator: (type_identifier) @name) @def
(preproc_def name: (identifier) @name) @def
(preproc_function_def name: (identifier) @name) @def

(call_expression function: [
  (identifier) @ref
  (field_expression field: (field_identifier) @ref)
  (qualified_identifier name: (identifier) @ref)
  (template_function name: (identifier) @ref)])
(type_identifier) @ref
