//! Turns the items of a file into the lines of its surface.

use std::collections::BTreeSet;

use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{Attribute, ImplItem, Item, ItemEnum, ItemImpl, ItemStruct, ItemTrait, Path, TraitItem, Type, Visibility};

use super::members::{
    derived, exhaustive, fields, form, function, generics, is_marked, trait_text, where_clause, without_lifetimes,
};
use super::paths::{ModuleNames, Resolver, imports, items_of, joined, names_of};
use super::{error, parsed, unlisted};
use crate::Error;

/// A module that the generator writes and no crate re-exports.
const NOT_EXPORTED: &str = "prelude";

/// The lines of a file.
pub(super) fn lines(file: &syn::File) -> Result<BTreeSet<String>, Error> {
    let names = ModuleNames::of(&file.items);
    let mut public = BTreeSet::new();
    collect_public(&file.items, &[], &mut public);
    let mut extractor = Extractor { names: &names, public, lines: BTreeSet::new() };
    extractor.add_items(&file.items, &[], true)?;
    Ok(extractor.lines)
}

/// Collects the paths of the types and traits that users can name.
fn collect_public(items: &[Item], module: &[String], public: &mut BTreeSet<Vec<String>>) {
    for item in items.iter().filter(|item| is_public(item)) {
        match item {
            Item::Struct(ItemStruct { ident, .. })
            | Item::Enum(ItemEnum { ident, .. })
            | Item::Type(syn::ItemType { ident, .. })
            | Item::Trait(ItemTrait { ident, .. }) => {
                public.insert(joined(module, ident));
            }
            Item::Mod(inner) => {
                collect_public(items_of(inner), &joined(module, &inner.ident), public);
            }
            _ => {}
        }
    }
}

struct Extractor<'n> {
    names: &'n ModuleNames,
    /// The types and traits that users can name.
    public: BTreeSet<Vec<String>>,
    lines: BTreeSet<String>,
}

impl<'n> Extractor<'n> {
    /// Adds the items of a module. Of a private module, only implementations are added.
    fn add_items(&mut self, items: &[Item], module: &[String], is_reachable: bool) -> Result<(), Error> {
        for item in items {
            match item {
                Item::Impl(block) => self.add_impl(block, module)?,
                Item::Mod(inner) if !is_test(&inner.attrs) => {
                    let path = joined(module, &inner.ident);
                    let is_reachable = is_reachable && is_public(item);
                    if is_reachable {
                        self.lines.insert(format!("mod {}", path.join("::")));
                    }
                    self.add_items(items_of(inner), &path, is_reachable)?;
                }
                item if is_reachable && is_public(item) => self.add_item(item, module)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn add_item(&mut self, item: &Item, module: &[String]) -> Result<(), Error> {
        let mut resolver = self.resolver(module, None);
        let name = |ident: &syn::Ident| joined(module, ident).join("::");
        match item {
            Item::Const(item) => {
                self.lines.insert(format!("const {}: {}", name(&item.ident), resolver.type_text(&item.ty)));
            }
            Item::Static(item) => {
                self.lines.insert(format!("static {}: {}", name(&item.ident), resolver.type_text(&item.ty)));
            }
            Item::Type(item) => {
                let (name, generics) = (name(&item.ident), generics(&item.generics, &mut resolver));
                self.lines.insert(format!("type {name}{generics} = {}", resolver.type_text(&item.ty)));
            }
            Item::Fn(item) => self.lines.extend(function(&name(&item.sig.ident), &item.sig, &mut resolver)),
            Item::Use(item) => {
                for (imported, path) in imports(&item.tree) {
                    let target = self.names.resolved(&path, module).join("::");
                    if imported == "*" {
                        return Err(error(format!(
                            "`pub use {target}` re-exports names that the file does not list; list each of them"
                        )));
                    }
                    let imported = joined(module, imported).join("::");
                    self.lines.insert(format!("use {imported} = {target}"));
                }
            }
            Item::Struct(item) => self.add_struct(item, &name(&item.ident), module)?,
            Item::Enum(item) => self.add_enum(item, &name(&item.ident), module)?,
            Item::Trait(item) => self.add_trait(item, &name(&item.ident), module)?,
            Item::Macro(item) => match &item.ident {
                Some(ident) => drop(self.lines.insert(format!("macro {ident}"))),
                None => {
                    return Err(error(format!(
                        "`{}!` may expand to public items, which the surface cannot list; write the items out",
                        names_of(&item.mac.path).join("::")
                    )));
                }
            },
            other => return Err(unlisted("this kind of public item", other)),
        }
        Ok(())
    }

    fn add_struct(&mut self, item: &ItemStruct, name: &str, module: &[String]) -> Result<(), Error> {
        let mut resolver = self.resolver(module, Some(parsed(name)?));
        let generics = generics(&item.generics, &mut resolver);
        self.lines.insert(format!("struct {name}{generics}{}", form(&item.fields)));
        let (public, private): (Vec<_>, Vec<_>) =
            item.fields.iter().enumerate().partition(|(_, field)| is_visible(&field.vis) && !is_hidden(&field.attrs));
        self.lines.extend(fields(name, &public, &mut resolver));
        if private.is_empty() && !is_marked(&item.attrs, "non_exhaustive") {
            self.lines.insert(exhaustive(name, &item.fields));
        }
        self.lines.extend(derived(name, &item.attrs, &mut resolver)?);
        Ok(())
    }

    fn add_enum(&mut self, item: &ItemEnum, name: &str, module: &[String]) -> Result<(), Error> {
        let mut resolver = self.resolver(module, Some(parsed(name)?));
        let generics = generics(&item.generics, &mut resolver);
        self.lines.insert(format!("enum {name}{generics}"));
        for variant in item.variants.iter().filter(|variant| !is_hidden(&variant.attrs)) {
            let name = format!("{name}::{}", variant.ident);
            let value = variant.discriminant.as_ref();
            let value = value.map(|(_, value)| format!(" = {}", value.to_token_stream())).unwrap_or_default();
            self.lines.insert(format!("{name}{}{value}", form(&variant.fields)));
            self.lines.extend(fields(&name, &Vec::from_iter(variant.fields.iter().enumerate()), &mut resolver));
            if !is_marked(&variant.attrs, "non_exhaustive") {
                self.lines.insert(exhaustive(&name, &variant.fields));
            }
        }
        if !is_marked(&item.attrs, "non_exhaustive") {
            let variants: Vec<_> = item.variants.iter().map(|variant| variant.ident.to_string()).collect();
            self.lines.insert(format!("{name} is exhaustive: {}", variants.join(", ")));
        }
        self.lines.extend(derived(name, &item.attrs, &mut resolver)?);
        Ok(())
    }

    fn add_trait(&mut self, item: &ItemTrait, name: &str, module: &[String]) -> Result<(), Error> {
        let mut resolver = self.resolver(module, None);
        let head = format!("trait {name}{}", generics(&item.generics, &mut resolver));
        let bounds = item.supertraits.iter();
        let bounds: Vec<_> = bounds
            .map(|bound| resolver.text(bound, |resolver, bound| resolver.visit_type_param_bound_mut(bound)))
            .collect();
        let bounds = if bounds.is_empty() { String::new() } else { format!(": {}", bounds.join(" + ")) };
        self.lines.insert(format!("{head}{bounds}{}", where_clause(&item.generics, &mut resolver)));
        let mut required = Vec::new();
        for member in &item.items {
            let (member, is_required) = match member {
                TraitItem::Fn(function_item) => {
                    let member = &function_item.sig.ident;
                    self.lines.extend(function(&format!("{name}::{member}"), &function_item.sig, &mut resolver));
                    (member, function_item.default.is_none())
                }
                TraitItem::Const(constant) => {
                    let of = resolver.type_text(&constant.ty);
                    self.lines.insert(format!("const {name}::{}: {of}", constant.ident));
                    (&constant.ident, constant.default.is_none())
                }
                TraitItem::Type(associated) => {
                    self.lines.insert(format!("type {name}::{}", associated.ident));
                    (&associated.ident, associated.default.is_none())
                }
                other => return Err(unlisted(&format!("this item of {name}"), other)),
            };
            if is_required {
                required.push(member.to_string());
            }
        }
        // A new required item breaks implementations.
        self.lines.insert(format!("{name} requires: {}", required.join(", ")));
        Ok(())
    }

    fn add_impl(&mut self, block: &ItemImpl, module: &[String]) -> Result<(), Error> {
        if is_hidden(&block.attrs) || is_test(&block.attrs) || self.has_private(block, module) {
            return Ok(());
        }
        let mut resolver = self.resolver(module, None);
        let mut of = (*block.self_ty).clone();
        resolver.visit_type_mut(&mut of);
        if let Type::Path(path) = &of {
            resolver.self_type = Some(path.path.clone());
        }
        let of = resolver.type_text(&block.self_ty);
        // Users cannot name the lifetimes of a block.
        let parameters = without_lifetimes(&block.generics);
        let conditions = where_clause(&parameters, &mut resolver);
        let parameters = generics(&parameters, &mut resolver);
        if let Some((not, path, _)) = &block.trait_ {
            let path = trait_text(path, &mut resolver);
            let not = if not.is_some() { "!" } else { "" };
            self.lines.insert(format!("impl{parameters} {not}{path} for {of}{conditions}"));
            for item in &block.items {
                if let ImplItem::Type(associated) = item {
                    let target = resolver.type_text(&associated.ty);
                    self.lines.insert(format!("type <{of} as {path}>::{} = {target}", associated.ident));
                }
            }
            return Ok(());
        }
        let suffix = if parameters.is_empty() { String::new() } else { format!(" (impl{parameters}{conditions})") };
        for item in &block.items {
            match item {
                ImplItem::Fn(method) if is_visible(&method.vis) && !is_hidden(&method.attrs) => {
                    let lines = function(&format!("{of}::{}", method.sig.ident), &method.sig, &mut resolver);
                    self.lines.extend(lines.into_iter().map(|line| line + &suffix));
                }
                ImplItem::Const(constant) if is_visible(&constant.vis) && !is_hidden(&constant.attrs) => {
                    let constant_type = resolver.type_text(&constant.ty);
                    self.lines.insert(format!("const {of}::{}: {constant_type}{suffix}", constant.ident));
                }
                ImplItem::Macro(_) | ImplItem::Verbatim(_) => {
                    return Err(unlisted(&format!("this item of {of}"), item));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the trait or the type of an implementation is one that users cannot name.
    fn has_private(&self, block: &ItemImpl, module: &[String]) -> bool {
        let mut search = PrivateSearch { extractor: self, module, has_private: false };
        search.visit_type(&block.self_ty);
        if let Some((_, path, _)) = &block.trait_ {
            search.visit_path(path);
        }
        search.has_private
    }

    fn resolver<'m>(&self, module: &'m [String], self_type: Option<Path>) -> Resolver<'m>
    where
        'n: 'm,
    {
        Resolver { names: self.names, module, self_type }
    }
}

/// Searches for a path to an item of the file that users cannot name.
struct PrivateSearch<'a> {
    extractor: &'a Extractor<'a>,
    module: &'a [String],
    has_private: bool,
}

impl<'ast> Visit<'ast> for PrivateSearch<'_> {
    fn visit_path(&mut self, path: &'ast Path) {
        visit::visit_path(self, path);
        if path.leading_colon.is_none() {
            let Extractor { names, public, .. } = self.extractor;
            let resolved = names.resolved(&names_of(path), self.module);
            self.has_private |= names.is_declared(&resolved) && !public.contains(&resolved);
        }
    }
}

/// Whether users can name an item of a module that they can name.
fn is_public(item: &Item) -> bool {
    let (visibility, attributes) = match item {
        Item::Const(item) => (&item.vis, &item.attrs),
        Item::Enum(item) => (&item.vis, &item.attrs),
        Item::ExternCrate(item) => (&item.vis, &item.attrs),
        Item::Fn(item) => (&item.vis, &item.attrs),
        Item::Mod(item) if item.ident == NOT_EXPORTED => return false,
        Item::Mod(item) => (&item.vis, &item.attrs),
        Item::Static(item) => (&item.vis, &item.attrs),
        Item::Struct(item) => (&item.vis, &item.attrs),
        Item::Trait(item) => (&item.vis, &item.attrs),
        Item::TraitAlias(item) => (&item.vis, &item.attrs),
        Item::Type(item) => (&item.vis, &item.attrs),
        Item::Union(item) => (&item.vis, &item.attrs),
        Item::Use(item) => (&item.vis, &item.attrs),
        Item::Macro(item) => return item.ident.is_none() || is_marked(&item.attrs, "macro_export"),
        Item::Impl(_) | Item::ForeignMod(_) => return false,
        _ => return true,
    };
    is_visible(visibility) && !is_hidden(attributes) && !is_test(attributes)
}

fn is_visible(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether an item is `#[doc(hidden)]`: public for macros or other crates of the workspace, without a promise to users.
fn is_hidden(attributes: &[Attribute]) -> bool {
    has_list(attributes, "doc", "hidden")
}

fn is_test(attributes: &[Attribute]) -> bool {
    has_list(attributes, "cfg", "test")
}

fn has_list(attributes: &[Attribute], name: &str, content: &str) -> bool {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident(name));
    lists.filter_map(|attribute| attribute.meta.require_list().ok()).any(|list| list.tokens.to_string() == content)
}
