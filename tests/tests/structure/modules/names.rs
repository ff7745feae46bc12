//! Which module of a crate a path leads to.

use std::collections::BTreeSet;

use syn::Item;

use super::references::{absolute, imports, is_test_only};
use super::tree::{Module, Tree};

/// The names of a crate's modules.
pub(super) struct Names<'a> {
    tree: &'a Tree,
    children: BTreeSet<&'a str>,
}

/// Paths that were followed before: imports can form a cycle.
type Seen = BTreeSet<Vec<String>>;

impl<'a> Names<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let children = tree.modules.iter().filter(|module| module.path.len() == 1);
        Self { tree, children: children.map(|module| module.path[0].as_str()).collect() }
    }

    /// The children of the root that a path from the root depends on: the one that it names, or those that define the
    /// name which the root imports. A glob import of the root depends on all of them.
    pub(super) fn owners(&self, path: &[String]) -> BTreeSet<String> {
        match path.first().map(String::as_str) {
            None => BTreeSet::new(),
            Some("*") => self.children.iter().map(|child| (*child).to_owned()).collect(),
            Some(child) if self.children.contains(child) => [child.to_owned()].into(),
            Some(_) => self.definer(path, &mut Seen::new()).into_iter().collect(),
        }
    }

    /// The child of the root that defines what a path leads to, after every import on the way.
    fn definer(&self, path: &[String], seen: &mut Seen) -> Option<String> {
        if !seen.insert(path.to_vec()) {
            return None;
        }
        let module = self.deepest(path);
        let rest = &path[module.path.len()..];
        let Some((name, after)) = rest.split_first() else { return module.path.first().cloned() };
        let mut globs = Vec::new();
        for item in &module.items {
            let Item::Use(item) = item else { continue };
            if is_test_only(&item.attrs) {
                continue;
            }
            for import in imports(item) {
                let Some(mut target) = self.target(module, &import.path) else { continue };
                if import.name == *name {
                    target.extend_from_slice(after);
                    return self.definer(&target, seen);
                }
                if import.name == "*" {
                    target.pop();
                    globs.push([&target[..], rest].concat());
                }
            }
        }
        if defines(module, name) {
            return module.path.first().cloned();
        }
        let through_glob = globs.iter().find_map(|target| self.definer(target, seen));
        // A macro may define the name.
        through_glob.or_else(|| module.path.first().filter(|_| globs.is_empty()).cloned())
    }

    /// The module that the longest part of a path names.
    fn deepest(&self, path: &[String]) -> &'a Module {
        let named = self.tree.modules.iter().filter(|module| path.starts_with(&module.path));
        named.max_by_key(|module| module.path.len()).unwrap()
    }

    /// The path from the root that the path of an import stands for; none if it leads out of the crate.
    fn target(&self, module: &Module, path: &[String]) -> Option<Vec<String>> {
        absolute(&module.path, path).or_else(|| {
            let child = [&module.path[..], &path[..1]].concat();
            let is_child = self.tree.modules.iter().any(|other| other.path == child);
            is_child.then(|| [&module.path[..], path].concat())
        })
    }
}

/// Whether a module itself has an item of a name.
fn defines(module: &Module, name: &str) -> bool {
    module.items.iter().any(|item| {
        let ident = match item {
            Item::Const(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Macro(item) => item.ident.as_ref(),
            Item::Static(item) => Some(&item.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            Item::Union(item) => Some(&item.ident),
            _ => None,
        };
        ident.is_some_and(|ident| ident == name)
    })
}
