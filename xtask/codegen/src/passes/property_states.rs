//! A property that is absent, one that is null, and one with a value are three states.
//!
//! APIs give each of them a meaning: in a PATCH, absence keeps a value and null clears it. The generator has two states
//! for them, and decodes an absent list or map as an empty one. This pass gives every property all states that its document
//! allows, for every type: scalar, enum, list, map, object, union, string with a format, or free-form.
//!
//! | | type | absent | null | empty list or map, value |
//! |---|---|---|---|---|
//! | required | `T` | error | error | `T` |
//! | required, nullable | `Option<T>` | read as `None`, written as null | `None` | `Some` |
//! | optional | `Option<T>` | `None` | read as `None`, written as absent | `Some` |
//! | optional, nullable | `Option<Option<T>>` | `None` | `Some(None)` | `Some(Some)` |
//! | required, free-form | `Value` | read as `Null`, written as null | `Null` | `Value` |
//! | optional, free-form | `Option<Value>` | `None` | `Some(Null)` | `Some` |
//!
//! The types of requests and responses have the same states. So a request can send exactly what its document allows, and
//! a response that keeps to its document is written back as it was read.
//!
//! A response that confuses null with absence is still decoded: some servers omit null properties, and others write null
//! for absent ones. Where a document allows only one of the two, the other one is decoded as that, and a request sends
//! that. Where it allows neither, both are errors.
//!
//! A union distinguishes its branches by required properties; see [`branches`](super::branches). The fields of an envelope
//! stay unchanged, since the client decodes them itself; see `policies/envelopes.rs`.
//!
//! The generator uses `Box<Option<T>>` for a type that contains itself, and encodes an absent one as null. It becomes
//! `Option<Box<T>>`, which has these states.
//!
//! Seen in: Cloudflare's risk scoring document, where `reference_id` is optional and nullable in a body; typify 0.8, which
//! has no `skip_serializing_if` for a `Box` (`generate_serde_attr`).

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use quote::{ToTokens, quote};
use serde_json::Value;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Field, Type, parse_quote};

use super::field_readers::{function, reader};
use super::shapes::{is_flat, key};
use crate::policies::null_marks::{self, MARK};
use crate::syntax::{
    documentation, fields_mut, has_serde, is_option, last_segment, models, name_of, retain_serde, within,
};
use xtask_document::naming;

/// The properties of envelopes that are left as they are.
const OF_ENVELOPES: [&str; 4] = ["errors", "messages", "result", "result_info"];

/// `marks` are the places of the properties that are marked.
pub(crate) fn apply(file: &mut syn::File, document: &Value, marks: &BTreeSet<String>) -> Result<()> {
    let envelopes: BTreeSet<_> =
        xtask_document::envelope::names(document).iter().map(|name| naming::type_name(name, None)).collect();
    let mut found = BTreeSet::new();
    for item in models(file).into_iter().flatten() {
        let is_envelope = name_of(item).is_some_and(|name| envelopes.contains(&name.to_string()));
        for field in fields_mut(item) {
            let texts = field.attrs.iter().filter_map(documentation);
            found.extend(texts.filter_map(|text| null_marks::place(&text).map(str::to_owned)));
            let is_of_envelope = is_envelope && OF_ENVELOPES.contains(&key(field).as_str());
            if field.ident.is_some() && !is_flat(field) && !is_of_envelope {
                change(field);
            }
        }
    }
    let lost: Vec<_> = marks.difference(&found).collect();
    ensure!(lost.is_empty(), "expected a field for each property that may be null, found none for {lost:?}");
    Unmark.visit_file_mut(file);
    Ok(())
}

/// Gives a property its states.
fn change(field: &mut Field) {
    let is_marked =
        field.attrs.iter().any(|attribute| documentation(attribute).is_some_and(|text| text.contains(MARK)));
    // The policy `defaults` leaves no other `default` than that of an optional property.
    let is_optional = ["default", "skip_serializing_if"].iter().any(|word| has_serde(&field.attrs, word));
    if let Some(inner) = boxed_option(&field.ty) {
        field.ty = parse_quote! { ::std::option::Option<::std::boxed::Box<#inner>> };
    }
    let value = &field.ty;
    // What the generator makes optional is an `Option`, a list or a map.
    let is_free_form = is_value(value) || is_optional && is_option(value) && within(value).is_some_and(is_value);
    let nullable = if is_option(value) {
        value.clone()
    } else {
        parse_quote! { ::std::option::Option<#value> }
    };
    retain_serde(&mut field.attrs, |word| !["default", "deserialize_with", "skip_serializing_if"].contains(&word));
    let is_null_present = is_optional && (is_free_form || is_marked);
    field.ty = match (is_optional, is_marked) {
        _ if is_free_form => value.clone(),
        (false, false) => value.clone(),
        (true, true) => parse_quote! { ::std::option::Option<#nullable> },
        (false, true) | (true, false) => nullable,
    };
    if is_null_present {
        let inner = within(&field.ty).and_then(reader).map(|reader| quote! { <#reader> });
        let function = function(&quote! { ::api_runtime::Present #inner });
        field.attrs.push(parse_quote! {
            #[serde(
                default,
                skip_serializing_if = "::std::option::Option::is_none",
                deserialize_with = #function
            )]
        });
    } else if is_optional {
        field.attrs.push(parse_quote! { #[serde(skip_serializing_if = "::std::option::Option::is_none")] });
    } else if is_free_form || is_option(&field.ty) {
        field.attrs.push(parse_quote! { #[serde(default)] });
    }
}

/// `T` of `Box<Option<T>>`.
fn boxed_option(of: &Type) -> Option<&Type> {
    let option = within(of).filter(|option| last_segment(of).as_deref() == Some("Box") && is_option(option));
    option.and_then(within)
}

/// Whether a type is any JSON.
fn is_value(of: &Type) -> bool {
    of.to_token_stream().to_string() == ":: serde_json :: Value"
}

/// Removes the marks. A type whose schema is that of a property has one, too.
struct Unmark;

impl VisitMut for Unmark {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain_mut(|attribute| {
            let Some(marked) = documentation(attribute).filter(|text| text.contains(MARK)) else { return true };
            let text: String = marked.split(MARK).step_by(2).collect();
            *attribute = parse_quote! { #[doc = #text] };
            !text.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use syn::parse_quote;

    use super::*;
    use crate::syntax::assert_same;

    /// A document in which `Box` is an envelope.
    fn document() -> Value {
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Box"}}});
        let envelope = json!({"type": "object", "properties": {"success": {"type": "boolean"}}});
        json!({
            "paths": {"/things": {"get": {"responses": {"200": {"content": content}}}}},
            "components": {"schemas": {"Box": envelope}},
        })
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "the expected code is one literal")]
    fn every_property_gets_the_states_of_its_document() {
        let [mark, marked] = ["", "d"].map(|text| format!("{text}{MARK}/place{text}{MARK}"));
        let mut file: syn::File = parse_quote! {
            mod types {
                struct Thing {
                    required: ::std::string::String,
                    #[doc = #mark]
                    #[serde(rename = "required-null", deserialize_with = "::std::option::Option::deserialize")]
                    required_null: ::std::option::Option<::std::string::String>,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    optional: ::std::option::Option<::std::string::String>,
                    #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
                    list: ::std::vec::Vec<::serde_json::Value>,
                    #[doc = #marked]
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    null: ::std::option::Option<::std::vec::Vec<i64>>,
                    any: ::serde_json::Value,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    optional_any: ::std::option::Option<::serde_json::Value>,
                    #[serde(flatten)]
                    extra: ::std::collections::BTreeMap<String, ::serde_json::Value>,
                }
                #[doc = #marked]
                struct Id(::std::option::Option<::serde_json::Value>);
                struct Box {
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    errors: ::std::option::Option<::serde_json::Value>,
                    #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
                    other: ::std::vec::Vec<::std::string::String>,
                }
            }
        };
        let marks = ["/place", "/placed"].map(str::to_owned);
        apply(&mut file, &document(), &marks.into()).unwrap();
        let expected: syn::File = parse_quote! {
            mod types {
                struct Thing {
                    required: ::std::string::String,
                    #[serde(rename = "required-null")]
                    #[serde(default)]
                    required_null: ::std::option::Option<::std::string::String>,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    optional: ::std::option::Option<::std::string::String>,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    list: ::std::option::Option<::std::vec::Vec<::serde_json::Value>>,
                    #[doc = "d"]
                    #[serde(
                        default,
                        skip_serializing_if = "::std::option::Option::is_none",
                        deserialize_with = "::api_runtime::deserialize_as::<::api_runtime::Present<::std::option::Option<::std::vec::Vec<::api_runtime::Integer>>>, _, _>"
                    )]
                    null: ::std::option::Option<::std::option::Option<::std::vec::Vec<i64>>>,
                    #[serde(default)]
                    any: ::serde_json::Value,
                    #[serde(
                        default,
                        skip_serializing_if = "::std::option::Option::is_none",
                        deserialize_with = "::api_runtime::deserialize_as::<::api_runtime::Present, _, _>"
                    )]
                    optional_any: ::std::option::Option<::serde_json::Value>,
                    #[serde(flatten)]
                    extra: ::std::collections::BTreeMap<String, ::serde_json::Value>,
                }
                #[doc = "d"]
                struct Id(::std::option::Option<::serde_json::Value>);
                struct Box {
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    errors: ::std::option::Option<::serde_json::Value>,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    other: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn type_that_contains_itself_has_the_same_states() {
        let mark = format!("{MARK}/place{MARK}");
        let boxed = quote! { ::std::boxed::Box<::std::option::Option<Node>> };
        let mut file: syn::File = parse_quote! {
            mod types {
                struct Node {
                    #[serde(default)]
                    optional: #boxed,
                    #[doc = #mark]
                    #[serde(default)]
                    null: #boxed,
                    required_null: #boxed,
                    required: ::std::boxed::Box<Node>,
                }
            }
        };
        apply(&mut file, &document(), &["/place".to_owned()].into()).unwrap();
        let option = quote! { ::std::option::Option<::std::boxed::Box<Node>> };
        let expected: syn::File = parse_quote! {
            mod types {
                struct Node {
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    optional: #option,
                    #[serde(
                        default,
                        skip_serializing_if = "::std::option::Option::is_none",
                        deserialize_with = "::api_runtime::deserialize_as::<::api_runtime::Present, _, _>"
                    )]
                    null: ::std::option::Option<#option>,
                    #[serde(default)]
                    required_null: #option,
                    required: ::std::boxed::Box<Node>,
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn nullable_property_without_a_field_is_an_error_with_its_place() {
        let mut file = parse_quote! { mod types { struct Thing { id: u8 } } };
        let marks = ["/components/schemas/Thing/properties/note".to_owned()];
        let error = apply(&mut file, &document(), &marks.clone().into()).unwrap_err().to_string();
        assert!(error.contains(&marks[0]), "{error}");
    }
}
