//! Unions are open: what fits none of the branches is kept verbatim, not an error.
//!
//! serde takes the first branch that can be read, and an open enum can be read from any text: a dog would be a cat of the
//! unknown kind "dog", and lose what only dogs have when it is written. So a branch does not fit if what tells it from the
//! others has a value that is not listed. An enum stays open wherever else it is used.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{Field, Fields, Ident, Item, ItemEnum, ItemImpl, Type, Variant, parse_quote};

use super::open_enums::{ExtendMatch, Opened, catch_all, drop_derives};
use super::{has_serde, implemented, implementor, is_optional, models, type_name, within};

pub(crate) fn apply(file: &mut syn::File, enums: &Opened) -> Result<()> {
    let Some(items) = models(file) else { return Ok(()) };
    let mut unions = Opened::new();
    for item in items.iter() {
        if let Item::Enum(union) = item
            && has_serde(&union.attrs, "untagged")
        {
            unions.insert(union.ident.clone(), catch_all(union)?);
        }
    }
    let known = Known::new(items, enums, &unions);
    let mut checks = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Enum(union) => {
                if let Some(name) = unions.get(&union.ident) {
                    known.check_branches(union, &mut checks);
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
            /// Reads what tells one branch of a union from the others: it fails if it has a value that is not listed.
            #[allow(unused_parens, reason = "places are put together in one way")]
            mod branches {
                use super::*;
                #(#checks)*
            }
        });
    }
    Ok(())
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

/// How many containers and structs around a value are looked through. A list can be one of itself.
const DEEPEST: usize = 8;

/// What the models are.
struct Known {
    /// The enums and unions that have a catch-all variant, with its name.
    opened: Opened,
    /// The enums that list one value only.
    of_one_value: BTreeSet<Ident>,
    /// The fields of structs.
    structs: BTreeMap<Ident, Fields>,
}

impl Known {
    fn new(items: &[Item], enums: &Opened, unions: &Opened) -> Self {
        let mut known = Self {
            opened: enums.iter().chain(unions).map(|(name, catch_all)| (name.clone(), catch_all.clone())).collect(),
            of_one_value: BTreeSet::new(),
            structs: BTreeMap::new(),
        };
        for item in items {
            match item {
                // The value, and the catch-all.
                Item::Enum(model) if enums.contains_key(&model.ident) && model.variants.len() == 2 => {
                    known.of_one_value.insert(model.ident.clone());
                }
                Item::Struct(model) => drop(known.structs.insert(model.ident.clone(), model.fields.clone())),
                _ => {}
            }
        }
        known
    }

    /// Lets the branches of a union be read through checks, which are added to the others.
    fn check_branches(&self, union: &mut ItemEnum, checks: &mut Vec<Item>) {
        let objects: Vec<_> = union.variants.iter().map(|variant| self.object(variant)).collect();
        for (index, variant) in union.variants.iter_mut().enumerate() {
            let rivals: Vec<&Fields> = objects
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index)
                .filter_map(|(_, fields)| fields.as_ref())
                .collect();
            match &mut variant.fields {
                Fields::Named(fields) => {
                    for field in &mut fields.named {
                        if self.tells(field, &rivals) {
                            check(field, self.unlisted(&field.ty, quote! { branch }), checks);
                        }
                    }
                }
                Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                    for field in &mut fields.unnamed {
                        check(field, self.unfit(&field.ty, &rivals), checks);
                    }
                }
                _ => {}
            }
        }
    }

    /// The fields of a branch that is an object, or a list of objects.
    fn object(&self, variant: &Variant) -> Option<Fields> {
        let Fields::Unnamed(fields) = &variant.fields else { return Some(variant.fields.clone()) };
        let mut object = None;
        self.walk(&fields.unnamed.first()?.ty, TokenStream::new(), &mut |name, _| {
            object = self.structs.get(name).cloned();
            None
        });
        object
    }

    /// Whether a field can tell the branch that it is in from others: it has one value only, it has another type elsewhere,
    /// or it is required here and not elsewhere.
    fn tells(&self, field: &Field, rivals: &[&Fields]) -> bool {
        let Some(end) = self.end(&field.ty) else { return false };
        let elsewhere: Vec<_> = rivals
            .iter()
            .filter_map(|rival| rival.iter().find(|other| other.ident == field.ident))
            .map(|other| self.end(&other.ty) == Some(end.clone()))
            .collect();
        let is_everywhere = elsewhere.len() == rivals.len();
        !rivals.is_empty()
            && (elsewhere.contains(&false)
                || !is_everywhere && (self.of_one_value.contains(&end) || !is_optional(field)))
    }

    /// The type that is at the end of containers.
    fn end(&self, of: &Type) -> Option<Ident> {
        let mut end = None;
        self.walk(of, TokenStream::new(), &mut |name, _| {
            end = Some(name.clone());
            None
        });
        end
    }

    /// The condition under which a branch has a value that makes it the wrong one.
    fn unfit(&self, of: &Type, rivals: &[&Fields]) -> Option<TokenStream> {
        self.walk(of, quote! { branch }, &mut |name, place| {
            let Some(fields) = self.structs.get(name) else { return self.catches(name, &place) };
            let conditions: Vec<_> = fields
                .iter()
                .filter(|field| self.tells(field, rivals))
                .filter_map(|field| {
                    let name = field.ident.as_ref()?;
                    self.unlisted(&field.ty, quote! { (&#place.#name) })
                })
                .collect();
            (!conditions.is_empty()).then(|| quote! { #(#conditions)||* })
        })
    }

    /// The condition under which a value is not listed.
    fn unlisted(&self, of: &Type, place: TokenStream) -> Option<TokenStream> {
        self.walk(of, place, &mut |name, place| self.catches(name, &place))
    }

    fn catches(&self, name: &Ident, place: &TokenStream) -> Option<TokenStream> {
        let catch_all = self.opened.get(name)?;
        Some(quote! { matches!(#place, #name::#catch_all(_)) })
    }

    fn walk(
        &self,
        of: &Type,
        place: TokenStream,
        end: &mut dyn FnMut(&Ident, TokenStream) -> Option<TokenStream>,
    ) -> Option<TokenStream> {
        self.walk_down(of, place, end, DEEPEST)
    }

    /// Goes through containers and structs around one value to what it is in the end, and makes the condition for the whole.
    fn walk_down(
        &self,
        of: &Type,
        place: TokenStream,
        end: &mut dyn FnMut(&Ident, TokenStream) -> Option<TokenStream>,
        deepest: usize,
    ) -> Option<TokenStream> {
        let deepest = deepest.checked_sub(1)?;
        let name = format_ident!("{}", type_name(of)?);
        if let Some(inner) = within(of) {
            let is_box = name == "Box";
            let inner_place = if is_box {
                quote! { (&**#place) }
            } else {
                quote! { branch }
            };
            let condition = self.walk_down(inner, inner_place, end, deepest)?;
            return match name.to_string().as_str() {
                "Option" => Some(quote! { #place.as_ref().is_some_and(|branch| #condition) }),
                "Vec" => Some(quote! { #place.iter().any(|branch| #condition) }),
                _ => is_box.then_some(condition),
            };
        }
        match self.structs.get(&name) {
            Some(Fields::Unnamed(fields)) => {
                self.walk_down(&fields.unnamed.first()?.ty, quote! { (&#place.0) }, end, deepest)
            }
            _ => end(&name, place),
        }
    }
}

/// Lets a field be read through a check, unless there is nothing to check.
fn check(field: &mut Field, condition: Option<TokenStream>, checks: &mut Vec<Item>) {
    let Some(condition) = condition else { return };
    let (name, of) = (format_ident!("branch_{}", checks.len()), &field.ty);
    let path = format!("branches::{name}");
    checks.push(parse_quote! {
        pub(super) fn #name<'de, D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<#of, D::Error> {
            let read: #of = ::serde::Deserialize::deserialize(deserializer)?;
            let branch = &read;
            if #condition {
                return Err(::serde::de::Error::custom("a value that this branch does not list"));
            }
            Ok(read)
        }
    });
    field.attrs.push(parse_quote! { #[serde(deserialize_with = #path)] });
    // With a function of its own, serde no longer knows that an `Option` may be absent.
    if field.ident.is_some() && is_optional(field) && !has_serde(&field.attrs, "default") {
        field.attrs.push(parse_quote! { #[serde(default)] });
    }
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    use super::super::{assert_same, open_enums};
    use super::*;

    fn opened(mut file: syn::File) -> syn::File {
        let enums = open_enums::apply(&mut file).unwrap();
        apply(&mut file, &enums).unwrap();
        file
    }

    /// The conditions of the checks, each with the place where it is used.
    fn conditions(mut file: syn::File) -> Vec<String> {
        let Some(Item::Mod(module)) = models(&mut file).unwrap().pop() else { return Vec::new() };
        let (_, items) = module.content.unwrap();
        let functions = items.into_iter().filter_map(|item| match item {
            Item::Fn(function) => Some(function),
            _ => None,
        });
        functions
            .map(|function| match &function.block.stmts[2] {
                syn::Stmt::Expr(syn::Expr::If(check), _) => check.cond.to_token_stream().to_string().replace(' ', ""),
                other => panic!("{}", other.to_token_stream()),
            })
            .collect()
    }

    #[test]
    fn what_fits_no_branch_is_kept_and_a_branch_fits_only_with_values_that_it_lists() {
        let mut file = opened(parse_quote! {
            mod types {
                #[derive(Clone, Copy, Ord)]
                #[serde(untagged)]
                enum Pet { Cat(Cat), Other { kind: ::std::option::Option<OtherKind> } }
                impl ::std::fmt::Display for Pet {
                    fn fmt(&self, f: &mut Formatter<'_>) -> Result { match self { Self::Cat(x) => x.fmt(f), } }
                }
                struct Cat { kind: CatKind }
                enum CatKind { Cat }
                enum OtherKind { Dog, Cow }
            }
        });
        let items = models(&mut file).unwrap();
        let checks = items.pop().unwrap();
        items.truncate(2);
        let expected: syn::File = parse_quote! {
            mod types {
                #[derive(Clone)]
                #[serde(untagged)]
                #[non_exhaustive]
                enum Pet {
                    Cat(#[serde(deserialize_with = "branches::branch_0")] Cat),
                    Other {
                        #[serde(deserialize_with = "branches::branch_1")]
                        #[serde(default)]
                        kind: ::std::option::Option<OtherKind>
                    },
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
        let file = syn::File { shebang: None, attrs: Vec::new(), items: vec![checks] };
        let text = prettyplease::unparse(&file);
        for part in [
            "pub(super) fn branch_0",
            "Result<Cat, D::Error>",
            "if matches!((& branch.kind), CatKind::Unknown(_))",
            "branch.as_ref().is_some_and(|branch| matches!(branch, OtherKind::Unknown(_)))",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn what_all_branches_have_alike_and_what_only_some_may_have_tell_nothing() {
        let file = opened(parse_quote! {
            mod types {
                #[serde(untagged)]
                enum Pet { Cat(Cat), Dog(Dog) }
                struct Cat { mood: Mood, color: Option<Color>, only: Option<One> }
                struct Dog { mood: Mood, size: Color }
                enum Mood { Good, Bad }
                enum Color { Red, Blue }
                enum One { One }
                #[serde(untagged)]
                enum Alone { Text(String), Cat(Cat) }
            }
        });
        assert_eq!(
            conditions(file),
            [
                "(&branch.only).as_ref().is_some_and(|branch|matches!(branch,One::Unknown(_)))",
                "matches!((&branch.size),Color::Unknown(_))",
            ]
        );
    }

    #[test]
    fn branches_are_looked_at_through_lists_and_names_and_other_unions() {
        let file = opened(parse_quote! {
            mod types {
                #[serde(untagged)]
                enum Pets { Cats(Vec<Cat>), Dog(::std::boxed::Box<Named>), Other(Other), Tree(Tree), Level(Kind) }
                struct Cat { kind: Kind }
                struct Named(Dog);
                struct Dog { kind: ::std::string::String, other: Other }
                enum Kind { Cat, Lion }
                #[serde(untagged)]
                enum Other { Number(u8), Text(::std::string::String), Unknown(()) }
                struct Tree(Vec<Tree>);
            }
        });
        assert_eq!(
            conditions(file),
            [
                "branch.iter().any(|branch|matches!((&branch.kind),Kind::Unknown(_)))",
                "matches!((&(&(&**branch).0).other),Other::UnknownValue(_))",
                "matches!(branch,Other::UnknownValue(_))",
                "matches!(branch,Kind::Unknown(_))",
            ]
        );
    }
}
