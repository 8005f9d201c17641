; inherits: typescript

(jsx_attribute (property_identifier) @local.reference.property)
