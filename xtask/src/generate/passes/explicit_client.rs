//! The generated `Client::new` goes.
//!
//! It makes an HTTP client that follows redirects, and panics if it cannot. What is left takes the HTTP client as an
//! argument.

use anyhow::{Result, ensure};
use syn::{ImplItem, Item};

use super::implementor;

pub(crate) fn apply(file: &mut syn::File) -> Result<()> {
    let mut removed: usize = 0;
    for item in &mut file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || implementor(block).is_none_or(|name| name != "Client") {
            continue;
        }
        block.items.retain(|item| {
            let goes = matches!(item, ImplItem::Fn(function) if function.sig.ident == "new");
            removed = removed.saturating_add(goes.into());
            !goes
        });
    }
    ensure!(removed == 1, "expected one `Client::new`, found {removed}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::super::assert_same;
    use super::*;

    #[test]
    fn new_goes_and_everything_else_stays() {
        let mut file: syn::File = parse_quote! {
            impl Client { fn new() {} fn new_with_client() {} }
            impl Other { fn new() {} }
        };
        apply(&mut file).unwrap();
        let expected: syn::File = parse_quote! {
            impl Client { fn new_with_client() {} }
            impl Other { fn new() {} }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn a_client_without_new_is_an_error() {
        assert!(apply(&mut parse_quote! { impl Client {} }).is_err());
    }
}
