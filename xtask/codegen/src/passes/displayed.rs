//! A union of values that have a text implements `Display`, and so do newtypes around it. None implements `FromStr`.
//!
//! The generator decides on both while not all types are known yet, so that the name of a schema in another place of the
//! alphabet would add or remove them. A text does not tell the branch that it belongs to: "1" is a number or a text.
//!
//! Seen in: typify 0.8, where a union loses both if its enum has a later name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Ident, Item, Type, parse_quote};

use super::open_enums::catch_all;
use super::open_unions::is_union;
use crate::syntax::{implemented, implementor, last_ident, models, only_type};

/// The types of other crates that implement `Display`.
const DISPLAYED: [&str; 9] =
    ["DateTime", "Formatted", "IpAddr", "Ipv4Addr", "Ipv6Addr", "NaiveDate", "Number", "String", "Uuid"];

/// The primitive types of the models.
const PRIMITIVE: [&str; 4] = ["bool", "f64", "i64", "u64"];

/// A union, or a newtype around one.
struct Model {
    /// The types of its values; `None` for null.
    values: Vec<Option<Type>>,
    /// The body of `fmt`.
    body: TokenStream,
}

/// The pass `open_unions` adds the variant for other values later; the code here displays it, too.
pub(crate) fn apply(file: &mut syn::File) -> Result<()> {
    let Some(items) = models(file) else { return Ok(()) };
    let of_unions = of_unions(items)?;
    let with_display = items.iter().filter_map(|item| match item {
        Item::Impl(block) if implemented(block).as_deref() == Some("Display") => implementor(block),
        _ => None,
    });
    let mut displayed: BTreeSet<Ident> = with_display.filter(|name| !of_unions.contains_key(name)).cloned().collect();
    loop {
        let has_text = |of: &Option<Type>| of.as_ref().is_some_and(|of| is_displayed(of, &displayed));
        let new =
            of_unions.iter().filter(|(name, model)| !displayed.contains(name) && model.values.iter().all(has_text));
        let new: Vec<_> = new.map(|(name, _)| name.clone()).collect();
        if new.is_empty() {
            break;
        }
        displayed.extend(new);
    }
    items.retain(|item| match item {
        Item::Impl(block) if implementor(block).is_some_and(|name| of_unions.contains_key(name)) => {
            !matches!(implemented(block).as_deref(), Some("Display" | "FromStr" | "TryFrom"))
        }
        _ => true,
    });
    items.extend(of_unions.iter().filter(|(name, _)| displayed.contains(name)).map(|(name, Model { body, .. })| {
        parse_quote! {
            impl ::std::fmt::Display for #name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    #body
                }
            }
        }
    }));
    Ok(())
}

/// The unions, and the newtypes around them.
fn of_unions(items: &[Item]) -> Result<BTreeMap<Ident, Model>> {
    let mut found = BTreeMap::new();
    for item in items {
        if let Item::Enum(union) = item
            && is_union(union)
        {
            let values = union.variants.iter().map(|variant| only_type(&variant.fields).cloned()).collect();
            let branches = union.variants.iter().map(|variant| &variant.ident);
            let other = catch_all(union)?;
            let body = quote! {
                match self {
                    #(Self::#branches(value) => value.fmt(f),)*
                    // Text without quotes.
                    Self::#other(value) => f.write_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
                }
            };
            found.insert(union.ident.clone(), Model { values, body });
        }
    }
    loop {
        let around = items.iter().filter_map(|item| match item {
            Item::Struct(model) if matches!(model.fields, Fields::Unnamed(_)) => {
                let of = only_type(&model.fields)?;
                (found.contains_key(last_ident(of)?) && !found.contains_key(&model.ident)).then_some((model, of))
            }
            _ => None,
        });
        let around = around.map(|(model, of)| {
            (model.ident.clone(), Model { values: vec![Some(of.clone())], body: quote! { self.0.fmt(f) } })
        });
        let around: Vec<_> = around.collect();
        if around.is_empty() {
            return Ok(found);
        }
        found.extend(around);
    }
}

fn is_displayed(of: &Type, models: &BTreeSet<Ident>) -> bool {
    let (Type::Path(path), Some(name)) = (of, last_ident(of)) else { return false };
    let is_one_of = |names: &[&str]| names.iter().any(|known| name == known);
    models.contains(name) || is_one_of(if path.path.leading_colon.is_some() { &DISPLAYED } else { &PRIMITIVE })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::assert_same;

    fn of(items: Vec<Item>) -> syn::File {
        parse_quote! { mod types { #(#items)* } }
    }

    #[test]
    fn union_is_displayed_if_all_its_values_are_whatever_their_order() {
        let models = || -> Vec<Item> {
            let file: syn::File = parse_quote! {
                #[serde(untagged)]
                enum Limit { Time(::api_runtime::Formatted<::uuid::Uuid>), Level(Level), Nested(ZAlias), Days(i64) }
                struct ZAlias(pub ZNested);
                #[serde(untagged)]
                enum ZNested { Text(::std::string::String), Number(::api_runtime::Number) }
                enum Level { Low }
                impl ::std::fmt::Display for Level {}
                #[serde(untagged)]
                enum Mixed { Time(Time), Null }
                #[serde(untagged)]
                enum Lists { Level(Level), Levels(::std::vec::Vec<Level>) }
                struct Time { text: ::std::string::String }
                impl ::std::convert::From<i64> for Limit {}
            };
            file.items
        };
        let mut before = models();
        before.extend::<[Item; 4]>([
            parse_quote! { impl ::std::fmt::Display for Lists {} },
            parse_quote! { impl ::std::str::FromStr for Limit {} },
            parse_quote! { impl ::std::convert::TryFrom<&str> for Limit {} },
            parse_quote! { impl ::std::str::FromStr for ZAlias {} },
        ]);
        let mut file = of(before);
        apply(&mut file).unwrap();
        let display = |name: TokenStream, body: TokenStream| -> Item {
            parse_quote! {
                impl ::std::fmt::Display for #name {
                    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { #body }
                }
            }
        };
        let unknown = quote! {
            Self::Unknown(value) => f.write_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let mut after = models();
        after.extend([
            display(
                quote! { Limit },
                quote! {
                    match self {
                        Self::Time(value) => value.fmt(f),
                        Self::Level(value) => value.fmt(f),
                        Self::Nested(value) => value.fmt(f),
                        Self::Days(value) => value.fmt(f),
                        #unknown
                    }
                },
            ),
            display(quote! { ZAlias }, quote! { self.0.fmt(f) }),
            display(
                quote! { ZNested },
                quote! { match self { Self::Text(value) => value.fmt(f), Self::Number(value) => value.fmt(f), #unknown } },
            ),
        ]);
        assert_same(&file, &of(after));
    }
}
