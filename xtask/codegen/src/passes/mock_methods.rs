//! A method for a parameter is renamed if every mock has a method of that name, such as `new` or `into_inner`.
//!
//! Seen in: the generator, which does not rename such a parameter.

use std::collections::BTreeSet;

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{ImplItem, ItemImpl};

pub(crate) fn apply(file: &mut syn::File) {
    MockMethods.visit_file_mut(file);
}

struct MockMethods;

impl VisitMut for MockMethods {
    /// Adds an underscore to a method whose name is taken, which the generator also adds to keywords. The methods of
    /// every mock precede the others.
    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        let mut taken = BTreeSet::new();
        for item in &mut block.items {
            if let ImplItem::Fn(method) = item {
                while !taken.insert(method.sig.ident.clone()) {
                    method.sig.ident = format_ident!("{}_", method.sig.ident);
                }
            }
        }
        visit_mut::visit_item_impl_mut(self, block);
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::super::assert_same;
    use super::*;

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
