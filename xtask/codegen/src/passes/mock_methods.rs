//! A method for a parameter is renamed if every mock has a method of that name, such as `new` or `into_inner`.
//!
//! Seen in: the generator, which does not rename such a parameter.

use std::collections::BTreeSet;

use quote::format_ident;

use super::mock_blocks::mock_blocks_mut;
use crate::syntax::methods_mut;

/// Adds an underscore to a method whose name is taken, which the generator also adds to keywords. The methods of every
/// mock precede the others.
pub(crate) fn apply(file: &mut syn::File) {
    for (_, block) in mock_blocks_mut(file) {
        let mut taken = BTreeSet::new();
        for method in methods_mut(block) {
            while !taken.insert(method.sig.ident.clone()) {
                method.sig.ident = format_ident!("{}_", method.sig.ident);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn parameter_with_the_name_of_a_method_of_every_mock_is_renamed() {
        let mut file: syn::File = parse_quote! {
            mod operations {
                impl GetWhen { fn new(inner: When) {} fn into_inner(self) {} fn id(self) {} fn new(self) {} }
                impl PutWhen { fn new(inner: When) {} fn into_inner(self) {} fn into_inner(self) {} }
            }
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            mod operations {
                impl GetWhen { fn new(inner: When) {} fn into_inner(self) {} fn id(self) {} fn new_(self) {} }
                impl PutWhen { fn new(inner: When) {} fn into_inner(self) {} fn into_inner_(self) {} }
            }
        };
        assert_same(&file, &expected);
    }
}
