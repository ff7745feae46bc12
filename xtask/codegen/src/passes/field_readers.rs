//! Fields get readers where serde's decoding is too strict or too lax.
//!
//! - A duplicate key of a map is an error. JSON allows duplicate keys and does not define which value counts (RFC 8259,
//!   section 4), and serde silently keeps the last one. serde itself rejects a duplicate field of a struct.
//! - An integer is also decoded from `1.0`, which languages with a single type of numbers write.
//!
//! A branch of a union that is itself an integer is not decoded from `1.0`: another branch may be a number.
//!
//! Seen in: the generator, whose maps keep the last of two values; and serde, which rejects `1.0` as an integer.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Field, Type, Variant, parse_quote};

use crate::syntax::{has_serde, is_option, last_segment, map_value, within};

/// The types of integers in generated models.
const INTEGERS: [&str; 8] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

pub(crate) fn apply(file: &mut syn::File) {
    FieldReaders.visit_file_mut(file);
}

struct FieldReaders;

impl VisitMut for FieldReaders {
    fn visit_field_mut(&mut self, field: &mut Field) {
        if let Some(reader) = reader(&field.ty)
            && !has_serde(&field.attrs, "deserialize_with")
        {
            let path = function(&reader);
            field.attrs.push(parse_quote! { #[serde(deserialize_with = #path)] });
            // With `deserialize_with`, serde requires a named `Option`.
            let is_option = field.ident.is_some() && is_option(&field.ty);
            if is_option && !has_serde(&field.attrs, "default") {
                field.attrs.push(parse_quote! { #[serde(default)] });
            }
        }
        visit_mut::visit_field_mut(self, field);
    }

    fn visit_variant_mut(&mut self, variant: &mut Variant) {
        let is_integer =
            |field: &Field| reader(&field.ty).is_some_and(|reader| reader.to_string().ends_with("Integer"));
        if variant.fields.iter().any(|field| field.ident.is_some() || !is_integer(field)) {
            visit_mut::visit_variant_mut(self, variant);
        }
    }
}

/// The path of the function that decodes a field by a reader.
pub(super) fn function(reader: &TokenStream) -> String {
    let text = quote! { ::api_runtime::deserialize_as::<#reader, _, _> }.to_string();
    // The generator writes paths in strings in this form.
    text.replace(" , ", ", ")
        .split(' ')
        .fold(String::new(), |text, part| if text.ends_with(',') { text + " " + part } else { text + part })
}

/// The reader of a type for `::api_runtime::deserialize_as`; `None` if the type needs none.
pub(super) fn reader(of: &Type) -> Option<TokenStream> {
    let container = match last_segment(of)?.as_str() {
        "Option" => quote! { ::std::option::Option },
        "Vec" => quote! { ::std::vec::Vec },
        "Box" => quote! { ::std::boxed::Box },
        "BTreeMap" => {
            let values = map_value(of).and_then(reader).map(|reader| quote! { <#reader> });
            return Some(quote! { ::api_runtime::UniqueKeys #values });
        }
        name if INTEGERS.contains(&name) && of.to_token_stream().to_string() == name => {
            return Some(quote! { ::api_runtime::Integer });
        }
        _ => return None,
    };
    let inner = reader(within(of)?)?;
    Some(quote! { #container<#inner> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn maps_and_integers_get_readers_and_other_fields_do_not() {
        let mut file: syn::File = parse_quote! {
            struct Things {
                map: ::std::collections::BTreeMap<String, bool>,
                optional: ::std::option::Option<::std::collections::BTreeMap<String, i64>>,
                #[serde(default)]
                absent: ::std::option::Option<i64>,
                text: ::std::option::Option<Vec<String>>,
                number: f64,
                maps: ::std::vec::Vec<::std::collections::BTreeMap<String, ::std::collections::BTreeMap<String, bool>>>,
            }
            struct Count(pub u64);
            enum Either { Number(i64), Map(::std::collections::BTreeMap<String, i64>), Text(String) }
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            struct Things {
                #[serde(deserialize_with = "::api_runtime::deserialize_as::<::api_runtime::UniqueKeys, _, _>")]
                map: ::std::collections::BTreeMap<String, bool>,
                #[serde(
                    deserialize_with = "::api_runtime::deserialize_as::<::std::option::Option<::api_runtime::UniqueKeys<::api_runtime::Integer>>, _, _>"
                )]
                #[serde(default)]
                optional: ::std::option::Option<::std::collections::BTreeMap<String, i64>>,
                #[serde(default)]
                #[serde(
                    deserialize_with = "::api_runtime::deserialize_as::<::std::option::Option<::api_runtime::Integer>, _, _>"
                )]
                absent: ::std::option::Option<i64>,
                text: ::std::option::Option<Vec<String>>,
                number: f64,
                #[serde(
                    deserialize_with = "::api_runtime::deserialize_as::<::std::vec::Vec<::api_runtime::UniqueKeys<::api_runtime::UniqueKeys>>, _, _>"
                )]
                maps: ::std::vec::Vec<::std::collections::BTreeMap<String, ::std::collections::BTreeMap<String, bool>>>,
            }
            struct Count(
                #[serde(deserialize_with = "::api_runtime::deserialize_as::<::api_runtime::Integer, _, _>")]
                pub u64
            );
            enum Either {
                Number(i64),
                Map(
                    #[serde(
                        deserialize_with = "::api_runtime::deserialize_as::<::api_runtime::UniqueKeys<::api_runtime::Integer>, _, _>"
                    )]
                    ::std::collections::BTreeMap<String, i64>
                ),
                Text(String),
            }
        };
        assert_same(&file, &expected);
    }
}
