//! The field `extra` of a model contains the members that its schema allows and does not list.
//!
//! - A key of `extra` that is a declared property is an error when the model is encoded, since the generated code would
//!   write it twice.
//! - A model with `extra` implements `Default` like other models; the generator omits it. The constructors of
//!   [`request_constructors`] do not take `extra`, which is empty at first. A program therefore still compiles when a
//!   schema begins to allow more members.
//! - If a property has the name of the field, the field gets an underscore, which the generator also adds to keywords.
//!
//! [`request_constructors`]: super::request_constructors
//!
//! Seen in: Cloudflare's document of 2024-08-06 and GitHub's REST document, which have objects with properties and
//! other members.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, ItemStruct, Meta};

use super::shapes::{is_flat, key};
use crate::syntax::{can_be_absent, objects_mut};

pub(crate) fn apply(file: &mut syn::File) {
    for model in objects_mut(file) {
        let (flat, declared): (Vec<_>, Vec<_>) = model.fields.iter_mut().partition(|field| is_flat(field));
        if flat.is_empty() {
            continue;
        }
        if declared.iter().all(|field| can_be_absent(field)) {
            model.attrs.iter_mut().for_each(derive_default);
        }
        for field in flat {
            while let Some(name) =
                field.ident.clone().filter(|name| declared.iter().any(|other| other.ident.as_ref() == Some(name)))
            {
                field.ident = Some(format_ident!("{name}_"));
            }
        }
    }
}

fn derive_default(attribute: &mut Attribute) {
    if let Meta::List(list) = &mut attribute.meta
        && list.path.is_ident("derive")
    {
        let others = &list.tokens;
        list.tokens = quote! { #others, Default };
    }
}

/// The statement that rejects keys of `extra` that are declared properties; `None` if the model has no `extra`.
pub(super) fn check(model: &ItemStruct) -> Option<TokenStream> {
    let flat = model.fields.iter().find(|field| is_flat(field))?.ident.as_ref()?;
    let declared = model.fields.iter().filter(|field| !is_flat(field)).map(key);
    Some(quote! { ::api_runtime::reject_declared::<S::Error>(self.#flat.keys(), &[#(#declared),*])?; })
}

#[cfg(test)]
mod tests {
    use syn::{Item, parse_quote};

    use super::*;
    use crate::syntax::{assert_same, models};

    #[test]
    fn model_with_extra_members_has_a_default_if_its_properties_are_optional() {
        let mut file: syn::File = parse_quote! { mod types {
            #[derive(Clone)]
            struct Optional {
                #[serde(skip_serializing_if = "Option::is_none")]
                id: Option<String>,
                #[serde(flatten)]
                extra: Map<String, Value>,
            }
            #[derive(Clone)]
            struct Required { id: String, #[serde(flatten)] extra: Map<String, Value> }
            #[derive(Clone)]
            struct Closed {}
        } };
        let mut expected = file.clone();
        if let Some(Item::Struct(model)) = models(&mut expected).unwrap().first_mut() {
            model.attrs = vec![parse_quote! { #[derive(Clone, Default)] }];
        }
        apply(&mut file);
        assert_same(&file, &expected);
    }

    #[test]
    fn extra_field_is_renamed_if_a_property_has_its_name() {
        let mut file: syn::File = parse_quote! { mod types {
            struct Thing { #[serde(flatten)] extra: Map<String, Value>, extra: String, #[serde(rename = "extra-")] extra_: u8 }
        } };
        apply(&mut file);
        let expected: syn::File = parse_quote! { mod types {
            struct Thing { #[serde(flatten)] extra__: Map<String, Value>, extra: String, #[serde(rename = "extra-")] extra_: u8 }
        } };
        assert_same(&file, &expected);
        let Some(Item::Struct(model)) = models(&mut file).unwrap().first() else { unreachable!() };
        let expected =
            quote! { ::api_runtime::reject_declared::<S::Error>(self.extra__.keys(), &["extra", "extra-"])?; };
        assert_eq!(check(model).map(|check| check.to_string()), Some(expected.to_string()));
        assert!(check(&parse_quote! { struct Thing { id: u8 } }).is_none());
    }
}
