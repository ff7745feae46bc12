//! Structs with named fields are `#[non_exhaustive]`, so that a new field of a model does not break users.
//!
//! Seen in: the generator, whose structs are exhaustive.

use syn::parse_quote;

use crate::syntax::objects_mut;

pub(crate) fn apply(file: &mut syn::File) {
    for model in objects_mut(file) {
        model.attrs.push(parse_quote! { #[non_exhaustive] });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn models_are_non_exhaustive_and_newtypes_and_other_structs_are_not() {
        let mut file: syn::File = parse_quote! {
            struct Client { url: String }
            mod types { struct Thing { id: String } struct Id(String); }
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            struct Client { url: String }
            mod types { #[non_exhaustive] struct Thing { id: String } struct Id(String); }
        };
        assert_same(&file, &expected);
    }
}
