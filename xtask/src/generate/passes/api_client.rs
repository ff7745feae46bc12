//! The generated client is an `api_runtime::ApiClient`; its only constructor is `ApiClient::with_transport`.
//!
//! The generated `Client::new` makes an HTTP client that follows redirects, and panics if it cannot. It is removed, and
//! `new_with_client` is private.

use anyhow::{Result, ensure};
use syn::{ImplItem, Item, Visibility, parse_quote};

use super::implementor;

/// `front` is the package that users depend on: the server sees it, and its version, in every request.
pub(crate) fn apply(file: &mut syn::File, front: &str) -> Result<()> {
    let (mut removed, mut hidden) = (0_usize, 0_usize);
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || implementor(block).is_none_or(|name| name != "Client") {
            continue;
        }
        block.items.retain_mut(|item| {
            let ImplItem::Fn(function) = item else { return true };
            let name = function.sig.ident.to_string();
            if name == "new_with_client" {
                function.vis = Visibility::Inherited;
                hidden = hidden.saturating_add(1);
            }
            removed = removed.saturating_add((name == "new").into());
            name != "new"
        });
    }
    ensure!(removed == 1, "expected one `Client::new`, found {removed}");
    ensure!(hidden == 1, "expected one `Client::new_with_client`, found {hidden}");
    let product = format!("{front}/");
    file.items.push(parse_quote! {
        impl ::api_runtime::ApiClient for Client {
            const USER_AGENT: &'static str = concat!(#product, env!("CARGO_PKG_VERSION"));
            const OPERATIONS: &'static [::api_runtime::Operation] = operations::ALL;

            fn with_transport(
                base_url: &str,
                http_client: ::reqwest::Client,
                transport: ::std::sync::Arc<dyn ::api_runtime::Transport>,
            ) -> Self {
                Self::new_with_client(base_url, http_client, transport)
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_is_made_through_the_trait_only() {
        let mut file: syn::File = parse_quote! {
            impl Client { pub fn new() {} pub fn new_with_client() {} }
            impl Other { pub fn new() {} }
        };
        apply(&mut file, "things").unwrap();
        let text = prettyplease::unparse(&file);
        assert!(
            text.starts_with("impl Client {\n    fn new_with_client() {}\n}\nimpl Other {\n    pub fn new() {}\n}\n")
        );
        assert!(text.contains(r#"concat!("things/", env!("CARGO_PKG_VERSION"))"#), "{text}");
    }

    #[test]
    fn client_without_a_constructor_is_an_error() {
        assert!(apply(&mut parse_quote! { impl Client { fn new_with_client() {} } }, "things").is_err());
        assert!(apply(&mut parse_quote! { impl Client { fn new() {} } }, "things").is_err());
    }
}
