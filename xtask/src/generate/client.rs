//! The low-level client.

use anyhow::{Context, Result};
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode};
use quote::quote;
use serde_json::Value;
use syn::parse_quote;

use super::passes;
use crate::document::{Document, Operation, operations};
use crate::open_api;
use crate::policies;

/// `front` is the package that users depend on.
pub(super) fn generate(document: &Document, front: &str) -> Result<syn::File> {
    let mut settings = GenerationSettings::new();
    settings
        // A lost hook must be an error of the compiler, not a request that takes another way.
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote! { ::std::sync::Arc<dyn ::api_runtime::Transport> })
        .with_map_type("::std::collections::BTreeMap");
    let open_api = open_api::read(&policies::for_client(&document.value))?;
    // A generator keeps state: a second output from the same one differs.
    let tokens = Generator::new(&settings).generate_tokens(&open_api)?;

    let mut file = syn::parse2(tokens)?;
    passes::api_client::apply(&mut file, front)?;
    passes::path_parameters::apply(&mut file, &document.value)?;
    passes::variant_names::apply(&mut file);
    let enums = passes::open_enums::apply(&mut file)?;
    passes::open_unions::apply(&mut file, &enums)?;
    passes::unique_keys::apply(&mut file);
    passes::request_constructors::apply(&mut file);
    passes::objects_only::apply(&mut file);
    passes::non_exhaustive::apply(&mut file);
    passes::envelopes::apply(&mut file, &document.value)?;
    file.items.push(hooks());
    file.items.push(revision(&document.revision));
    file.items.push(operation_constants(&document.value)?);
    Ok(file)
}

/// Rust's orphan rule: `ClientHooks` must be implemented in the client's crate.
fn hooks() -> syn::Item {
    parse_quote! {
        impl ClientHooks<::std::sync::Arc<dyn ::api_runtime::Transport>> for Client {
            async fn exec(
                &self,
                request: ::reqwest::Request,
                operation: &OperationInfo,
            ) -> ::reqwest::Result<::reqwest::Response> {
                ::api_runtime::exec(&*self.inner, request, operation).await
            }

            async fn post<E>(
                &self,
                result: &::reqwest::Result<::reqwest::Response>,
                _: &OperationInfo,
            ) -> ::std::result::Result<(), Error<E>> {
                match ::api_runtime::transport_error(result) {
                    Some(error) => Err(Error::Custom(error.to_string())),
                    None => Ok(()),
                }
            }
        }
    }
}

/// The generated client has its revision as a method only. Users need a constant.
fn revision(revision: &str) -> syn::Item {
    parse_quote! {
        /// The API revision that this crate was generated from. It goes out as `api-version` with every request.
        pub const REVISION: &str = #revision;
    }
}

/// The generated code passes only the operation's id to hooks. Retries and telemetry need method and path.
fn operation_constants(document: &Value) -> Result<syn::Item> {
    let (mut constants, mut names) = (Vec::<TokenStream>::new(), Vec::new());
    for Operation { path, method, object } in operations(document) {
        let id = object.get("operationId").and_then(Value::as_str).context("an operation has no operationId")?;
        let name = syn::parse_str::<syn::Ident>(&id.to_uppercase())
            .with_context(|| format!("the operation id {id:?} does not make a Rust name"))?;
        let method = method.to_uppercase();
        let documentation = format!("`{method} {path}`");
        constants.push(quote! {
            #[doc = #documentation]
            pub const #name: Operation = Operation::new(#id, #method, #path);
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
        let document = json!({"paths": {"/things/{id}": {"get": {"operationId": "get_thing"}}}});
        let expected: syn::Item = parse_quote! {
            /// Every operation, as the document describes it.
            pub mod operations {
                use ::api_runtime::Operation;
                /// All of them, in the order of the document.
                pub const ALL: &[Operation] = &[GET_THING];
                #[doc = "`GET /things/{id}`"]
                pub const GET_THING: Operation = Operation::new("get_thing", "GET", "/things/{id}");
            }
        };
        let constants = operation_constants(&document).unwrap();
        assert_eq!(quote! { #constants }.to_string(), quote! { #expected }.to_string());
        let bad = json!({"paths": {"/": {"get": {"operationId": "no name"}}}});
        assert!(operation_constants(&bad).is_err_and(|error| error.to_string().contains("no name")));
    }
}
