//! The fields and values of generated models, for `branches`.
//!
//! Seen in: the unions of `branches`.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Field, Fields, Ident, Item, Type};

use super::open_enums::Opened;
use crate::syntax::{has_serde, json_name, last_ident, last_segment, map_value, within};

/// The most containers and newtypes around a value that are followed. A list can be an item of itself.
pub(super) const DEEPEST: usize = 8;

/// The most unions within each other that are followed. A union can be a branch of itself.
pub(super) const MOST_UNIONS: usize = 3;

/// The models of a client.
pub(super) struct Models {
    /// The enums and unions that have a catch-all variant, with its name.
    opened: Opened,
    /// The values that enums list.
    listed: BTreeMap<Ident, BTreeSet<String>>,
    /// The fields of structs.
    structs: BTreeMap<Ident, Fields>,
    /// The types of the branches of unions.
    unions: BTreeMap<Ident, Vec<Type>>,
}

/// A type without its containers.
#[derive(PartialEq)]
pub(super) struct InnerType {
    /// The number of lists around it.
    pub(super) lists: usize,
    pub(super) name: Ident,
}

/// An object.
pub(super) struct Object {
    /// The number of lists around it.
    pub(super) lists: usize,
    /// Its fields; empty if it is a map.
    pub(super) fields: Vec<Field>,
    /// Whether its properties may have any name.
    pub(super) is_map: bool,
}

impl Object {
    pub(super) fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| self::key(field) == key)
    }

    /// Whether it keeps unlisted properties.
    pub(super) fn keeps_others(&self) -> bool {
        self.fields.iter().any(is_flat)
    }
}

impl Models {
    pub(super) fn new(items: &[Item], enums: &Opened, unions: &Opened) -> Self {
        let opened = enums.iter().chain(unions).map(|(name, catch_all)| (name.clone(), catch_all.clone())).collect();
        let mut models = Self { opened, listed: BTreeMap::new(), structs: BTreeMap::new(), unions: BTreeMap::new() };
        for item in items {
            match item {
                Item::Enum(model) if enums.contains_key(&model.ident) => {
                    let values = model.variants.iter().filter(|variant| matches!(variant.fields, Fields::Unit));
                    let values = values.map(|variant| json_name(&variant.attrs, &variant.ident)).collect();
                    models.listed.insert(model.ident.clone(), values);
                }
                Item::Enum(model) if unions.contains_key(&model.ident) => {
                    let branches = model.variants.iter().flat_map(|variant| &variant.fields);
                    models.unions.insert(model.ident.clone(), branches.map(|field| field.ty.clone()).collect());
                }
                Item::Struct(model) => drop(models.structs.insert(model.ident.clone(), model.fields.clone())),
                _ => {}
            }
        }
        models
    }

    /// The type inside containers and newtypes; `None` if they are nested too deep.
    pub(super) fn inner_type(&self, of: &Type) -> Option<InnerType> {
        let (mut of, mut lists) = (of, 0_usize);
        for _ in 0..DEEPEST {
            let name = last_ident(of)?.clone();
            of = match (name.to_string().as_str(), self.structs.get(&name)) {
                ("Option" | "Box", _) => within(of)?,
                ("Formatted", _) => {
                    let name = format_ident!("{name}{}", last_segment(within(of)?)?);
                    return Some(InnerType { lists, name });
                }
                ("Vec", _) => {
                    lists = lists.saturating_add(1);
                    within(of)?
                }
                (_, Some(Fields::Unnamed(fields))) => &fields.unnamed.first()?.ty,
                _ => return Some(InnerType { lists, name }),
            };
        }
        None
    }

    pub(super) fn object(&self, of: &Type) -> Option<Object> {
        let InnerType { lists, name } = self.inner_type(of)?;
        let is_map = name == "BTreeMap" || name == "Map";
        let fields = match self.structs.get(&name) {
            Some(fields) => fields.iter().cloned().collect(),
            None => is_map.then(Vec::new)?,
        };
        Some(Object { lists, fields, is_map })
    }

    /// The objects that a value of a type may be: several, if it is a union. At most `deepest` unions within each other
    /// are followed.
    pub(super) fn objects(&self, of: &Type, deepest: usize) -> Vec<Object> {
        let union = self.inner_type(of).and_then(|inner| Some((self.unions.get(&inner.name)?, inner.lists)));
        let Some((branches, lists)) = union else { return self.object(of).into_iter().collect() };
        let Some(deepest) = deepest.checked_sub(1) else { return Vec::new() };
        let objects = branches.iter().flat_map(|branch| self.objects(branch, deepest));
        objects.map(|object| Object { lists: object.lists.saturating_add(lists), ..object }).collect()
    }

    /// The fields of a struct.
    pub(super) fn fields(&self, name: &Ident) -> Option<&Fields> {
        self.structs.get(name)
    }

    /// The values that an enum lists.
    pub(super) fn listed(&self, of: &InnerType) -> Option<&BTreeSet<String>> {
        self.listed.get(&of.name)
    }

    /// The condition under which a value is not listed.
    pub(super) fn catches(&self, name: &Ident, place: &TokenStream) -> Option<TokenStream> {
        let catch_all = self.opened.get(name)?;
        Some(quote! { matches!(#place, #name::#catch_all(_)) })
    }

    /// The condition on a value of a type, at the expression `place`. `inner_condition` makes it for the type inside the
    /// containers, of which at most `deepest` are followed.
    pub(super) fn walk(
        &self,
        of: &Type,
        place: TokenStream,
        deepest: usize,
        inner_condition: &mut dyn FnMut(&Ident, TokenStream) -> Option<TokenStream>,
    ) -> Option<TokenStream> {
        let deepest = deepest.checked_sub(1)?;
        let name = last_ident(of)?.clone();
        if name == "Formatted" {
            return Some(quote! { #place.value().is_none() });
        }
        if let Some(value) = map_value(of) {
            let condition = self.walk(value, quote! { branch }, deepest, inner_condition)?;
            return Some(quote! { #place.values().any(|branch| #condition) });
        }
        if let Some(inner) = within(of) {
            let is_box = name == "Box";
            let inner_place = if is_box {
                quote! { (&**#place) }
            } else {
                quote! { branch }
            };
            let condition = self.walk(inner, inner_place, deepest, inner_condition)?;
            return match name.to_string().as_str() {
                "Option" => Some(quote! { #place.as_ref().is_some_and(|branch| #condition) }),
                "Vec" => Some(quote! { #place.iter().any(|branch| #condition) }),
                _ => is_box.then_some(condition),
            };
        }
        match self.structs.get(&name) {
            Some(Fields::Unnamed(fields)) => {
                self.walk(&fields.unnamed.first()?.ty, quote! { (&#place.0) }, deepest, inner_condition)
            }
            _ => inner_condition(&name, place),
        }
    }
}

/// The name of a field in JSON.
pub(super) fn key(field: &Field) -> String {
    field.ident.as_ref().map(|name| json_name(&field.attrs, name)).unwrap_or_default()
}

/// Whether a field contains properties of any name.
pub(super) fn is_flat(field: &Field) -> bool {
    has_serde(&field.attrs, "flatten")
}
