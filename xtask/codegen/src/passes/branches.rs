//! Checks that distinguish the branches of a union.
//!
//! serde decodes a value as the first branch that fits. An open enum fits any string, and an object fits a JSON object
//! with more properties. So a dog would be decoded as a cat of the unknown kind "dog", without the properties that only
//! dogs have. The enums cannot be closed, since other models may use them. Instead, a branch rejects a value, in itself
//! and in its nested objects, three levels deep:
//!
//! - if it has a property that this branch lacks and another branch has, in any order. A null counts unless every branch
//!   would reject the value then;
//! - if it has no property of this branch, but others, and another branch is a map;
//! - if it lacks a property that is required here and may be null;
//! - if a property has a value that this branch does not list, or text that does not match the format here, and either
//!   has another type in another branch or lists a single value.
//!
//! A required property whose values are disjoint from those of another branch acts as a discriminator; other properties
//! of the two are not compared. A property that all branches have in the same form distinguishes none, and stays open.
//! A property that no branch has is ignored.
//!
//! A value that every branch rejects is kept verbatim in the union's last variant, since a value of the wrong type
//! would be misleading. A value with properties of several branches is kept there as well.
//!
//! The properties of a branch that is itself a union are those of its branches.
//!
//! A union is first decoded as any JSON, so a duplicate key in it is not detected.
//!
//! These checks apply to objects without a tag; see [`open_unions`](super::open_unions).
//!
//! Seen in: `access_rule` and `dns-records_dns-record` of Cloudflare's document, objects without a discriminator.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Field, Ident, ItemEnum, Type};

use super::shapes::{DEEPEST, MOST_UNIONS, Models, Object, is_flat, key};
use crate::syntax::{is_optional, is_required_and_nullable, only_type};

/// The most levels of nested objects that are compared. An object can be a part of itself.
const MOST_NESTED: usize = 3;

/// Conditions on `branch` under which a value does not belong to a branch.
pub(super) struct Check {
    /// The value has a property that only another branch has, or lacks one of this branch, as JSON.
    pub(super) properties: Option<TokenStream>,
    /// The decoded branch has a value that is not listed.
    pub(super) values: Option<TokenStream>,
}

/// The other branches that are objects, from the view of one branch.
#[derive(Default)]
struct Rivals<'a> {
    /// The objects without a discriminator against the branch. Their properties are compared.
    undiscriminated: Vec<&'a Object>,
    /// The properties of the branch that are a discriminator against another branch.
    discriminators: BTreeSet<String>,
}

impl Models {
    /// The conditions under which a value does not belong to each branch of a union.
    pub(super) fn checks(&self, union: &ItemEnum) -> Vec<Check> {
        let types = union.variants.iter().map(|variant| only_type(&variant.fields));
        let branches: Vec<_> =
            types.map(|of| (of, of.map(|of| self.objects(of, MOST_UNIONS)).unwrap_or_default())).collect();
        let check = |(index, (of, own)): (usize, &(Option<&Type>, Vec<Object>))| {
            let others = branches.iter().enumerate().filter(|(other, _)| *other != index);
            let others: Vec<_> = others.flat_map(|(_, (_, objects))| objects).collect();
            let object = of.and_then(|of| self.object(of));
            let rivals = object.as_ref().map(|own| self.rivals(own, others.iter().copied())).unwrap_or_default();
            let properties = match &object {
                Some(own) => self.foreign(own, &rivals, MOST_NESTED),
                None => foreign_to_all(own, &others),
            };
            Check { properties, values: of.and_then(|of| self.unfit(of, &rivals, quote! { branch }, MOST_NESTED)) }
        };
        branches.iter().enumerate().map(check).collect()
    }

    fn rivals<'a>(&self, own: &Object, others: impl Iterator<Item = &'a Object>) -> Rivals<'a> {
        let mut rivals = Rivals::default();
        for other in others {
            match own.fields.iter().find(|field| self.is_discriminator(field, other)) {
                Some(field) => drop(rivals.discriminators.insert(key(field))),
                None => rivals.undiscriminated.push(other),
            }
        }
        rivals
    }

    /// Whether a field is required, and its values are disjoint from those of the same field of another object.
    fn is_discriminator(&self, field: &Field, other: &Object) -> bool {
        let values = |field: &Field| self.listed(&self.inner_type(&field.ty).filter(|inner| inner.lists == 0)?);
        let both = values(field).zip(other.field(&key(field)).and_then(values));
        !is_optional(field) && both.is_some_and(|(these, those)| these.is_disjoint(those))
    }

    /// Whether an unlisted value of a field may belong to another object. There the field has another type, or it is
    /// missing and has a single value here.
    fn is_distinctive(&self, field: &Field, rivals: &[&Object]) -> bool {
        let Some(own) = self.inner_type(&field.ty) else { return false };
        let same_fields: Vec<_> = rivals.iter().filter_map(|rival| rival.field(&key(field))).collect();
        let is_one_value = self.listed(&own).is_some_and(|values| values.len() == 1);
        same_fields.iter().any(|other| self.inner_type(&other.ty).as_ref() != Some(&own))
            || is_one_value && same_fields.len() != rivals.len()
    }

    /// The objects of a field in other branches that have another type.
    fn rival_objects(&self, field: &Field, rivals: &[&Object]) -> Vec<Object> {
        let others = rivals.iter().filter_map(|rival| rival.field(&key(field)));
        let others = others.filter(|other| self.inner_type(&other.ty) != self.inner_type(&field.ty));
        others.filter_map(|other| self.object(&other.ty)).filter(|object| !object.fields.is_empty()).collect()
    }

    /// The condition under which JSON has a property that rivals list and an object does not, or lacks one that the
    /// object requires.
    fn foreign(&self, own: &Object, rivals: &Rivals<'_>, nested: usize) -> Option<TokenStream> {
        let nested = nested.checked_sub(1)?;
        let rivals: Vec<&Object> =
            rivals.undiscriminated.iter().copied().filter(|rival| rival.lists == own.lists).collect();
        let mut conditions = Vec::new();
        let lacking: Vec<_> = own.fields.iter().filter(|field| is_required_and_nullable(field)).map(key).collect();
        if !lacking.is_empty() {
            conditions.push(quote! { [#(#lacking),*].iter().any(|key| branch.get(key).is_none()) });
        }
        conditions.extend(has_foreign(&[own], &rivals));
        for field in &own.fields {
            let others = self.rival_objects(field, &rivals);
            let object = self.object(&field.ty).filter(|object| !object.fields.is_empty() && !others.is_empty());
            let condition =
                object.and_then(|object| self.foreign(&object, &self.rivals(&object, others.iter()), nested));
            let key = key(field);
            conditions.extend(condition.map(|condition| quote! { branch.get(#key).is_some_and(|branch| #condition) }));
        }
        let condition = (!conditions.is_empty()).then(|| quote! { #(#conditions)||* })?;
        Some(in_lists(condition, own.lists))
    }

    /// The condition under which a branch has a value that does not belong to it.
    fn unfit(&self, of: &Type, rivals: &Rivals<'_>, place: TokenStream, nested: usize) -> Option<TokenStream> {
        let nested = nested.checked_sub(1)?;
        self.walk(of, place, DEEPEST, &mut |name, place| {
            let Some(fields) = self.fields(name) else { return self.catches(name, &place) };
            let mut conditions = Vec::new();
            for field in fields {
                let Some(name) = &field.ident else { continue };
                let place = quote! { (&#place.#name) };
                if rivals.discriminators.contains(&key(field)) || self.is_distinctive(field, &rivals.undiscriminated) {
                    let catches = &mut |name: &Ident, place| self.catches(name, &place);
                    conditions.extend(self.walk(&field.ty, place.clone(), DEEPEST, catches));
                }
                let others = self.rival_objects(field, &rivals.undiscriminated);
                if let Some(object) = self.object(&field.ty).filter(|_| !others.is_empty()) {
                    conditions.extend(self.unfit(&field.ty, &self.rivals(&object, others.iter()), place, nested));
                }
            }
            (!conditions.is_empty()).then(|| quote! { #(#conditions)||* })
        })
    }
}

/// The condition under which JSON has a property that rivals list, and none of the objects that a branch may be.
fn foreign_to_all(own: &[Object], rivals: &[&Object]) -> Option<TokenStream> {
    let lists = own.first()?.lists;
    let own: Vec<_> = own.iter().filter(|object| object.lists == lists).collect();
    let rivals: Vec<_> = rivals.iter().copied().filter(|rival| rival.lists == lists).collect();
    Some(in_lists(has_foreign(&own, &rivals)?, lists))
}

/// The condition under which an object has a property that rivals list, and none of its own objects; or has no property
/// of its own objects, if a rival is a map. `null_counts` is whether a property counts that is null.
fn has_foreign(own: &[&Object], rivals: &[&Object]) -> Option<TokenStream> {
    if own.iter().any(|own| own.keeps_others()) {
        return None;
    }
    let keys = |objects: &[&Object]| -> BTreeSet<_> {
        objects.iter().flat_map(|object| &object.fields).filter(|field| !is_flat(field)).map(key).collect()
    };
    let (own_keys, keys) = (keys(own), keys(rivals));
    let foreign: Vec<_> = keys.difference(&own_keys).collect();
    let has_foreign = (!foreign.is_empty()).then(|| {
        quote! {
            [#(#foreign),*].iter().any(|key| branch.get(key).is_some_and(|value| null_counts || !value.is_null()))
        }
    });
    // Without a required property, an object accepts every value of a map.
    let is_like_map = own.iter().any(|own| own.fields.iter().all(is_optional)) && !own.iter().any(|own| own.is_map);
    let own_keys = own_keys.iter();
    let has_none = (is_like_map && rivals.iter().any(|rival| rival.is_map)).then(|| {
        quote! {
            branch.as_object().is_some_and(|object| {
                !object.is_empty() && !object.keys().any(|key| [#(#own_keys),*].contains(&key.as_str()))
            })
        }
    });
    let conditions: Vec<_> = has_foreign.into_iter().chain(has_none).collect();
    (!conditions.is_empty()).then(|| quote! { #(#conditions)||* })
}

/// The condition for a value that is in so many lists.
fn in_lists(condition: TokenStream, lists: usize) -> TokenStream {
    (0..lists).fold(condition, |condition, _| {
        quote! { branch.as_array().is_some_and(|list| list.iter().any(|branch| #condition)) }
    })
}

#[cfg(test)]
mod tests;
