//! Every model that can be part of a request gets `new`, with its required fields.
//!
//! Without it, code outside the crate could not build a `#[non_exhaustive]` struct. Models of responses get no
//! constructor, so that a new required field does not break their users. Tests make them from JSON.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use syn::visit::{self, Visit};
use syn::{Fields, Path};
use syn::{FnArg, Ident, ImplItem, Item, ItemStruct, parse_quote};

use super::{implementor, is_optional, models};

pub(crate) fn apply(file: &mut syn::File) {
    let mut pending = arguments(file);
    let Some(items) = models(file) else { return };
    let models: BTreeMap<_, _> = items.iter().filter_map(|item| Some((name(item)?, item))).collect();
    let mut sent = BTreeSet::new();
    while let Some(model) = pending.pop_last() {
        if let Some(item) = models.get(&model)
            && sent.insert(model)
        {
            let mut named = Names::default();
            named.visit_item(item);
            pending.extend(named.0);
        }
    }
    let constructors: Vec<Item> = items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(model) if sent.contains(&model.ident) => constructor(model),
            _ => None,
        })
        .collect();
    items.extend(constructors);
}

fn name(item: &Item) -> Option<Ident> {
    match item {
        Item::Struct(model) => Some(model.ident.clone()),
        Item::Enum(model) => Some(model.ident.clone()),
        _ => None,
    }
}

/// The names of types in the arguments of the client's methods: bodies and parameters.
fn arguments(file: &syn::File) -> BTreeSet<Ident> {
    let mut names = Names::default();
    for item in &file.items {
        let Item::Impl(block) = item else { continue };
        if block.trait_.is_some() || implementor(block).is_none_or(|name| name != "Client") {
            continue;
        }
        for item in &block.items {
            if let ImplItem::Fn(function) = item {
                let typed = function.sig.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
                typed.for_each(|input| names.visit_fn_arg(input));
            }
        }
    }
    names.0
}

/// The last segment of every path that stands for a type.
#[derive(Default)]
struct Names(BTreeSet<Ident>);

impl<'a> Visit<'a> for Names {
    fn visit_path(&mut self, path: &'a Path) {
        self.0.extend(path.segments.last().map(|segment| segment.ident.clone()));
        visit::visit_path(self, path);
    }
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

#[cfg(test)]
mod tests {
    use super::super::assert_same;
    use super::*;

    #[test]
    fn a_sent_model_gets_a_constructor_of_its_required_fields() {
        let mut file: syn::File = parse_quote! {
            impl Client { async fn put<'a>(&'a self, body: &'a types::Body) -> Result<types::Answer, Error> {} }
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
        apply(&mut file);
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
    #[test]
    fn what_a_body_or_a_parameter_leads_to_is_sent_also_in_a_circle_and_within_a_union() {
        let mut file: syn::File = parse_quote! {
            impl Client {
                fn put(&self, filter: Option<&types::Filter>, body: &types::Body) -> types::Answer {}
            }
            mod types {
                struct Filter { by: Option<String> }
                struct Body(Vec<Either>);
                enum Either { One(::std::boxed::Box<Part>), Other { part: Inline } }
                struct Part { parent: Option<Body>, id: u8 }
                struct Inline { id: u8 }
                struct Answer { part: Part }
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
