//! The low-level client.

use std::collections::BTreeSet;

use anyhow::Result;
use progenitor::{GenerationSettings, Generator, HooksMode};
use quote::quote;
use serde_json::Value;
use syn::parse_quote;

use super::passes;
use crate::document::{Document, open_api, operations};
use crate::policies;

pub(super) fn generate(document: &Document) -> Result<syn::File> {
    let mut settings = GenerationSettings::new();
    settings
        // A lost hook must be an error of the compiler, not a request that takes another way.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { ::std::sync::Arc<dyn crate::Transport> })
        .with_map_type("::std::collections::BTreeMap");
    let open_api = open_api(&policies::for_client(&document.value))?;
    // A generator keeps state: a second output from the same one differs.
    let tokens = Generator::new(&settings).generate_tokens(&open_api)?;

    let mut file = syn::parse2(tokens)?;
    passes::explicit_client::apply(&mut file)?;
    passes::open_enums::apply(&mut file)?;
    passes::unique_keys::apply(&mut file);
    passes::request_constructors::apply(&mut file, &sent_schemas(&document.value));
    passes::non_exhaustive::apply(&mut file);
    file.items.push(revision(&document.revision));
    Ok(file)
}

/// The generated client tells its revision at run time only; a constant serves better.
fn revision(revision: &str) -> syn::Item {
    parse_quote! {
        /// The API revision that this crate was generated from. It goes out as `api-version` with every request.
        pub const REVISION: &str = #revision;
    }
}

/// The names of the schemas that can be part of a request's body.
fn sent_schemas(document: &Value) -> BTreeSet<String> {
    let mut sent = BTreeSet::new();
    let mut pending: Vec<&Value> = operations(document).filter_map(|operation| operation.get("requestBody")).collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                let reference = object.get("$ref").and_then(Value::as_str);
                if let Some(name) = reference.and_then(|path| path.strip_prefix("#/components/schemas/"))
                    && sent.insert(name.to_owned())
                {
                    pending.extend(document.pointer(&format!("/components/schemas/{name}")));
                }
                pending.extend(object.values());
            }
            Value::Array(array) => pending.extend(array),
            _ => {}
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_sent_if_a_body_leads_to_it_also_in_a_circle() {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let document = json!({
            "paths": {"/things": {"put": {
                "requestBody": {"content": {"application/json": {"schema": reference("Body")}}},
                "responses": {"200": {"content": {"application/json": {"schema": reference("Answer")}}}},
            }}},
            "components": {"schemas": {
                "Body": {"properties": {"part": reference("Part")}},
                "Part": {"items": reference("Body")},
                "Answer": {"properties": {"part": reference("Part")}},
            }},
        });
        assert_eq!(sent_schemas(&document), ["Body".to_owned(), "Part".to_owned()].into());
    }
}
