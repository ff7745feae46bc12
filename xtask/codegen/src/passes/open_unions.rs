//! Unions are open: a value that fits no branch is kept verbatim, and is no error.
//!
//! serde reads the first branch that fits. So a union is read by code of its own, from any JSON: an object with a tag as the
//! branch of that tag and no other (see `policies/discriminators.rs`), anything else as the first branch to which it belongs;
//! see [`branches`](super::branches). An object whose tag has no branch, or does not fit it, is kept, too.
//!
//! Every union has this one form; see `policies/untagged_unions.rs`.
//!
//! Seen in: typify 0.8 makes closed `#[serde(untagged)]` enums of all unions; `rulesets_RequestRule` of Cloudflare's document.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{Fields, Ident, Item, ItemEnum, ItemImpl, Path, Variant, parse_quote};

use super::branches::Check;
use super::open_enums::{ExtendMatch, Opened, catch_all, drop_derives};
use super::shapes::Models;
use super::{has_serde, implemented, implementor, models, retain_serde, serde_text};
use crate::policies::discriminators::Discriminator;

/// `discriminators` are those of unions, by the names of their types.
pub(crate) fn apply(
    file: &mut syn::File,
    enums: &Opened,
    discriminators: &BTreeMap<String, Discriminator>,
) -> Result<()> {
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
    let mut readers = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Enum(union) => {
                if let Some(name) = unions.get(&union.ident) {
                    let discriminator = discriminators.get(&union.ident.to_string());
                    readers.push(reader(union, name, &known.checks(union), discriminator)?);
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
    items.extend(readers);
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
    drop_derives(&mut union.attrs, &["Copy", "Deserialize", "Ord", "PartialOrd"]);
    for field in union.variants.iter_mut().flat_map(|variant| &mut variant.fields) {
        retain_serde(&mut field.attrs, |word| word != "deserialize_with");
    }
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

/// The implementation of `Deserialize` for a union.
fn reader(union: &ItemEnum, other: &Ident, checks: &[Check], discriminator: Option<&Discriminator>) -> Result<Item> {
    let name = &union.ident;
    let by_tag = discriminator.map(|discriminator| by_tag(union, other, discriminator)).transpose()?;
    let in_turn = union.variants.iter().zip(checks).map(|(variant, check)| in_turn(name, variant, check));
    let in_turn = in_turn.collect::<Result<Vec<_>>>()?;
    Ok(parse_quote! {
        #[allow(unused_parens, reason = "one function makes all places")]
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                let branch = &value;
                #by_tag
                #(#in_turn)*
                Ok(Self::#other(value))
            }
        }
    })
}

/// Reads an object with a tag: as the branch of the tag, or verbatim.
fn by_tag(union: &ItemEnum, other: &Ident, discriminator: &Discriminator) -> Result<TokenStream> {
    let Discriminator { property, tags } = discriminator;
    let (name, branches) = (&union.ident, union.variants.len());
    ensure!(
        tags.len() == branches,
        "the union {name} has {} branches, and {branches} in the generated code",
        tags.len()
    );
    let arms = union.variants.iter().zip(tags).filter(|(_, tags)| !tags.is_empty()).map(|(variant, tags)| {
        let (branch, read) = (&variant.ident, function(variant));
        quote! { #(#tags)|* => #read(branch).ok().map(Self::#branch) }
    });
    Ok(quote! {
        if let Some(tag) = branch.get(#property).and_then(::serde_json::Value::as_str) {
            let read = match tag {
                #(#arms,)*
                _ => None,
            };
            return Ok(read.unwrap_or(Self::#other(value)));
        }
    })
}

/// Reads a value as a branch, if it belongs to it.
fn in_turn(union: &Ident, variant: &Variant, check: &Check) -> Result<TokenStream> {
    let name = &variant.ident;
    let of = match &variant.fields {
        Fields::Unit => return Ok(quote! { if branch.is_null() { return Ok(Self::#name); } }),
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|field| &field.ty),
        _ => bail!("the union {union} has the branch {name}, which is no single value"),
    };
    let read = function(variant);
    let values = check.values.as_ref().map_or_else(
        || quote! { return Ok(Self::#name(read)); },
        |condition| {
            quote! {
                let branch: &#of = &read;
                if !(#condition) {
                    return Ok(Self::#name(read));
                }
            }
        },
    );
    let read = quote! {
        if let Ok(read) = #read(branch) {
            #values
        }
    };
    Ok(check.properties.as_ref().map_or_else(|| read.clone(), |condition| quote! { if !(#condition) { #read } }))
}

/// The function that reads a branch.
fn function(variant: &Variant) -> Path {
    let function = variant.fields.iter().find_map(|field| serde_text(&field.attrs, "deserialize_with"));
    let function = function.and_then(|path| path.parse().ok());
    function.unwrap_or_else(|| parse_quote! { ::serde::Deserialize::deserialize })
}

#[cfg(test)]
mod tests {
    use super::super::{assert_same, models_of, open_enums};
    use super::*;

    fn opened(mut file: syn::File, discriminators: &BTreeMap<String, Discriminator>) -> syn::File {
        let enums = open_enums::apply(&mut file).unwrap();
        apply(&mut file, &enums, discriminators).unwrap();
        file
    }

    #[test]
    #[allow(clippy::too_many_lines, reason = "the generated code in full")]
    fn what_fits_no_branch_is_kept_and_a_branch_fits_only_with_values_that_it_lists() {
        let pets = parse_quote! {
            mod types {
                #[derive(::serde::Deserialize, Clone, Copy, Ord)]
                #[serde(untagged)]
                enum Pet { Cat(Cat), Other { kind: ::std::option::Option<OtherKind>, a: u8 } }
                impl ::std::fmt::Display for Pet {
                    fn fmt(&self, f: &mut Formatter<'_>) -> Result { match self { Self::Cat(x) => x.fmt(f), } }
                }
                struct Cat { kind: CatKind }
                enum CatKind { Cat, Cow }
                enum OtherKind { Dog, Cow }
            }
        };
        let mut file = opened(pets, &BTreeMap::new());
        let items = models(&mut file).unwrap();
        let reader = items.pop().unwrap();
        let from = items.pop().unwrap();
        let named = items.pop().unwrap();
        items.truncate(2);
        let expected: syn::File = parse_quote! {
            mod types {
                #[derive(Clone)]
                #[serde(untagged)]
                #[non_exhaustive]
                enum Pet {
                    Cat(Cat),
                    Other(PetOther),
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
                    #[derive(::serde::Deserialize, Clone, Copy, Ord)]
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
            #[allow(unused_parens, reason = "one function makes all places")]
            impl<'de> ::serde::Deserialize<'de> for Pet {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                    let value: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                    let branch = &value;
                    if !(["a"].iter().any(|key| branch.get(key).is_some_and(|value| !value.is_null()))) {
                        if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                            let branch: &Cat = &read;
                            if !(matches!((&branch.kind), CatKind::Unknown(_))) {
                                return Ok(Self::Cat(read));
                            }
                        }
                    }
                    if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                        let branch: &PetOther = &read;
                        if !((&branch.kind).as_ref().is_some_and(|branch| matches!(branch, OtherKind::Unknown(_)))) {
                            return Ok(Self::Other(read));
                        }
                    }
                    Ok(Self::Unknown(value))
                }
            }
        };
        assert_eq!(text(vec![reader]), text(vec![expected]));
    }

    fn pets() -> syn::File {
        parse_quote! {
            mod types {
                #[serde(untagged)]
                enum Pet {
                    Cat(::std::boxed::Box<Cat>),
                    Dogs(#[serde(deserialize_with = "read_dogs")] Dogs),
                    Other(Other),
                    Null,
                }
                struct Cat { kind: String }
            }
        }
    }

    fn discriminators(tags: &[&[&str]]) -> BTreeMap<String, Discriminator> {
        let tags = tags.iter().map(|tags| tags.iter().map(|tag| (*tag).to_owned()).collect()).collect();
        BTreeMap::from([("Pet".to_owned(), Discriminator { property: "kind".to_owned(), tags })])
    }

    #[test]
    fn tag_selects_its_branch_before_any_is_tried() {
        let file = opened(pets(), &discriminators(&[&["cat", "kitty"], &["dogs"], &[], &[]]));
        let reader = models_of(&file).last().unwrap().clone();
        let expected: Item = parse_quote! {
            #[allow(unused_parens, reason = "one function makes all places")]
            impl<'de> ::serde::Deserialize<'de> for Pet {
                fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                    let value: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                    let branch = &value;
                    if let Some(tag) = branch.get("kind").and_then(::serde_json::Value::as_str) {
                        let read = match tag {
                            "cat" | "kitty" => ::serde::Deserialize::deserialize(branch).ok().map(Self::Cat),
                            "dogs" => read_dogs(branch).ok().map(Self::Dogs),
                            _ => None,
                        };
                        return Ok(read.unwrap_or(Self::Unknown(value)));
                    }
                    if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                        return Ok(Self::Cat(read));
                    }
                    if let Ok(read) = read_dogs(branch) {
                        return Ok(Self::Dogs(read));
                    }
                    if let Ok(read) = ::serde::Deserialize::deserialize(branch) {
                        return Ok(Self::Other(read));
                    }
                    if branch.is_null() {
                        return Ok(Self::Null);
                    }
                    Ok(Self::Unknown(value))
                }
            }
        };
        assert_eq!(quote! { #reader }.to_string(), quote! { #expected }.to_string());
        assert!(!quote! { #file }.to_string().contains("deserialize_with"));
    }

    #[test]
    fn union_without_a_variant_for_each_branch_is_an_error() {
        let error = apply(&mut pets(), &Opened::new(), &discriminators(&[&["cat"]])).unwrap_err().to_string();
        assert_eq!(error, "the union Pet has 1 branches, and 4 in the generated code");
    }
}
