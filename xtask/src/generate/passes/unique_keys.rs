//! A duplicate key in a map is an error.
//!
//! JSON allows duplicate keys and leaves open which value counts (RFC 8259, section 4), and serde silently keeps the
//! last one. serde itself rejects a duplicate field of a struct.

use syn::visit_mut::{self, VisitMut};
use syn::{Field, parse_quote};

use super::{has_serde, type_name, within};

pub(crate) fn apply(file: &mut syn::File) {
    UniqueKeys.visit_file_mut(file);
}

struct UniqueKeys;

impl VisitMut for UniqueKeys {
    fn visit_field_mut(&mut self, field: &mut Field) {
        let name = type_name(&field.ty);
        let inner = within(&field.ty).filter(|_| name.as_deref() == Some("Option"));
        let is_map = inner.map_or(name, type_name).as_deref() == Some("BTreeMap");
        if is_map {
            field.attrs.push(parse_quote! { #[serde(deserialize_with = "::api_runtime::unique_keys")] });
        }
        // With a function of its own, an `Option` is required.
        if is_map && inner.is_some() && !has_serde(&field.attrs, "default") {
            field.attrs.push(parse_quote! { #[serde(default)] });
        }
        visit_mut::visit_field_mut(self, field);
    }
}

#[cfg(test)]
mod tests {
    use super::super::assert_same;
    use super::*;

    #[test]
    fn map_is_marked_and_other_fields_are_not() {
        let mut file: syn::File = parse_quote! {
            struct Things {
                map: ::std::collections::BTreeMap<String, bool>,
                optional: ::std::option::Option<::std::collections::BTreeMap<String, bool>>,
                #[serde(default)]
                absent: ::std::option::Option<::std::collections::BTreeMap<String, bool>>,
                list: Vec<bool>,
            }
            struct Map(::std::collections::BTreeMap<String, bool>);
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            struct Things {
                #[serde(deserialize_with = "::api_runtime::unique_keys")]
                map: ::std::collections::BTreeMap<String, bool>,
                #[serde(deserialize_with = "::api_runtime::unique_keys")]
                #[serde(default)]
                optional: ::std::option::Option<::std::collections::BTreeMap<String, bool>>,
                #[serde(default)]
                #[serde(deserialize_with = "::api_runtime::unique_keys")]
                absent: ::std::option::Option<::std::collections::BTreeMap<String, bool>>,
                list: Vec<bool>,
            }
            struct Map(
                #[serde(deserialize_with = "::api_runtime::unique_keys")]
                ::std::collections::BTreeMap<String, bool>
            );
        };
        assert_same(&file, &expected);
    }
}
