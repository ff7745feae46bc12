//! The modules of a crate, read from its files.

use std::path::{Path, PathBuf};

use syn::{Expr, ExprLit, Item, ItemMod, Lit, Meta};

use super::cycles::{Arrow, Arrows};
use super::names::Names;
use super::references::{Reference, is_test_only, references};
use crate::workspace::relative;

/// A module and its own items; those of its children are apart.
pub(crate) struct Module {
    /// The names from the root of the crate to it.
    pub(crate) path: Vec<String>,
    pub(super) file: PathBuf,
    pub(crate) items: Vec<Item>,
}

/// The modules of a crate, the root first, without test modules.
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
}

/// A module that is still to be read.
struct Pending {
    path: Vec<String>,
    file: PathBuf,
    /// The folder in which the files of its children are.
    folder: PathBuf,
    items: Vec<Item>,
}

impl Tree {
    /// Reads a crate from the file of its root.
    pub(crate) fn read(root: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Self {
        let source = read(root).unwrap_or_else(|| panic!("{} cannot be read", root.display()));
        let folder = root.parent().unwrap().to_owned();
        let mut pending =
            vec![Pending { path: Vec::new(), file: root.to_owned(), folder, items: parse(root, &source) }];
        let mut modules = Vec::new();
        while let Some(Pending { path, file, folder, items }) = pending.pop() {
            for item in &items {
                if let Item::Mod(module) = item
                    && !is_test_only(&module.attrs)
                {
                    pending.push(child(&path, &file, &folder, module, read));
                }
            }
            modules.push(Module { path, file, items });
        }
        Self { modules }
    }

    /// What depends on what.
    pub(super) fn arrows(&self) -> Arrows {
        let names = Names::new(self);
        let mut arrows = Arrows::new();
        for module in &self.modules {
            let Some(from) = module.path.first() else { continue };
            for Reference { path, line, text } in references(module) {
                for to in names.owners(&path) {
                    if to != *from {
                        let place = Arrow { place: format!("{}:{line}", relative(&module.file)), text: text.clone() };
                        arrows.entry((from.clone(), to)).or_default().push(place);
                    }
                }
            }
        }
        arrows
    }
}

fn parse(path: &Path, source: &str) -> Vec<Item> {
    syn::parse_file(source).unwrap_or_else(|error| panic!("{}: {error}", path.display())).items
}

/// A child of a module, with its items: written inline, or in a file of its own.
fn child(
    parent: &[String],
    file: &Path,
    folder: &Path,
    module: &ItemMod,
    read: &dyn Fn(&Path) -> Option<String>,
) -> Pending {
    let name = module.ident.to_string().trim_start_matches("r#").to_owned();
    let path = [parent, std::slice::from_ref(&name)].concat();
    if let Some((_, items)) = &module.content {
        return Pending { path, file: file.to_owned(), folder: folder.join(name), items: items.clone() };
    }
    let candidates = match given_path(module) {
        Some(given) => vec![file.with_file_name(given)],
        None => vec![folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")],
    };
    for candidate in &candidates {
        if let Some(source) = read(candidate) {
            let items = parse(candidate, &source);
            return Pending { path, file: candidate.clone(), folder: folder.join(name), items };
        }
    }
    panic!("{}: the module {name} is in none of the files {candidates:?}", file.display());
}

/// The file that `#[path = "…"]` names.
fn given_path(module: &ItemMod) -> Option<String> {
    module.attrs.iter().find(|attribute| attribute.path().is_ident("path")).and_then(|attribute| {
        match &attribute.meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        }
    })
}
