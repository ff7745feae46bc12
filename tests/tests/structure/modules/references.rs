//! The paths in a module that lead to other places of its crate.

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Field, ImplItem, Item, ItemMod, ItemUse, Local, Meta, Token, TraitItem, UseTree, Variant, VisRestricted,
};

use super::tree::Module;

/// A path in the source.
pub(super) struct Reference {
    /// The path from the root of the crate; the last name is `*` for a glob import.
    pub(super) path: Vec<String>,
    pub(super) line: usize,
    /// The path as it is written.
    pub(super) text: String,
}

/// A name that a `use` brings into a module, and the path that it stands for, as it is written.
pub(crate) struct Import {
    /// The name, or `*`.
    pub(crate) name: String,
    pub(crate) path: Vec<String>,
    line: usize,
}

/// Every path of a module to its own crate.
pub(super) fn references(module: &Module) -> Vec<Reference> {
    let mut visitor = Visitor { module: &module.path, found: Vec::new() };
    for item in &module.items {
        visitor.visit_item(item);
    }
    visitor.found
}

/// What one `use` imports. A path that begins with `::` leads to another crate, and is left out.
pub(super) fn imports(item: &ItemUse) -> Vec<Import> {
    if item.leading_colon.is_some() { Vec::new() } else { all_imports(item) }
}

/// What one `use` imports, also from other crates. A path that begins with `::` is returned without it.
pub(crate) fn all_imports(item: &ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    flatten(&item.tree, &mut Vec::new(), &mut imports);
    imports
}

fn flatten(tree: &UseTree, prefix: &mut Vec<String>, imports: &mut Vec<Import>) {
    let mut import = |name: &syn::Ident, leaf: &syn::Ident| {
        let mut path = prefix.clone();
        // `use a::{self}` imports `a`.
        if leaf != "self" || path.is_empty() {
            path.push(leaf.to_string());
        }
        let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name.to_string() };
        imports.push(Import { name, path, line: leaf.span().start().line });
    };
    match tree {
        UseTree::Name(leaf) => import(&leaf.ident, &leaf.ident),
        UseTree::Rename(leaf) => import(&leaf.rename, &leaf.ident),
        UseTree::Glob(glob) => {
            let path = [&prefix[..], &["*".to_owned()]].concat();
            imports.push(Import { name: "*".to_owned(), path, line: glob.star_token.spans[0].start().line });
        }
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, imports);
            prefix.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, imports)),
    }
}

/// The path from the root of the crate that a path in a module stands for; none if it does not begin with `crate`,
/// `self` or `super`.
pub(super) fn absolute(module: &[String], path: &[String]) -> Option<Vec<String>> {
    let mut base = module.to_vec();
    let mut rest = path;
    match rest.split_first()? {
        (first, after) if first == "crate" => (base, rest) = (Vec::new(), after),
        (first, after) if first == "self" => rest = after,
        (first, _) if first == "super" => {}
        _ => return None,
    }
    while let Some((first, after)) = rest.split_first()
        && first == "super"
    {
        base.pop();
        rest = after;
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// Whether attributes leave an item out of every build but that of tests.
pub(crate) fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list.parse_args().is_ok_and(|meta: Meta| requires_test(&meta)),
        _ => false,
    })
}

/// Whether a condition of `cfg` holds in builds of tests only.
fn requires_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
            (list.path.is_ident("all") && parts.iter().any(requires_test))
                || (list.path.is_ident("any") && !parts.is_empty() && parts.iter().all(requires_test))
        }
        Meta::NameValue(_) => false,
    }
}

struct Visitor<'a> {
    module: &'a [String],
    found: Vec<Reference>,
}

impl Visitor<'_> {
    fn add(&mut self, written: &[String], line: usize) {
        if let Some(path) = absolute(self.module, written) {
            self.found.push(Reference { path, line, text: written.join("::") });
        }
    }

    /// Finds paths in what only a macro understands: identifiers with `::` between them.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add(&std::mem::take(&mut path), line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                }
                TokenTree::Group(group) => {
                    self.add(&std::mem::take(&mut path), line);
                    self.add_tokens(group.stream());
                }
                TokenTree::Literal(literal) => {
                    self.add(&std::mem::take(&mut path), line);
                    self.add_text(&literal);
                }
                TokenTree::Punct(_) => self.add(&std::mem::take(&mut path), line),
            }
            colons = 0;
        }
        self.add(&path, line);
    }

    /// Finds the path in a literal such as that of `#[serde(with = "crate::seconds")]`.
    fn add_text(&mut self, literal: &proc_macro2::Literal) {
        let text = literal.to_string();
        let text = text.trim_matches('"');
        let is_path = text.contains("::") && text.chars().all(|char| char.is_alphanumeric() || "_:".contains(char));
        if is_path {
            let path: Vec<_> = text.split("::").map(str::to_owned).collect();
            self.add(&path, literal.span().start().line);
        }
    }
}

/// Visits everything but the children and what is for tests only.
impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_mod(&mut self, _: &'ast ItemMod) {}

    /// `pub(in path)` limits who may depend on an item; it is no dependency itself.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for import in imports(item) {
            self.add(&import.path, import.line);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (None, Some(first)) = (path.leading_colon, path.segments.first()) {
            let written: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.add(&written, first.ident.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        self.visit_path(&invocation.path);
        self.add_tokens(invocation.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.visit_path(attribute.path());
        if let (Meta::List(list), false) = (&attribute.meta, attribute.path().is_ident("doc")) {
            self.add_tokens(list.tokens.clone());
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_only(attributes_of(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs[..],
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes = match item {
            TraitItem::Const(item) => &item.attrs[..],
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            TraitItem::Macro(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if !is_test_only(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast Variant) {
        if !is_test_only(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_local(&mut self, local: &'ast Local) {
        if !is_test_only(&local.attrs) {
            visit::visit_local(self, local);
        }
    }
}

pub(crate) fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
