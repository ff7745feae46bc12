//! Every envelope implements `api_runtime::Envelope`, which decodes its result.
//!
//! The document defines whether a result may be null. The syntax does not: an `Option` may also be a result that is
//! optional in the document, although the API always sends it.
//!
//! Seen in: Cloudflare's document of 2024-08-06: most of its successes are envelopes.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Attribute, Field, Fields, Ident, Item, Type, parse_quote};

use super::field_readers::reader;
use super::shapes::key;
use crate::syntax::{
    has_serde, implemented, implementor, is_option, last_segment, models, models_of, serde_text, within,
};
use xtask_document::envelope::{self, Outcome};
use xtask_document::naming;
use xtask_document::resolved::{References, ResolvedSchema};
use xtask_document::schemas::named;

pub(crate) fn apply(file: &mut syn::File, document: &Value) -> Result<()> {
    let envelopes = envelope::names(document);
    if envelopes.is_empty() {
        return Ok(());
    }
    let references = References::of(document);
    let items = models(file).context("expected a module `types`, found none")?;
    let structs: BTreeMap<String, (Ident, Fields)> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(model) => Some((model.ident.to_string(), (model.ident.clone(), model.fields.clone()))),
            _ => None,
        })
        .collect();
    for envelope in &envelopes {
        let schema = named(document, envelope).context("an envelope has no schema")?;
        let outcome = Outcome::of(&references, &ResolvedSchema::of(&references, schema));
        let name = naming::type_name(envelope, None);
        let (name, fields) = structs.get(&name).with_context(|| format!("expected a struct `{name}`, found none"))?;
        items.push(implementation(name, fields, outcome).with_context(|| format!("the envelope `{name}`"))?);
    }
    Ok(())
}

/// The type that a call returns for each envelope.
pub(crate) fn results(file: &syn::File) -> BTreeMap<String, Type> {
    let mut results = BTreeMap::new();
    for item in models_of(file) {
        if let Item::Impl(block) = item
            && implemented(block).as_deref() == Some("Envelope")
            && let Some(name) = implementor(block)
            && let Some(syn::ImplItem::Type(result)) = block.items.first()
        {
            results.insert(name.to_string(), result.ty.clone());
        }
    }
    // An alias of an envelope returns the result of its target.
    for _ in 0..results.len() {
        let next: BTreeMap<_, _> = results
            .iter()
            .filter_map(|(name, of)| Some((name.clone(), results.get(&delegate(of)?)?.clone())))
            .collect();
        if next.is_empty() {
            break;
        }
        results.extend(next);
    }
    results
}

/// `X` for `<X as ::api_runtime::Envelope>::Result`.
fn delegate(of: &Type) -> Option<String> {
    let Type::Path(path) = of else { return None };
    last_segment(&path.qself.as_ref()?.ty)
}

fn implementation(name: &Ident, fields: &Fields, outcome: Outcome) -> Result<Item> {
    let Parts { of, read, missing } = match fields {
        Fields::Named(fields) => result(fields.named.iter().find(|field| key(field) == "result"), outcome)?,
        Fields::Unnamed(fields) => {
            let inner = &fields.unnamed.first().context("expected a newtype")?.ty;
            let inner = quote! { <#inner as ::api_runtime::Envelope> };
            Parts {
                of: quote! { #inner::Result },
                read: quote! { #inner::read_result(deserializer) },
                missing: Some(quote! { #inner::missing_result() }),
            }
        }
        Fields::Unit => bail!("expected fields, found none"),
    };
    let missing = missing.map(|missing| {
        quote! {
            fn missing_result() -> ::std::option::Option<Self::Result> {
                #missing
            }
        }
    });
    Ok(parse_quote! {
        impl ::api_runtime::Envelope for #name {
            type Result = #of;
            fn read_result<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self::Result, D::Error> {
                #read
            }
            #missing
        }
    })
}

/// The parts of an implementation.
struct Parts {
    /// The type that a call returns.
    of: TokenStream,
    /// The expression that decodes the result.
    read: TokenStream,
    /// The expression for a response without a result; `None` for the trait's default.
    missing: Option<TokenStream>,
}

/// The parts for an envelope with an optional field for the result.
fn result(field: Option<&Field>, outcome: Outcome) -> Result<Parts> {
    let Some(field) = field else {
        ensure!(outcome == Outcome::None, "expected a field `result`, found none");
        return Ok(Parts {
            of: quote! { () },
            read: quote! { <::serde::de::IgnoredAny as ::serde::Deserialize>::deserialize(deserializer).map(|_| ()) },
            missing: Some(quote! { ::std::option::Option::Some(()) }),
        });
    };
    let of = &field.ty;
    let inner = within(of).filter(|_| is_option(of));
    let of = match (inner, outcome) {
        (_, Outcome::None) => bail!("expected no field `result`, found one"),
        (None, Outcome::Nullable) => bail!("expected an `Option` for `result`, which may be null"),
        (Some(_), Outcome::Nullable) | (None, Outcome::Required) => of,
        (Some(inner), Outcome::Required) => inner,
    };
    let missing =
        (outcome == Outcome::Nullable).then(|| quote! { ::std::option::Option::Some(::std::option::Option::None) });
    Ok(Parts { of: quote! { #of }, read: read_expression(of, &field.attrs)?, missing })
}

/// The expression that decodes a result by the reader of its type. The field's own reader may be that of an `Option`.
fn read_expression(of: &Type, attributes: &[Attribute]) -> Result<TokenStream> {
    for word in ["with", "from", "try_from", "flatten"] {
        ensure!(!has_serde(attributes, word), "expected no `#[serde({word})]` of `result`");
    }
    let function = serde_text(attributes, "deserialize_with").map(|path| path.value());
    let is_expected = function.is_none_or(|function| function.starts_with("::api_runtime::deserialize_as::<"));
    ensure!(is_expected, "expected `result` to be decoded by `::api_runtime::deserialize_as`");
    Ok(match reader(of) {
        Some(reader) => quote! { ::api_runtime::deserialize_as::<#reader, _, _>(deserializer) },
        None => quote! { ::serde::Deserialize::deserialize(deserializer) },
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(result: &Value) -> Value {
        let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Alias"}}});
        json!({
            "paths": {"/things": {"get": {"responses": {"200": {"content": content}}}}},
            "components": {"schemas": {
                "Alias": {"$ref": "#/components/schemas/Box"},
                "Box": {"type": "object", "properties": {"success": {"type": "boolean"}, "result": result}},
            }},
        })
    }

    /// The code of an envelope with a field for its result after the pass.
    fn applied(result: &Value, field: &TokenStream) -> Result<String> {
        let mut file: syn::File = parse_quote! {
            mod types {
                pub struct Alias(pub Box);
                pub struct Box { pub success: bool, pub errors: ::std::option::Option<::serde_json::Value>, #field }
            }
        };
        apply(&mut file, &document(result))?;
        let results: Vec<_> = results(&file).into_iter().map(|(name, of)| (name, quote! { #of }.to_string())).collect();
        assert_eq!(results[0].1, results[1].1, "an alias returns the same");
        Ok(prettyplease::unparse(&file).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn result_is_optional_only_where_the_document_allows_null() {
        let text = json!({"type": "string"});
        let optional = quote! { pub result: ::std::option::Option<String>, };
        let read = "{ ::serde::Deserialize::deserialize(deserializer) }";
        let code = applied(&text, &optional).unwrap();
        for part in ["type Result = String;", read] {
            assert!(code.contains(part), "{part}: {code}");
        }
        assert_eq!(code.matches("fn missing_result").count(), 1, "of the alias only: {code}");
        assert_eq!(
            code,
            applied(&text, &quote! { pub result: String, })
                .unwrap()
                .replace("pub result: String", "pub result: ::std::option::Option<String>")
        );
        let code = applied(&json!({"type": "string", "nullable": true}), &optional).unwrap();
        let missing = "{ ::std::option::Option::Some(::std::option::Option::None) }";
        for part in ["type Result = ::std::option::Option<String>;", read, missing] {
            assert!(code.contains(part), "{part}: {code}");
        }
    }

    #[test]
    fn result_is_decoded_by_the_reader_of_its_type() {
        let of = quote! { ::std::option::Option<::std::collections::BTreeMap<String, i64>> };
        let reader = "::std::option::Option<::api_runtime::UniqueKeys<::api_runtime::Integer>>";
        let function = format!("::api_runtime::deserialize_as::<{reader}, _, _>");
        let field = quote! { #[serde(default, deserialize_with = #function)] pub result: #of, };
        for (nullable, reader) in [(false, "::api_runtime::UniqueKeys<::api_runtime::Integer>"), (true, reader)] {
            let map = json!({"type": "object", "nullable": nullable, "additionalProperties": {"type": "integer"}});
            let code = applied(&map, &field).unwrap().replace(' ', "");
            let read = format!("{{::api_runtime::deserialize_as::<{reader},_,_>(deserializer)}}");
            // The formatter ends a list in several lines with a comma.
            assert!(code.replace(",>", ">").contains(&read), "{read}: {code}");
        }
        for attribute in [quote! { with = "module" }, quote! { flatten }, quote! { deserialize_with = "other" }] {
            applied(&json!({"type": "string"}), &quote! { #[serde(#attribute)] pub result: Map, }).unwrap_err();
        }
    }

    #[test]
    fn alias_of_an_envelope_delegates_to_it() {
        let code = applied(&json!({"type": "string"}), &quote! { pub result: String, }).unwrap();
        for part in [
            "impl ::api_runtime::Envelope for Alias { type Result = <Box as ::api_runtime::Envelope>::Result;",
            "<Box as ::api_runtime::Envelope>::read_result(deserializer)",
            "<Box as ::api_runtime::Envelope>::missing_result()",
        ] {
            assert!(code.contains(part), "{part}: {code}");
        }
    }

    #[test]
    fn envelope_without_a_result_ignores_one() {
        let mut document = document(&json!({}));
        document["components"]["schemas"]["Box"]["properties"].as_object_mut().unwrap().remove("result");
        let mut file = parse_quote! { mod types { struct Alias(Box); struct Box { success: bool } } };
        apply(&mut file, &document).unwrap();
        let code = prettyplease::unparse(&file);
        for part in ["type Result = ();", "IgnoredAny", "::std::option::Option::Some(())"] {
            assert!(code.contains(part), "{part}: {code}");
        }
    }

    #[test]
    fn model_of_another_shape_is_an_error() {
        let text = json!({"type": "string"});
        applied(&text, &quote! {}).unwrap_err();
        applied(&json!({"nullable": true, "type": "string"}), &quote! { pub result: String, }).unwrap_err();
        apply(&mut parse_quote! { mod types {} }, &document(&text)).unwrap_err();
    }
}
