//! Finds items with the same name in one module, which the compiler rejects.
//!
//! Two schemas with different names can get the same Rust name. The generator does not report that, so the code is
//! checked before it is written. Seen in Stripe's document: the union of a property had the name of a component.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::{Attribute, Fields, Ident, ImplItem, Item, ItemImpl};

use crate::error::Error;

/// Checks that no two items of a module, variants of an enum, fields of a struct or implementations have the same name.
///
/// # Errors
///
/// If there are duplicates. `code` names the file in the message.
pub(crate) fn check(code: &'static str, file: &syn::File) -> Result<(), Error> {
    let mut duplicates = BTreeSet::new();
    in_module("", &file.items, &mut duplicates);
    let names: Vec<_> = duplicates.into_iter().collect();
    if names.is_empty() { Ok(()) } else { Err(Error::Duplicates { code, names }) }
}

/// Collects the paths of the duplicates in a module.
fn in_module(path: &str, items: &[Item], duplicates: &mut BTreeSet<String>) {
    let mut seen = BTreeSet::new();
    for (attributes, namespace, names) in items.iter().filter_map(defined) {
        // Only one of the alternatives of a configuration is compiled.
        if !attributes.iter().any(|attribute| attribute.path().is_ident("cfg")) {
            let again = names.into_iter().filter(|name| !seen.insert((namespace, name.clone())));
            duplicates.extend(again.map(|name| format!("`{path}{name}`")));
        }
    }
    for item in items {
        match item {
            Item::Mod(of) => {
                let items = of.content.as_ref().map_or(&[][..], |(_, items)| items);
                in_module(&format!("{path}{}::", of.ident), items, duplicates);
            }
            Item::Struct(of) => members(path, &of.ident, field_names(&of.fields), duplicates),
            Item::Enum(of) => {
                members(path, &of.ident, of.variants.iter().map(|variant| &variant.ident), duplicates);
                let path = format!("{path}{}::", of.ident);
                for variant in &of.variants {
                    members(&path, &variant.ident, field_names(&variant.fields), duplicates);
                }
            }
            _ => {}
        }
    }
}

/// The attributes of an item, and the names that it defines in a namespace.
fn defined(item: &Item) -> Option<(&[Attribute], &'static str, Vec<String>)> {
    let (attributes, namespace, name) = match item {
        Item::Struct(of) => (&of.attrs, "type", &of.ident),
        Item::Enum(of) => (&of.attrs, "type", &of.ident),
        Item::Type(of) => (&of.attrs, "type", &of.ident),
        Item::Trait(of) => (&of.attrs, "type", &of.ident),
        Item::Mod(of) => (&of.attrs, "type", &of.ident),
        Item::Fn(of) => (&of.attrs, "value", &of.sig.ident),
        Item::Const(of) if of.ident != "_" => (&of.attrs, "value", &of.ident),
        Item::Static(of) => (&of.attrs, "value", &of.ident),
        Item::Impl(of) => return Some((&of.attrs, "implementation", implemented(of))),
        _ => return None,
    };
    Some((attributes, namespace, vec![name.to_string()]))
}

fn field_names(fields: &Fields) -> impl Iterator<Item = &Ident> {
    fields.iter().filter_map(|field| field.ident.as_ref())
}

/// Collects the duplicate members of a type.
fn members<'a>(path: &str, of: &Ident, names: impl Iterator<Item = &'a Ident>, duplicates: &mut BTreeSet<String>) {
    let mut seen = BTreeSet::new();
    duplicates.extend(names.filter(|name| !seen.insert(*name)).map(|name| format!("`{path}{of}::{name}`")));
}

/// The trait of an `impl`, or its functions and constants if it has no trait.
fn implemented(of: &ItemImpl) -> Vec<String> {
    let target = of.self_ty.to_token_stream();
    if let Some((_, of_trait, _)) = &of.trait_ {
        return vec![format!("impl {} for {target}", of_trait.to_token_stream())];
    }
    let names = of.items.iter().filter_map(|item| match item {
        ImplItem::Fn(of) => Some(&of.sig.ident),
        ImplItem::Const(of) => Some(&of.ident),
        _ => None,
    });
    names.map(|name| format!("{target}::{name}")).collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn duplicate_of_every_kind_is_an_error_with_its_path() {
        let file: syn::File = parse_quote! {
            pub mod types {
                pub struct Card { a: u8, r#type: u8, a: u8 }
                pub enum Card { One, Two { x: u8, x: u8 }, One }
                impl Default for Card {}
                impl Default for Card {}
                impl Card { fn get(&self) {} }
                impl Card { fn get(&self) {} }
            }
            const A: u8 = 1;
            fn A() {}
        };
        let error = check("the client", &file).unwrap_err().to_string();
        let expected = "the client would not compile: it has more than one item named `A`, `types::Card::One`, \
                        `types::Card::Two::x`, `types::Card::a`, `types::Card::get`, `types::Card`, `types::impl Default \
                        for Card`; \
                        rename a schema in [names.types] of sdk.toml";
        assert_eq!(error, expected);
    }

    #[test]
    fn same_name_in_another_module_namespace_or_configuration_is_no_duplicate() {
        let file: syn::File = parse_quote! {
            pub mod types {
                pub struct Card { a: u8 }
                pub enum Kind { One, Two }
                impl From<Card> for Kind {}
                impl From<u8> for Kind {}
                impl Card { fn get(&self) {} }
                impl Kind { fn get(&self) {} }
            }
            pub struct Card;
            fn card() {}
            mod card {}
            const _: () = ();
            const _: () = ();
            #[cfg(unix)]
            fn by_configuration() {}
            #[cfg(not(unix))]
            fn by_configuration() {}
        };
        check("the client", &file).unwrap();
    }
}
