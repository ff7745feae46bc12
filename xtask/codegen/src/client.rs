//! The low-level client.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use proc_macro2::{Literal, TokenStream};
use progenitor::{GenerationSettings, Generator};
use quote::quote;
use syn::parse_quote;

use super::passes;
use super::passes::response_arms::Successes;
use crate::policies;
use xtask_document::Document;
use xtask_document::open_api;
use xtask_document::operation::{Operation, operations};

/// A generator of clients or mocks. It keeps state: a second output from the same one differs.
pub(super) fn generator() -> Generator {
    let mut settings = GenerationSettings::new();
    settings.with_map_type("::std::collections::BTreeMap");
    Generator::new(&settings)
}

/// `front` is the package that users depend on.
pub(super) fn generate(document: &Document, front: &str) -> Result<syn::File> {
    let mut changed = policies::for_client(&document.value);
    let marks = policies::null_marks::places(&mut changed);
    let discriminators = policies::discriminators::of(&changed);
    let open_api = open_api::read(&changed)?;
    let tokens = generator().generate_tokens(&open_api)?;

    let mut file = syn::parse2(tokens)?;
    passes::api_client::apply(&mut file, front)?;
    let operations: Vec<_> = operations(&document.value).collect();
    let successes = passes::requests::apply(&mut file, &operations)?;
    passes::parameters::apply(&mut file, &document.value)?;
    passes::content_types::apply(&mut file, &operations)?;
    passes::numbers::apply(&mut file);
    passes::variant_names::apply(&mut file);
    let enums = passes::open_enums::apply(&mut file)?;
    passes::formatted::apply(&mut file);
    passes::property_states::apply(&mut file, &document.value, &marks)?;
    passes::extra::apply(&mut file);
    passes::field_readers::apply(&mut file);
    passes::displayed::apply(&mut file)?;
    passes::open_unions::apply(&mut file, &enums, &discriminators)?;
    passes::request_constructors::apply(&mut file);
    passes::objects_only::apply(&mut file);
    passes::non_exhaustive::apply(&mut file);
    passes::envelopes::apply(&mut file, &document.value)?;
    file.items.push(revision(&document.revision));
    file.items.push(operation_constants(&operations, &successes)?);
    Ok(file)
}

/// The constant with the revision. The generator only writes a method for it.
fn revision(revision: &str) -> syn::Item {
    parse_quote! {
        /// The API revision that this crate was generated from. Every request sends it as `api-version`.
        pub const REVISION: &str = #revision;
    }
}

/// The constants of the operations: method, path and the statuses of successes. Sending and retries need them, and the
/// generator does not write them.
fn operation_constants(operations: &[Operation<'_>], successes: &BTreeMap<String, Successes>) -> Result<syn::Item> {
    let (mut constants, mut names) = (Vec::<TokenStream>::new(), Vec::new());
    for operation @ Operation { path, method, .. } in operations {
        let id = operation.id().context("an operation has no operationId")?;
        let name = syn::parse_str::<syn::Ident>(&id.to_uppercase())
            .with_context(|| format!("the operation id {id:?} is not a Rust name"))?;
        let method = method.to_uppercase();
        let documentation = format!("`{method} {path}`");
        let statuses = successes.get(id).with_context(|| format!("the operation {id:?} has no method"))?;
        let ranges = statuses.iter().map(|range| {
            let [start, end] = [range.start(), range.end()].map(|status| Literal::u16_unsuffixed(*status));
            quote! { #start..=#end }
        });
        // The default of `Operation::new`.
        let with_success = (*statuses != [200..=200]).then(|| quote! { .with_success(&[#(#ranges),*]) });
        constants.push(quote! {
            #[doc = #documentation]
            pub const #name: Operation = Operation::new(#id, #method, #path) #with_success;
        });
        names.push(name);
    }
    Ok(parse_quote! {
        /// Every operation, as the document describes it.
        pub mod operations {
            use ::api_runtime::Operation;
            /// All of them, in the order of the document.
            pub const ALL: &[Operation] = &[#(#names),*];
            #(#constants)*
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operation_becomes_a_constant() {
        let document = json!({"paths": {"/things/{id}": {
            "get": {"operationId": "get_thing"}, "put": {"operationId": "put_thing"},
        }}});
        let expected: syn::Item = parse_quote! {
            /// Every operation, as the document describes it.
            pub mod operations {
                use ::api_runtime::Operation;
                /// All of them, in the order of the document.
                pub const ALL: &[Operation] = &[GET_THING, PUT_THING];
                #[doc = "`GET /things/{id}`"]
                pub const GET_THING: Operation = Operation::new("get_thing", "GET", "/things/{id}");
                #[doc = "`PUT /things/{id}`"]
                pub const PUT_THING: Operation =
                    Operation::new("put_thing", "PUT", "/things/{id}").with_success(&[200..=200, 204..=204]);
            }
        };
        let of = |ids: [&str; 2]| {
            let successes: Vec<Successes> = vec![vec![200..=200], vec![200..=200, 204..=204]];
            ids.into_iter().map(str::to_owned).zip(successes).collect::<BTreeMap<_, _>>()
        };
        let operations: Vec<_> = operations(&document).collect();
        let constants = operation_constants(&operations, &of(["get_thing", "put_thing"])).unwrap();
        assert_eq!(quote! { #constants }.to_string(), quote! { #expected }.to_string());
        assert!(operation_constants(&operations, &of(["get_thing", "other"])).is_err());
    }

    #[test]
    fn operation_id_that_is_no_name_is_an_error() {
        let document = json!({"paths": {"/": {"get": {"operationId": "no name"}}}});
        let operations: Vec<_> = operations(&document).collect();
        let error = operation_constants(&operations, &BTreeMap::new()).err().unwrap();
        assert!(error.to_string().contains("no name"), "{error}");
    }
}
