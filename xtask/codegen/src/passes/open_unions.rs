//! Unions are open: a value that fits no branch is kept verbatim, and is no error.
//!
//! serde decodes a value as the first branch that fits. The generated implementation decodes any JSON instead. An
//! object with a tag becomes the branch of that tag (see `policies/discriminators.rs`), any other value the first
//! branch that accepts it (see [`branches`](super::branches)). An object whose tag has no branch, or whose branch
//! rejects it, is kept.
//!
//! Every union has this one form; see `policies/untagged_unions.rs`.
//!
//! Seen in: typify 0.8 writes closed `#[serde(untagged)]` enums for all unions; `rulesets_RequestRule` of Cloudflare's
//! document.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Fields, Ident, Item, ItemEnum, Path, Type, Variant, parse_quote};

use super::branches::Check;
use super::open_enums::{Opened, catch_all, drop_derives};
use super::shapes::Models;
use crate::policies::discriminators::Discriminator;
use crate::syntax::{has_serde, models, name_of, only_type, retain_serde, serde_text};

/// `discriminators` contains the discriminators of unions, by the names of their types.
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
    let all_models = Models::new(items, enums, &unions);
    let mut readers = Vec::new();
    for item in items.iter_mut() {
        if let Item::Enum(union) = item
            && let Some(name) = unions.get(&union.ident)
        {
            let discriminator = discriminators.get(&union.ident.to_string());
            readers.push(reader(union, name, &all_models.checks(union), discriminator)?);
            open(union, name);
        }
    }
    items.extend(readers);
    Ok(())
}

/// Whether an enum is a union. Enums of text have `untagged` at their last variant only.
pub(super) fn is_union(model: &ItemEnum) -> bool {
    has_serde(&model.attrs, "untagged")
}

/// Makes a type of every branch with inline fields, so that it is decoded, built and extended like all others.
fn name_branches(items: &mut Vec<Item>) {
    let mut taken: BTreeSet<Ident> = items.iter().filter_map(name_of).cloned().collect();
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

/// The implementation of `Deserialize` for a union.
fn reader(union: &ItemEnum, other: &Ident, checks: &[Check], discriminator: Option<&Discriminator>) -> Result<Item> {
    let name = &union.ident;
    let by_tag = discriminator.map(|discriminator| by_tag(union, other, discriminator)).transpose()?;
    let in_turn = union.variants.iter().zip(checks).map(|(variant, check)| in_turn(name, variant, check));
    let in_turn = in_turn.collect::<Result<Vec<_>>>()?;
    let in_turn = quote! { #(#in_turn)* };
    let in_turn = if in_turn.to_string().contains("null_counts") {
        quote! { for null_counts in [true, false] { #in_turn } }
    } else {
        in_turn
    };
    Ok(parse_quote! {
        #[allow(unused_parens, reason = "one function makes all places")]
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let value: ::serde_json::Value = ::serde::Deserialize::deserialize(deserializer)?;
                let branch = &value;
                #by_tag
                #in_turn
                Ok(Self::#other(value))
            }
        }
    })
}

/// The code that decodes an object with a tag: as the branch of the tag, or verbatim.
fn by_tag(union: &ItemEnum, other: &Ident, discriminator: &Discriminator) -> Result<TokenStream> {
    let Discriminator { property, tags } = discriminator;
    let (name, branches) = (&union.ident, union.variants.len());
    ensure!(
        tags.len() == branches,
        "expected {} variants for the branches of the union {name}, found {branches}",
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

/// The code that decodes a value as a branch, unless the branch rejects it.
fn in_turn(union: &Ident, variant: &Variant, check: &Check) -> Result<TokenStream> {
    let name = &variant.ident;
    if matches!(variant.fields, Fields::Unit) {
        return Ok(quote! { if branch.is_null() { return Ok(Self::#name); } });
    }
    let of = only_type(&variant.fields)
        .with_context(|| format!("expected a single value in the branch {name} of the union {union}"))?;
    let read = function(variant);
    let read = accepted(name, of, &quote! { #read(branch) }, check.values.as_ref());
    Ok(check.properties.as_ref().map_or_else(|| read.clone(), |condition| quote! { if !(#condition) { #read } }))
}

/// The code that returns what was read as a branch, unless `rejects` applies to it.
fn accepted(name: &Ident, of: &Type, read: &TokenStream, rejects: Option<&TokenStream>) -> TokenStream {
    let accepted = quote! { return Ok(Self::#name(read)); };
    let accepted = rejects.map_or_else(
        || accepted.clone(),
        |condition| {
            quote! {
                let branch: &#of = &read;
                if !(#condition) { #accepted }
            }
        },
    );
    quote! { if let Ok(read) = #read { #accepted } }
}

/// The function that decodes a branch.
fn function(variant: &Variant) -> Path {
    let function = variant.fields.iter().find_map(|field| serde_text(&field.attrs, "deserialize_with"));
    let function = function.and_then(|path| path.parse().ok());
    function.unwrap_or_else(|| parse_quote! { ::serde::Deserialize::deserialize })
}

#[cfg(test)]
mod tests;
