//! The generated client is an `api_runtime::ApiClient`; its only constructor is `ApiClient::new`.
//!
//! The generated `Client::new` creates an HTTP client that follows redirects, and panics on failure. The pass removes
//! it and `new_with_client`.
//!
//! Seen in: the generator, whose `Client::new` follows redirects and panics.

use anyhow::{Result, ensure};
use quote::{ToTokens, quote};
use syn::{ImplItem, Item, parse_quote};

use crate::syntax::is_of_client;

/// `front` is the package that users depend on. Every request sends it, and its version, to the server.
pub(crate) fn apply(file: &mut syn::File, front: &str) -> Result<()> {
    let before = file.items.len();
    file.items.retain(|item| !is_constructors(item));
    let removed = before.saturating_sub(file.items.len());
    ensure!(removed == 1, "expected one `impl Client` with `new` and `new_with_client`, found {removed}");
    let fields = file.items.iter_mut().find_map(|item| match item {
        Item::Struct(client) if client.ident == "Client" => {
            let reason = "unused if the document has no operations";
            client.attrs.push(parse_quote! { #[allow(dead_code, reason = #reason)] });
            Some(client.fields.to_token_stream().to_string())
        }
        _ => None,
    });
    let expected = quote! { { pub(crate) baseurl: String, pub(crate) client: reqwest::Client, } }.to_string();
    ensure!(fields.as_ref() == Some(&expected), "expected `struct Client {expected}`, found {fields:?}");
    let product = format!("{front}/");
    file.items.push(parse_quote! {
        impl ::api_runtime::ApiClient for Client {
            const USER_AGENT: &'static str = concat!(#product, env!("CARGO_PKG_VERSION"));
            const OPERATIONS: &'static [::api_runtime::Operation] = operations::ALL;

            fn new(base_url: &str, http_client: ::reqwest::Client) -> Self {
                Self { baseurl: base_url.to_owned(), client: http_client }
            }
        }
    });
    Ok(())
}

/// Whether an item is the `impl` block with only the constructors.
fn is_constructors(item: &Item) -> bool {
    let Item::Impl(block) = item else { return false };
    let is_constructor = |item: &ImplItem| matches!(item, ImplItem::Fn(function) if function.sig.ident == "new" || function.sig.ident == "new_with_client");
    is_of_client(block) && block.items.len() == 2 && block.items.iter().all(is_constructor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn client_can_be_constructed_through_the_trait_only() {
        let mut file: syn::File = parse_quote! {
            pub struct Client { pub(crate) baseurl: String, pub(crate) client: reqwest::Client, }
            impl Client { pub fn new() {} pub fn new_with_client() {} }
            impl Client { pub fn new_thing() {} }
            impl Other { pub fn new() {} pub fn new_with_client() {} }
        };
        apply(&mut file, "things").unwrap();
        let expected: syn::File = parse_quote! {
            #[allow(dead_code, reason = "unused if the document has no operations")]
            pub struct Client { pub(crate) baseurl: String, pub(crate) client: reqwest::Client, }
            impl Client { pub fn new_thing() {} }
            impl Other { pub fn new() {} pub fn new_with_client() {} }
            impl ::api_runtime::ApiClient for Client {
                const USER_AGENT: &'static str = concat!("things/", env!("CARGO_PKG_VERSION"));
                const OPERATIONS: &'static [::api_runtime::Operation] = operations::ALL;
                fn new(base_url: &str, http_client: ::reqwest::Client) -> Self {
                    Self { baseurl: base_url.to_owned(), client: http_client }
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn client_of_another_shape_is_an_error() {
        let constructors = quote! { impl Client { fn new() {} fn new_with_client() {} } };
        let client = quote! { struct Client { pub(crate) baseurl: String, pub(crate) client: reqwest::Client, } };
        for file in [
            quote! { #client impl Client { fn new_with_client() {} } },
            quote! { #client #constructors #constructors },
            quote! { #constructors struct Client { pub(crate) baseurl: String, } },
            constructors.clone(),
        ] {
            assert!(apply(&mut parse_quote! { #file }, "things").is_err(), "{file}");
        }
    }
}
