//! What is sent can be built: each model that can be part of a request's body gets `new` with its required fields.
//!
//! Without it, a `#[non_exhaustive]` struct could not be made outside of its crate. Models that only come in responses
//! get none: a new required field there must not break whoever reads them.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, Fields, Item, ItemStruct, parse_quote};

use super::{models, type_name};

pub(crate) fn apply(file: &mut syn::File, sent: &BTreeSet<String>) {
    let Some(items) = models(file) else { return };
    let constructors: Vec<Item> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(model) if sent.contains(&model.ident.to_string()) => constructor(model),
            _ => None,
        })
        .collect();
    items.extend(constructors);
}

fn constructor(model: &ItemStruct) -> Option<Item> {
    let Fields::Named(fields) = &model.fields else { return None };
    let name = &model.ident;
    let documentation = format!("A `{name}` with its required fields; the optional ones are absent.");
    let (mut arguments, mut values): (Vec<TokenStream>, Vec<TokenStream>) = Default::default();
    for field in &fields.named {
        let (ident, of) = (&field.ident, &field.ty);
        if is_optional(field) {
            values.push(quote! { #ident: ::std::default::Default::default() });
        } else {
            arguments.push(quote! { #ident: #of });
            values.push(quote! { #ident });
        }
    }
    Some(parse_quote! {
        impl #name {
            #[doc = #documentation]
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
        }
    })
}

/// Whether a field may be absent: it is an `Option`, or serde has a default for it.
fn is_optional(field: &Field) -> bool {
    let mut default = false;
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            default |= meta.path.is_ident("default");
            if meta.input.peek(syn::Token![=]) {
                let _: syn::Expr = meta.value()?.parse()?;
            }
            Ok(())
        });
    }
    default || type_name(&field.ty).as_deref() == Some("Option")
}

#[cfg(test)]
mod tests {
    use super::super::assert_same;
    use super::*;

    #[test]
    fn a_sent_model_gets_a_constructor_of_its_required_fields() {
        let mut file: syn::File = parse_quote! {
            mod types {
                struct Body {
                    id: String,
                    note: ::std::option::Option<String>,
                    #[serde(skip_serializing_if = "Vec::is_empty", default)]
                    tags: Vec<String>,
                }
                struct Answer { id: String }
            }
        };
        apply(&mut file, &["Body".to_owned()].into());
        let added: syn::File = parse_quote! {
            impl Body {
                #[doc = "A `Body` with its required fields; the optional ones are absent."]
                pub fn new(id: String) -> Self {
                    Self {
                        id,
                        note: ::std::default::Default::default(),
                        tags: ::std::default::Default::default()
                    }
                }
            }
        };
        let items = models(&mut file).unwrap();
        assert_eq!(items.len(), 3);
        let found = syn::File { items: items.split_off(2), shebang: None, attrs: Vec::new() };
        assert_same(&found, &added);
    }
}
