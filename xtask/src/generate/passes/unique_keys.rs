//! A duplicate key in a map is an error.
//!
//! JSON allows duplicate keys and leaves open which value counts (RFC 8259, section 4), and serde silently keeps the
//! last one. serde itself rejects a duplicate field of a struct.

use syn::visit_mut::{self, VisitMut};
use syn::{Field, parse_quote};

use super::type_name;

pub(crate) fn apply(file: &mut syn::File) {
    UniqueKeys.visit_file_mut(file);
}

struct UniqueKeys;

impl VisitMut for UniqueKeys {
    fn visit_field_mut(&mut self, field: &mut Field) {
        if type_name(&field.ty).as_deref() == Some("BTreeMap") {
            field.attrs.push(parse_quote! { #[serde(with = "::serde_with::rust::maps_duplicate_key_is_error")] });
        }
        visit_mut::visit_field_mut(self, field);
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_same;
    use super::*;

    #[test]
    fn a_map_is_marked_and_other_fields_are_not() {
        let mut file: syn::File = parse_quote! {
            struct Things { map: ::std::collections::BTreeMap<String, bool>, list: Vec<bool> }
            struct Map(::std::collections::BTreeMap<String, bool>);
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            struct Things {
                #[serde(with = "::serde_with::rust::maps_duplicate_key_is_error")]
                map: ::std::collections::BTreeMap<String, bool>,
                list: Vec<bool>
            }
            struct Map(
                #[serde(with = "::serde_with::rust::maps_duplicate_key_is_error")]
                ::std::collections::BTreeMap<String, bool>
            );
        };
        assert_same(&file, &expected);
    }
}
