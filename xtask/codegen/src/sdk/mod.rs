//! The generated part of an SDK crate: one checked method per operation.
//!
//! It is generated from the syntax of the client, so that both have the same arguments and results, and from the
//! document.

mod account;
mod call;
mod documentation;
mod generated_tests;
mod method;

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::parse_quote;

use super::passes::envelopes;
use crate::error::Error;
use crate::packages::{Packages, crate_path};
use crate::syntax::client_methods;
use call::Call;
use method::Method;
use xtask_document::Document;
use xtask_document::operation::operations;
use xtask_document::resolved::References;

/// `client` is the generated client of the document, and `sdk` the package that the code is for.
pub(super) fn generate(document: &Document, client: &syn::File, packages: &Packages, sdk: &str) -> Result<syn::File> {
    let methods = methods(document, client)?;
    let document = &document.value;
    let references = References::of(document);
    let calls: Vec<_> = methods.iter().map(|method| Call::of(&references, method)).collect();
    let example = documentation::example(&methods, &calls, packages, sdk);
    let functions = methods.iter().map(Method::to_function);
    let api = format_ident!("{}", crate_path(&packages.api));
    let tests = generated_tests::module(&methods, &calls, packages);
    Ok(parse_quote! {
        #[allow(unused_imports, reason = "unused if the document has no operations")]
        use ::#api::{Client, operations, types};

        #(#[doc = #example])*
        #[derive(Clone, Debug)]
        #[allow(dead_code, reason = "unused if the document has no operations")]
        pub struct Operations {
            connection: ::cloudflare_client::Connection,
        }

        #[allow(clippy::all, clippy::too_many_lines, reason = "one argument per parameter")]
        impl Operations {
            pub(crate) fn new(connection: ::cloudflare_client::Connection) -> Self {
                Self { connection }
            }

            #(#functions)*
        }

        #tests
    })
}

/// The methods of all operations, in the order of the document.
fn methods<'a>(document: &'a Document, client: &syn::File) -> Result<Vec<Method<'a>>> {
    let functions: BTreeMap<_, _> =
        client_methods(client).map(|function| (function.sig.ident.to_string(), function)).collect();
    let results = envelopes::results(client);
    let mut methods = Vec::new();
    for operation in operations(&document.value) {
        let id = operation.id().context("an operation has no operationId")?;
        let function = functions.get(id).with_context(|| format!("the client has no method `{id}`"))?;
        let method = Method::of(operation, function, client, &results);
        methods.push(method.with_context(|| format!("the client's method `{id}`"))?);
    }
    Ok(methods)
}

/// The type of each operation's success, by operation id: `T` of the `ApiRequest<T>` that the client's method returns.
///
/// # Errors
///
/// If the code is not Rust.
pub fn success_types(client: &str) -> Result<BTreeMap<String, String>, Error> {
    let client = syn::parse_file(client).context("the client is not Rust")?;
    let types = client_methods(&client).filter_map(|function| {
        let success = method::success(&function.sig.output)?;
        Some((function.sig.ident.unraw().to_string(), success.to_token_stream().to_string()))
    });
    Ok(types.collect())
}

#[cfg(test)]
mod tests;
