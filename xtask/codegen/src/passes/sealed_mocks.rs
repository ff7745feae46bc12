//! The extension trait of the mocks is sealed, since the method of a new operation would break other implementations.
//!
//! Seen in: the generator, whose trait `MockServerExt` is open.

use anyhow::{Result, bail};
use syn::{Item, parse_quote};

pub(crate) fn apply(file: &mut syn::File) -> Result<()> {
    let Some(extension) = file.items.iter_mut().find_map(|item| match item {
        Item::Trait(item) if item.ident == "MockServerExt" => Some(item),
        _ => None,
    }) else {
        bail!("expected a trait `MockServerExt`, found none");
    };
    extension.supertraits.push(parse_quote! { sealed::Sealed });
    file.items.push(parse_quote! {
        mod sealed {
            pub trait Sealed {}
            impl Sealed for ::httpmock::MockServer {}
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn extension_trait_of_the_mocks_is_sealed() {
        let mut file: syn::File = parse_quote! { pub trait MockServerExt { fn get(&self); } };
        apply(&mut file).unwrap();
        let expected: syn::File = parse_quote! {
            pub trait MockServerExt: sealed::Sealed { fn get(&self); }
            mod sealed { pub trait Sealed {} impl Sealed for ::httpmock::MockServer {} }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn mocks_without_the_trait_are_an_error() {
        assert!(apply(&mut parse_quote! {}).is_err());
    }
}
