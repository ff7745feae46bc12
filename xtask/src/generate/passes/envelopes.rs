//! Every envelope implements `api_runtime::Envelope`, which takes it apart.
//!
//! The document says whether a result may be null. In the syntax, an `Option` also stands for a result that is optional in
//! the document, although the API always sends it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;
use syn::{Field, Fields, Ident, Item, Type, parse_quote};

use super::shapes::key;
use super::{models, models_of, type_name, within};
use crate::effective::{Effective, References, named};
use crate::names;
use crate::policies::envelopes::{self, Outcome};

pub(crate) fn apply(file: &mut syn::File, document: &Value) -> Result<()> {
    let envelopes = envelopes::names(document);
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
        let outcome = Outcome::of(&references, &Effective::of(&references, schema));
        let name = names::type_name(envelope, None);
        let (name, fields) = structs.get(&name).with_context(|| format!("expected a struct `{name}`, found none"))?;
        items.push(implementation(name, fields, outcome).with_context(|| format!("the envelope `{name}`"))?);
    }
    Ok(())
}

/// What a call returns for each type that is an envelope.
pub(crate) fn results(file: &syn::File) -> BTreeMap<String, Type> {
    let mut results = BTreeMap::new();
    for item in models_of(file) {
        if let Item::Impl(block) = item
            && super::implemented(block).as_deref() == Some("Envelope")
            && let Some(name) = super::implementor(block)
            && let Some(syn::ImplItem::Type(result)) = block.items.first()
        {
            results.insert(name.to_string(), result.ty.clone());
        }
    }
    // An envelope by another name returns what the envelope does.
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
    type_name(&path.qself.as_ref()?.ty)
}

fn implementation(name: &Ident, fields: &Fields, outcome: Outcome) -> Result<Item> {
    let (result, parts) = match fields {
        Fields::Named(fields) => {
            let field = |wanted: &str| fields.named.iter().find(|field| key(field) == wanted);
            let success = field("success").filter(|field| type_name(&field.ty).as_deref() == Some("bool"));
            let success = &success.context("expected a field `success: bool`")?.ident;
            let (result, value) = result(field("result"), outcome)?;
            let decoration = |name: &str| decoration(field(name)).with_context(|| format!("the field `{name}`"));
            let (errors, messages) = (decoration("errors")?, decoration("messages")?);
            let result_info = decoration("result_info")?;
            let parts = quote! {
                ::api_runtime::EnvelopeParts {
                    success: self.#success,
                    errors: #errors,
                    messages: #messages,
                    result: #value,
                    result_info: #result_info,
                }
            };
            (result, parts)
        }
        Fields::Unnamed(fields) => {
            let inner = &fields.unnamed.first().context("expected a newtype")?.ty;
            (quote! { <#inner as ::api_runtime::Envelope>::Result }, quote! { self.0.into_parts() })
        }
        Fields::Unit => bail!("expected fields, found none"),
    };
    Ok(parse_quote! {
        impl ::api_runtime::Envelope for #name {
            type Result = #result;
            fn into_parts(self) -> ::api_runtime::EnvelopeParts<Self::Result> {
                #parts
            }
        }
    })
}

/// The type that a call returns, and the expression for `EnvelopeParts::result`.
fn result(field: Option<&Field>, outcome: Outcome) -> Result<(TokenStream, TokenStream)> {
    let Some(field) = field else {
        ensure!(outcome == Outcome::None, "expected a field `result`, found none");
        return Ok((quote! { () }, quote! { ::std::option::Option::Some(()) }));
    };
    let (ident, of) = (&field.ident, &field.ty);
    let inner = within(of).filter(|_| type_name(of).as_deref() == Some("Option"));
    Ok(match (inner, outcome) {
        (_, Outcome::None) => bail!("expected no field `result`, found one"),
        (Some(_), Outcome::Nullable) => (quote! { #of }, quote! { ::std::option::Option::Some(self.#ident) }),
        (Some(inner), Outcome::Required) => (quote! { #inner }, quote! { self.#ident }),
        (None, Outcome::Required) => (quote! { #of }, quote! { ::std::option::Option::Some(self.#ident) }),
        (None, Outcome::Nullable) => bail!("expected an `Option` for `result`, since it may be null"),
    })
}

fn decoration(field: Option<&Field>) -> Result<TokenStream> {
    let Some(Field { ident, ty, .. }) = field else { return Ok(quote! { ::std::option::Option::None }) };
    let is_free = within(ty).and_then(type_name).as_deref() == Some("Value");
    ensure!(is_free, "expected `Option<Value>`");
    Ok(quote! { self.#ident })
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

    /// The text of what the pass makes of an envelope with a field for its result.
    fn applied(result: &Value, field: &TokenStream) -> Result<String> {
        let mut file: syn::File = parse_quote! {
            mod types {
                pub struct Alias(pub Box);
                pub struct Box { pub success: bool, pub errors: ::std::option::Option<::serde_json::Value>, #field }
            }
        };
        apply(&mut file, &document(result))?;
        let results: Vec<_> = results(&file).into_iter().map(|(name, of)| (name, quote! { #of }.to_string())).collect();
        assert_eq!(results[0].1, results[1].1, "another name returns the same");
        Ok(prettyplease::unparse(&file).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn result_is_optional_only_where_the_document_allows_null() {
        let text = json!({"type": "string"});
        let optional = quote! { pub result: ::std::option::Option<String>, };
        let made = applied(&text, &optional).unwrap();
        for part in [
            "type Result = String;",
            "success: self.success, errors: self.errors, messages: ::std::option::Option::None,",
            "result: self.result,",
        ] {
            assert!(made.contains(part), "{part}: {made}");
        }
        let made = applied(&json!({"type": "string", "nullable": true}), &optional).unwrap();
        for part in
            ["type Result = ::std::option::Option<String>;", "result: ::std::option::Option::Some(self.result),"]
        {
            assert!(made.contains(part), "{part}: {made}");
        }
        let made = applied(&text, &quote! { pub result: String, }).unwrap();
        assert!(made.contains("result: ::std::option::Option::Some(self.result),"), "{made}");
    }

    #[test]
    fn other_name_for_an_envelope_delegates_to_it() {
        let made = applied(&json!({"type": "string"}), &quote! { pub result: String, }).unwrap();
        let expected =
            "impl ::api_runtime::Envelope for Alias { type Result = <Box as ::api_runtime::Envelope>::Result;";
        assert!(made.contains(expected) && made.contains("self.0.into_parts()"), "{made}");
    }

    #[test]
    fn model_of_another_shape_is_an_error() {
        let text = json!({"type": "string"});
        applied(&text, &quote! {}).unwrap_err();
        applied(&json!({"nullable": true, "type": "string"}), &quote! { pub result: String, }).unwrap_err();
        applied(&text, &quote! { pub result: String, pub messages: String, }).unwrap_err();
        apply(&mut parse_quote! { mod types {} }, &document(&text)).unwrap_err();
    }
}
