//! A duplicate key in a map is an error.
//!
//! JSON allows duplicate keys and leaves open which value counts (RFC 8259, section 4), and serde silently keeps the
//! last one. serde itself rejects a duplicate field of a struct.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Field, Meta, Token, Type, parse_quote};

use super::{has_serde, type_name, within};

pub(crate) fn apply(file: &mut syn::File) {
    UniqueKeys.visit_file_mut(file);
}

struct UniqueKeys;

impl VisitMut for UniqueKeys {
    fn visit_field_mut(&mut self, field: &mut Field) {
        if holds_map(&field.ty) && !replace_reader(field) {
            field.attrs.push(parse_quote! { #[serde(deserialize_with = "::api_runtime::unique_keys")] });
            // With a function of its own, an `Option` with a name is required.
            let is_option = field.ident.is_some() && type_name(&field.ty).as_deref() == Some("Option");
            if is_option && !has_serde(&field.attrs, "default") {
                field.attrs.push(parse_quote! { #[serde(default)] });
            }
        }
        visit_mut::visit_field_mut(self, field);
    }
}

/// Replaces the function that reads a field, if there is one: `Option::deserialize`, which makes a nullable field
/// required.
fn replace_reader(field: &mut Field) -> bool {
    let mut is_replaced = false;
    for attribute in field.attrs.iter_mut().filter(|attribute| attribute.path().is_ident("serde")) {
        let Meta::List(list) = &mut attribute.meta else { continue };
        let Ok(mut parts) = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated) else { continue };
        for part in &mut parts {
            if let Meta::NameValue(part) = part
                && part.path.is_ident("deserialize_with")
            {
                part.value = parse_quote! { "::api_runtime::unique_keys" };
                is_replaced = true;
            }
        }
        list.tokens = parts.into_token_stream();
    }
    is_replaced
}

/// Whether a type is a map, an optional one, or a list of maps. A map as a value of a map is not checked.
fn holds_map(of: &Type) -> bool {
    match type_name(of).as_deref() {
        Some("BTreeMap") => true,
        Some("Option" | "Vec") => within(of).is_some_and(holds_map),
        _ => false,
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
                #[serde(rename = "null", deserialize_with = "::std::option::Option::deserialize")]
                nullable: ::std::option::Option<::std::collections::BTreeMap<String, bool>>,
                #[serde(deserialize_with = "::std::option::Option::deserialize")]
                list: ::std::option::Option<Vec<bool>>,
                maps: Vec<::std::collections::BTreeMap<String, bool>>,
            }
            struct Map(::std::option::Option<::std::collections::BTreeMap<String, bool>>);
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
                #[serde(rename = "null", deserialize_with = "::api_runtime::unique_keys")]
                nullable: ::std::option::Option<::std::collections::BTreeMap<String, bool>>,
                #[serde(deserialize_with = "::std::option::Option::deserialize")]
                list: ::std::option::Option<Vec<bool>>,
                #[serde(deserialize_with = "::api_runtime::unique_keys")]
                maps: Vec<::std::collections::BTreeMap<String, bool>>,
            }
            struct Map(
                #[serde(deserialize_with = "::api_runtime::unique_keys")]
                ::std::option::Option<::std::collections::BTreeMap<String, bool>>
            );
        };
        assert_same(&file, &expected);
    }
}
