//! The variants of a union are named after their types, without the name of the union.
//!
//! The generator removes the common prefix of all names, and numbers the variants if one of them has no name. One more
//! branch would rename the others, and break code that matches them.
//!
//! Seen in: `rulesets_RequestRule` of Cloudflare's document of 2024-08-06; the reactions `+1` and `-1` of GitHub's.

use std::collections::{BTreeMap, BTreeSet};

use quote::format_ident;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Item, ItemEnum, Path, Type, Variant};

use crate::syntax::{has_serde, implementor, last_segment, models, only_type, within};

pub(crate) fn apply(file: &mut syn::File) {
    let Some(items) = models(file) else { return };
    let mut renamed: BTreeMap<Ident, NewNames> = BTreeMap::new();
    for item in items.iter_mut() {
        if let Item::Enum(union) = item
            && let Some(names) = if has_serde(&union.attrs, "untagged") { names(union) } else { signs(union) }
        {
            for variant in &mut union.variants {
                rename(&mut variant.ident, &names);
            }
            renamed.insert(union.ident.clone(), NewNames(names));
        }
    }
    for item in items.iter_mut() {
        if let Item::Impl(block) = item
            && let Some(names) = implementor(block).cloned().and_then(|union| renamed.get_mut(&union))
        {
            names.visit_item_impl_mut(block);
        }
    }
}

/// The new name of each variant, by its old one; `None` if two of them would be the same.
fn names(union: &ItemEnum) -> Option<BTreeMap<Ident, Ident>> {
    let names: BTreeMap<_, _> =
        union.variants.iter().map(|variant| (variant.ident.clone(), variant_name(&union.ident, variant))).collect();
    let distinct: BTreeSet<_> = names.values().collect();
    (distinct.len() == union.variants.len()).then_some(names)
}

/// The new names of the values `+1` and `-1`: rustc warns about the generator's names `plus1` and `minus1`.
fn signs(values: &ItemEnum) -> Option<BTreeMap<Ident, Ident>> {
    let new = |ident: &Ident| match ident.to_string().as_str() {
        "plus1" => Some(format_ident!("Plus1")),
        "minus1" => Some(format_ident!("Minus1")),
        _ => None,
    };
    let names: BTreeMap<_, _> =
        values.variants.iter().filter_map(|variant| Some((variant.ident.clone(), new(&variant.ident)?))).collect();
    (!names.is_empty()).then_some(names)
}

fn variant_name(union: &Ident, variant: &Variant) -> Ident {
    let Some(name) = only_type(&variant.fields).and_then(name_of) else { return variant.ident.clone() };
    let own = name.strip_prefix(&union.to_string()).filter(|own| own.starts_with(char::is_uppercase) && *own != "Self");
    format_ident!("{}", own.unwrap_or(&name))
}

/// The name of a type as a part of another name: `StringList` for a list of strings.
fn name_of(of: &Type) -> Option<String> {
    let name = last_segment(of)?;
    match name.as_str() {
        "Vec" => Some(format!("{}List", name_of(within(of)?)?)),
        "BTreeMap" | "HashMap" | "Map" => Some("Object".to_owned()),
        "Option" | "Box" => name_of(within(of)?),
        name => {
            let mut letters = name.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect())
        }
    }
}

fn rename(ident: &mut Ident, names: &BTreeMap<Ident, Ident>) {
    if let Some(name) = names.get(ident) {
        *ident = name.clone();
    }
}

/// Renames the variants in the implementations of the union.
struct NewNames(BTreeMap<Ident, Ident>);

impl VisitMut for NewNames {
    fn visit_path_mut(&mut self, path: &mut Path) {
        if path.segments.len() == 2
            && path.segments.first().is_some_and(|first| first.ident == "Self")
            && let Some(variant) = path.segments.last_mut()
        {
            rename(&mut variant.ident, &self.0);
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;
    use crate::syntax::assert_same;

    #[test]
    fn values_with_a_sign_have_names_in_camel_case() {
        let mut file: syn::File = parse_quote! {
            pub mod types {
                pub enum Reaction { #[serde(rename = "+1")] plus1, #[serde(rename = "-1")] minus1, Heart }
                impl Display for Reaction { fn fmt(&self) { match *self { Self::plus1 => {} Self::minus1 => {} Self::Heart => {} } } }
            }
        };
        apply(&mut file);
        let expected: syn::File = parse_quote! {
            pub mod types {
                pub enum Reaction { #[serde(rename = "+1")] Plus1, #[serde(rename = "-1")] Minus1, Heart }
                impl Display for Reaction { fn fmt(&self) { match *self { Self::Plus1 => {} Self::Minus1 => {} Self::Heart => {} } } }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn variant_is_named_after_its_type() {
        let mut file: syn::File = parse_quote! {
            pub mod types {
                #[serde(untagged)]
                pub enum Pet {
                    Cat(AcmeCat),
                    Dog(::std::boxed::Box<AcmeDog>),
                    Variant2(::std::vec::Vec<AcmeDog>),
                    Variant3(i64),
                    Variant4(::serde_json::Map<::std::string::String, ::serde_json::Value>),
                    Variant5 { name: ::std::string::String },
                    Variant6(PetFish),
                    Variant7(Petrel),
                }
                impl ::std::convert::From<AcmeCat> for Pet {
                    fn from(value: AcmeCat) -> Self {
                        Self::Cat(value)
                    }
                }
                impl ::std::fmt::Display for Pet {
                    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        match self {
                            Self::Variant3(x) => x.fmt(f),
                        }
                    }
                }
            }
        };
        apply(&mut file);
        let expected = parse_quote! {
            pub mod types {
                #[serde(untagged)]
                pub enum Pet {
                    AcmeCat(AcmeCat),
                    AcmeDog(::std::boxed::Box<AcmeDog>),
                    AcmeDogList(::std::vec::Vec<AcmeDog>),
                    I64(i64),
                    Object(::serde_json::Map<::std::string::String, ::serde_json::Value>),
                    Variant5 { name: ::std::string::String },
                    Fish(PetFish),
                    Petrel(Petrel),
                }
                impl ::std::convert::From<AcmeCat> for Pet {
                    fn from(value: AcmeCat) -> Self {
                        Self::AcmeCat(value)
                    }
                }
                impl ::std::fmt::Display for Pet {
                    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        match self {
                            Self::I64(x) => x.fmt(f),
                        }
                    }
                }
            }
        };
        assert_same(&file, &expected);
    }

    #[test]
    fn variants_with_clashing_new_names_keep_their_names() {
        let mut file: syn::File = parse_quote! {
            pub mod types {
                #[serde(untagged)]
                pub enum Text {
                    Variant0(::std::string::String),
                    Variant1(::std::option::Option<::std::string::String>),
                }
                pub enum Tagged {
                    Variant0(Cat),
                }
            }
        };
        let original = file.clone();
        apply(&mut file);
        assert_same(&file, &original);
    }
}
