//! Unions are open: a value that fits no branch is kept verbatim, and is no error.
//!
//! serde reads the first branch that fits. So each branch is read through a check that rejects values of other
//! branches; see [`branches`](super::branches).

use std::collections::BTreeSet;

use anyhow::Result;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{Field, Fields, Ident, Item, ItemEnum, ItemImpl, Path, parse_quote};

use super::branches::Check;
use super::open_enums::{ExtendMatch, Opened, catch_all, drop_derives};
use super::shapes::Models;
use super::{has_serde, implemented, implementor, models, retain_serde, serde_text};

pub(crate) fn apply(file: &mut syn::File, enums: &Opened) -> Result<()> {
    let Some(items) = models(file) else { return Ok(()) };
    name_branches(items);
    let mut unions = Opened::new();
    for item in items.iter() {
        if let Item::Enum(union) = item
            && is_union(union)
        {
            unions.insert(union.ident.clone(), catch_all(union)?);
        }
    }
    let known = Models::new(items, enums, &unions);
    let mut checks = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Enum(union) => {
                if let Some(name) = unions.get(&union.ident) {
                    let of_union = known.checks(union);
                    for (variant, check) in union.variants.iter_mut().zip(&of_union) {
                        variant.fields.iter_mut().for_each(|field| read_through(field, check, &mut checks));
                    }
                    open(union, name);
                }
            }
            Item::Impl(block) => {
                if let Some(name) = implementor(block).and_then(|union| unions.get(union)) {
                    extend_display(block, name);
                }
            }
            _ => {}
        }
    }
    if !checks.is_empty() {
        items.push(parse_quote! {
            /// Reads the branches of unions: each fails if it is given what belongs to another one.
            #[allow(unused_parens, reason = "places are put together in one way")]
            mod branches {
                use super::*;
                #(#checks)*
            }
        });
    }
    Ok(())
}

fn is_union(model: &ItemEnum) -> bool {
    has_serde(&model.attrs, "untagged")
}

/// Makes a type of every branch that is none, so that it is read, built and extended like all others.
fn name_branches(items: &mut Vec<Item>) {
    let mut taken: BTreeSet<Ident> = items.iter().filter_map(defined).collect();
    let mut named: Vec<Item> = Vec::new();
    for item in items.iter_mut() {
        let Item::Enum(union) = item else { continue };
        if !is_union(union) {
            continue;
        }
        let (name, derives) =
            (&union.ident, union.attrs.iter().filter(|attribute| attribute.path().is_ident("derive")));
        let derives: Vec<_> = derives.cloned().collect();
        for variant in &mut union.variants {
            let Fields::Named(fields) = &mut variant.fields else { continue };
            let (branch, mut of) = (&variant.ident, format_ident!("{name}{}", variant.ident));
            while !taken.insert(of.clone()) {
                of = format_ident!("{of}Branch");
            }
            fields.named.iter_mut().for_each(|field| field.vis = parse_quote! { pub });
            let documentation = format!("What [`{name}::{branch}`] holds.");
            named.push(parse_quote! {
                #[doc = #documentation]
                #(#derives)*
                pub struct #of #fields
            });
            named.push(parse_quote! {
                impl ::std::convert::From<#of> for #name {
                    fn from(value: #of) -> Self {
                        Self::#branch(value)
                    }
                }
            });
            variant.fields = Fields::Unnamed(parse_quote! { (#of) });
        }
    }
    items.extend(named);
}

/// The name of the type that an item defines.
fn defined(item: &Item) -> Option<Ident> {
    match item {
        Item::Enum(model) => Some(model.ident.clone()),
        Item::Struct(model) => Some(model.ident.clone()),
        _ => None,
    }
}

/// Adds the catch-all variant to a union.
fn open(union: &mut ItemEnum, name: &Ident) {
    union.variants.push(parse_quote! {
        /// What fits none of the others, verbatim.
        #name(::serde_json::Value)
    });
    drop_derives(&mut union.attrs, &["Copy", "Ord", "PartialOrd"]);
    union.attrs.push(parse_quote! { #[non_exhaustive] });
}

/// Lets `Display` write what was kept; a text without quotes, like any other.
fn extend_display(block: &mut ItemImpl, name: &Ident) {
    if implemented(block).as_deref() == Some("Display") {
        let arm = quote! {
            Self::#name(value) => f.write_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        ExtendMatch(arm).visit_item_impl_mut(block);
    }
}

/// Lets a branch be read through a check, unless there is nothing to check.
fn read_through(field: &mut Field, check: &Check, checks: &mut Vec<Item>) {
    let of = &field.ty;
    let properties = check.properties.as_ref().map(|condition| {
        quote! {
            let read: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
            let branch = &read;
            if #condition {
                return Err(::serde::de::Error::custom("a property of another branch, or none that this one requires"));
            }
            let deserializer = ::serde::de::IntoDeserializer::into_deserializer(read);
        }
    });
    let values = check.values.as_ref().map(|condition| {
        quote! {
            let branch = &read;
            if #condition {
                return Err(::serde::de::Error::custom("a value that this branch does not list"));
            }
        }
    });
    if properties.is_none() && values.is_none() {
        return;
    }
    let error = properties.is_some().then(|| quote! { .map_err(::serde::de::Error::custom) });
    let reader: Path = serde_text(&field.attrs, "deserialize_with")
        .and_then(|path| path.parse().ok())
        .unwrap_or_else(|| parse_quote! { ::serde::Deserialize::deserialize });
    retain_serde(&mut field.attrs, |word| word != "deserialize_with");
    let name = format_ident!("branch_{}", checks.len());
    let path = format!("branches::{name}");
    checks.push(parse_quote! {
        pub(super) fn #name<'de, D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<#of, D::Error> {
            #properties
            let read: #of = #reader(deserializer)#error?;
            #values
            Ok(read)
        }
    });
    field.attrs.push(parse_quote! { #[serde(deserialize_with = #path)] });
}

#[cfg(test)]
mod tests {
    use super::super::{assert_same, open_enums};
    use super::*;

    fn opened(mut file: syn::File) -> syn::File {
        let enums = open_enums::apply(&mut file).unwrap();
        apply(&mut file, &enums).unwrap();
        file
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "the generated code in full")]
    fn what_fits_no_branch_is_kept_and_a_branch_fits_only_with_values_that_it_lists() {
        let mut file = opened(parse_quote! {
            mod types {
                #[derive(Clone, Copy, Ord)]
                #[serde(untagged)]
                enum Pet { Cat(Cat), Other { kind: ::std::option::Option<OtherKind>, a: u8 } }
                impl ::std::fmt::Display for Pet {
                    fn fmt(&self, f: &mut Formatter<'_>) -> Result { match self { Self::Cat(x) => x.fmt(f), } }
                }
                struct Cat { kind: CatKind }
                enum CatKind { Cat, Cow }
                enum OtherKind { Dog, Cow }
            }
        });
        let items = models(&mut file).unwrap();
        let checks = items.pop().unwrap();
        let from = items.pop().unwrap();
        let named = items.pop().unwrap();
        items.truncate(2);
        let expected: syn::File = parse_quote! {
            mod types {
                #[derive(Clone)]
                #[serde(untagged)]
                #[non_exhaustive]
                enum Pet {
                    Cat(#[serde(deserialize_with = "branches::branch_0")] Cat),
                    Other(#[serde(deserialize_with = "branches::branch_1")] PetOther),
                    /// What fits none of the others, verbatim.
                    Unknown(::serde_json::Value)
                }
                impl ::std::fmt::Display for Pet {
                    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                        match self {
                            Self::Cat(x) => x.fmt(f),
                            Self::Unknown(value) => {
                                f.write_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                            },
                        }
                    }
                }
            }
        };
        assert_same(&file, &expected);
        let text = |items: Vec<Item>| prettyplease::unparse(&syn::File { shebang: None, attrs: Vec::new(), items });
        assert_eq!(
            text(vec![named, from]),
            text(vec![
                parse_quote! {
                    #[doc = "What [`Pet::Other`] holds."]
                    #[derive(Clone, Copy, Ord)]
                    pub struct PetOther { pub kind: ::std::option::Option<OtherKind>, pub a: u8 }
                },
                parse_quote! {
                    impl ::std::convert::From<PetOther> for Pet {
                        fn from(value: PetOther) -> Self { Self::Other(value) }
                    }
                }
            ])
        );
        let expected = parse_quote! {
            /// Reads the branches of unions: each fails if it is given what belongs to another one.
            #[allow(unused_parens, reason = "places are put together in one way")]
            mod branches {
                use super::*;
                pub(super) fn branch_0<'de, D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Cat, D::Error> {
                    let read: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                    let branch = &read;
                    if ["a"].iter().any(|key| branch.get(key).is_some_and(|value| !value.is_null())) {
                        return Err(::serde::de::Error::custom("a property of another branch, or none that this one requires"));
                    }
                    let deserializer = ::serde::de::IntoDeserializer::into_deserializer(read);
                    let read: Cat = ::serde::Deserialize::deserialize(deserializer).map_err(::serde::de::Error::custom)?;
                    let branch = &read;
                    if matches!((&branch.kind), CatKind::Unknown(_)) {
                        return Err(::serde::de::Error::custom("a value that this branch does not list"));
                    }
                    Ok(read)
                }
                pub(super) fn branch_1<'de, D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<PetOther, D::Error> {
                    let read: PetOther = ::serde::Deserialize::deserialize(deserializer)?;
                    let branch = &read;
                    if (&branch.kind).as_ref().is_some_and(|branch| matches!(branch, OtherKind::Unknown(_))) {
                        return Err(::serde::de::Error::custom("a value that this branch does not list"));
                    }
                    Ok(read)
                }
            }
        };
        assert_eq!(text(vec![checks]), text(vec![expected]));
    }
}
