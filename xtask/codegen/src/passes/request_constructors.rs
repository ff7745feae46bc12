//! Every model that can be part of a request gets `new`, with its required fields.
//!
//! A required nullable property is an argument as well: a program must not send null by omission. Unlisted members are
//! no argument, since most requests have none.
//!
//! Without a constructor, code outside the crate could not build a `#[non_exhaustive]` struct. Models of responses get
//! no constructor, so that a new required field does not break their users. Tests decode them from JSON.
//!
//! Seen in: the generator, which writes no constructors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Item, ItemStruct, parse_quote};

use super::reach::sent;
use super::shapes::is_flat;
use crate::syntax::{can_be_absent, models};

pub(crate) fn apply(file: &mut syn::File) {
    let sent = sent(file);
    let Some(items) = models(file) else { return };
    let constructors: Vec<Item> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(model) if sent.contains(&model.ident) => constructor(model),
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
        if can_be_absent(field) || is_flat(field) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{assert_same, implementor};

    #[test]
    fn model_of_a_request_gets_a_constructor_with_its_required_fields() {
        let mut file: syn::File = parse_quote! {
            impl Client { async fn put<'a>(&'a self, body: &'a types::Body) -> Result<types::Returned, Error> {} }
            mod types {
                struct Body {
                    id: String,
                    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
                    note: ::std::option::Option<String>,
                    #[serde(default)]
                    parent: ::std::option::Option<String>,
                }
                struct Returned { id: String }
            }
        };
        apply(&mut file);
        let added: syn::File = parse_quote! {
            impl Body {
                #[doc = "A `Body` with its required fields; the optional ones are absent."]
                pub fn new(id: String, parent: ::std::option::Option<String>) -> Self {
                    Self { id, note: ::std::default::Default::default(), parent }
                }
            }
        };
        let items = models(&mut file).unwrap();
        assert_eq!(items.len(), 3);
        let new_items = syn::File { items: items.split_off(2), shebang: None, attrs: Vec::new() };
        assert_same(&new_items, &added);
    }

    #[test]
    fn models_within_bodies_and_parameters_get_constructors_also_in_cycles_and_unions() {
        let mut file: syn::File = parse_quote! {
            impl Client {
                fn put(&self, filter: Option<&types::Filter>, body: &types::Body) -> types::Returned {}
            }
            mod types {
                struct Filter { by: Option<String> }
                struct Body(Vec<Either>);
                enum Either { One(::std::boxed::Box<Part>), Other { part: Inline } }
                struct Part { parent: Option<Body>, id: u8 }
                struct Inline { id: u8 }
                struct Returned { part: Part }
            }
        };
        apply(&mut file);
        let items = models(&mut file).unwrap();
        let built: Vec<_> = items
            .iter()
            .filter_map(|item| match item {
                Item::Impl(block) => implementor(block).map(ToString::to_string),
                _ => None,
            })
            .collect();
        assert_eq!(built, ["Filter", "Part", "Inline"]);
    }
}
