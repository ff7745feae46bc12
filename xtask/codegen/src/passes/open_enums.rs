//! String enums are open: a value that the document does not list is kept verbatim, not an error.
//!
//! Each enum gets a variant for such values, which is tried last and encoded verbatim. Variants may be added later, so
//! the enum is `#[non_exhaustive]`. The variant contains a string, so the enum is not `Copy`.
//!
//! Seen in: typify 0.8 writes closed enums: 1,819 for Cloudflare's document.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Expr, ExprMatch, Fields, Ident, Item, ItemEnum, ItemImpl, Meta, Path, Token, parse_quote};

use crate::syntax::{implemented, implementor, models};

/// The names for the catch-all variant: the first one that is not the name of a value is used.
const NAMES: [&str; 3] = ["Unknown", "UnknownValue", "UnlistedValue"];

/// The enums that have a catch-all variant, with its name.
pub(crate) type Opened = BTreeMap<Ident, Ident>;

pub(crate) fn apply(file: &mut syn::File) -> Result<Opened> {
    let mut opened = Opened::new();
    let Some(items) = models(file) else { return Ok(opened) };
    for item in items.iter_mut() {
        if let Item::Enum(model) = item
            && is_string_enum(model)
        {
            opened.insert(model.ident.clone(), open(model)?);
        }
    }
    for item in items.iter_mut() {
        if let Item::Impl(block) = item
            && let Some(catch_all) = implementor(block).and_then(|name| opened.get(name)).cloned()
        {
            extend_matches(block, &catch_all);
        }
    }
    Ok(opened)
}

fn is_string_enum(model: &ItemEnum) -> bool {
    !model.variants.is_empty() && model.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit))
}

/// The name of an enum's catch-all variant.
pub(super) fn catch_all(model: &ItemEnum) -> Result<Ident> {
    let name = NAMES
        .iter()
        .find(|name| model.variants.iter().all(|variant| variant.ident != **name))
        .with_context(|| format!("{}: every name for the catch-all variant is taken", model.ident))?;
    Ok(Ident::new(name, model.ident.span()))
}

/// Adds the catch-all variant to an enum and returns its name.
fn open(model: &mut ItemEnum) -> Result<Ident> {
    let name = catch_all(model)?;
    model.variants.push(parse_quote! {
        /// A value that the document does not list, verbatim.
        #[serde(untagged)]
        #name(::std::string::String)
    });
    drop_derives(&mut model.attrs, &["Copy"]);
    model.attrs.push(parse_quote! { #[non_exhaustive] });
    Ok(name)
}

/// Removes traits from the derived ones.
pub(super) fn drop_derives(attributes: &mut [Attribute], dropped: &[&str]) {
    for attribute in attributes {
        let Meta::List(list) = &mut attribute.meta else { continue };
        if list.path.is_ident("derive")
            && let Ok(derived) = list.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        {
            let kept = derived
                .iter()
                .filter(|path| path.segments.last().is_none_or(|last| !dropped.iter().any(|name| last.ident == name)));
            list.tokens = quote! { #(#kept),* };
        }
    }
}

/// Makes `Display` write the kept string, and `FromStr` keep an unlisted one.
fn extend_matches(block: &mut ItemImpl, catch_all: &Ident) {
    let arm = match implemented(block).as_deref() {
        Some("Display") => quote! { Self::#catch_all(value) => f.write_str(value) },
        Some("FromStr") => quote! { value => Ok(Self::#catch_all(value.to_owned())) },
        _ => return,
    };
    ExtendMatch(arm).visit_item_impl_mut(block);
}

/// Adds an arm to every `match`, in place of `_`.
struct ExtendMatch(TokenStream);

impl VisitMut for ExtendMatch {
    fn visit_expr_match_mut(&mut self, expression: &mut ExprMatch) {
        // `match *self` would move the string out.
        if let Expr::Unary(dereferenced) = &*expression.expr {
            expression.expr = dereferenced.expr.clone();
        }
        expression.arms.retain(|arm| !matches!(arm.pat, syn::Pat::Wild(_)));
        let arm = &self.0;
        expression.arms.push(parse_quote! { #arm, });
        visit_mut::visit_expr_match_mut(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn string_enum_keeps_an_unlisted_value() {
        let mut file: syn::File = parse_quote! {
            mod types {
                #[derive(Clone, Copy, Debug)]
                pub enum Level { #[serde(rename = "low")] Low }
                impl ::std::fmt::Display for Level {
                    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                        match *self { Self::Low => f.write_str("low"), }
                    }
                }
                impl ::std::str::FromStr for Level {
                    fn from_str(value: &str) -> Result<Self, Error> {
                        match value { "low" => Ok(Self::Low), _ => Err("invalid value".into()), }
                    }
                }
            }
        };
        apply(&mut file).unwrap();
        let expected: syn::File = parse_quote! {
            mod types {
                #[derive(Clone, Debug)]
                #[non_exhaustive]
                pub enum Level {
                    #[serde(rename = "low")] Low,
                    /// A value that the document does not list, verbatim.
                    #[serde(untagged)]
                    Unknown(::std::string::String)
                }
                impl ::std::fmt::Display for Level {
                    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
                        match self { Self::Low => f.write_str("low"), Self::Unknown(value) => f.write_str(value), }
                    }
                }
                impl ::std::str::FromStr for Level {
                    fn from_str(value: &str) -> Result<Self, Error> {
                        match value { "low" => Ok(Self::Low), value => Ok(Self::Unknown(value.to_owned())), }
                    }
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn catch_all_variant_is_renamed_if_a_value_has_its_name() {
        let mut file: syn::File = parse_quote! { mod types { enum Status { Unknown } } };
        apply(&mut file).unwrap();
        assert!(prettyplease::unparse(&file).contains("UnknownValue(::std::string::String)"));
    }

    #[test]
    fn enum_with_data_is_not_changed() {
        let mut file: syn::File = parse_quote! { mod types { enum Either { A(String), B(u8) } } };
        let before = file.clone();
        apply(&mut file).unwrap();
        assert_same(&file, &before);
    }
}
