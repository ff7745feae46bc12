//! Resolves the paths of a file, so that a type has only one spelling.

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, Ident, Item, ItemMod, ParenthesizedGenericArguments, Path, PathSegment, Type,
    TypeBareFn, TypeTuple, UseTree,
};

/// The full paths behind the shortened names: the standard prelude, and the macros that derive its traits.
const PRELUDE: [&str; 22] = [
    "std::boxed::Box",
    "std::clone::Clone",
    "std::cmp::Eq",
    "std::cmp::Ord",
    "std::cmp::PartialEq",
    "std::cmp::PartialOrd",
    "std::convert::AsRef",
    "std::convert::From",
    "std::convert::Into",
    "std::convert::TryFrom",
    "std::convert::TryInto",
    "std::default::Default",
    "std::fmt::Debug",
    "std::hash::Hash",
    "std::marker::Copy",
    "std::marker::Send",
    "std::marker::Sync",
    "std::option::Option",
    "std::result::Result",
    "std::string::String",
    "std::string::ToString",
    "std::vec::Vec",
];

/// The longest chain of imports within a file that is followed; a longer chain is a cycle.
const LONGEST_CHAIN: usize = 16;

/// The names that the modules of a file declare or import, with their full paths.
#[derive(Default)]
pub(super) struct ModuleNames {
    modules: BTreeMap<Vec<String>, BTreeMap<String, Vec<String>>>,
}

impl ModuleNames {
    pub(super) fn of(items: &[Item]) -> Self {
        let mut names = Self::default();
        names.collect(items, &[]);
        names
    }

    fn collect(&mut self, items: &[Item], module: &[String]) {
        self.modules.entry(module.to_vec()).or_default();
        for item in items {
            match item {
                Item::Mod(inner) => {
                    self.declare(module, &inner.ident);
                    self.collect(items_of(inner), &joined(module, &inner.ident));
                }
                Item::Use(import) => {
                    for (name, mut path) in imports(&import.tree) {
                        if import.leading_colon.is_none() {
                            path = relative(&path, module).unwrap_or(path);
                        }
                        self.modules.entry(module.to_vec()).or_default().insert(name, path);
                    }
                }
                Item::Struct(item) => self.declare(module, &item.ident),
                Item::Enum(item) => self.declare(module, &item.ident),
                Item::Type(item) => self.declare(module, &item.ident),
                Item::Trait(item) => self.declare(module, &item.ident),
                _ => {}
            }
        }
    }

    fn declare(&mut self, module: &[String], name: &Ident) {
        self.modules.entry(module.to_vec()).or_default().insert(name.to_string(), joined(module, name));
    }

    /// Whether a resolved path is that of an item of this file.
    pub(super) fn is_declared(&self, path: &[String]) -> bool {
        path.split_last().is_some_and(|(name, module)| {
            self.modules.get(module).and_then(|names| names.get(name)).is_some_and(|target| target == path)
        })
    }

    /// The full path of a path in a module.
    pub(super) fn resolved(&self, path: &[String], module: &[String]) -> Vec<String> {
        let declared = || {
            let (first, rest) = path.split_first()?;
            let target = self.modules.get(module)?.get(first)?;
            Some([target, rest].concat())
        };
        let Some(mut path) = relative(path, module).or_else(declared) else { return path.to_vec() };
        for _ in 0..LONGEST_CHAIN {
            let Some(next) = self.import(&path) else { break };
            path = next;
        }
        path
    }

    /// The target of a path to an import of one of the file's modules.
    fn import(&self, path: &[String]) -> Option<Vec<String>> {
        (0..path.len()).find_map(|index| {
            let (module, rest) = path.split_at_checked(index)?;
            let (name, rest) = rest.split_first()?;
            let target = self.modules.get(module)?.get(name)?;
            (target.as_slice() != joined(module, name)).then(|| [target, rest].concat())
        })
    }
}

/// The items of a module with a body.
pub(super) fn items_of(module: &ItemMod) -> &[Item] {
    module.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default()
}

/// The path of a name in a module.
pub(super) fn joined(module: &[String], name: impl ToString) -> Vec<String> {
    [module, &[name.to_string()]].concat()
}

/// A path that begins with `self` or `super`, seen from the root of the file.
fn relative(path: &[String], module: &[String]) -> Option<Vec<String>> {
    path.first().filter(|first| ["self", "super"].contains(&first.as_str()))?;
    let (mut module, mut path) = (module, path);
    while let Some((first, rest)) = path.split_first() {
        match (first.as_str(), module.split_last()) {
            ("self", _) => {}
            ("super", Some((_, parent))) => module = parent,
            _ => break,
        }
        path = rest;
    }
    Some([module, path].concat())
}

/// The names that a `use` declares, each with its path as written.
pub(super) fn imports(tree: &UseTree) -> Vec<(String, Vec<String>)> {
    match tree {
        UseTree::Path(path) => {
            let mut inner = imports(&path.tree);
            for (name, rest) in &mut inner {
                if rest.as_slice() == ["self"] {
                    rest.clear();
                    if name == "self" {
                        *name = path.ident.to_string();
                    }
                }
                rest.insert(0, path.ident.to_string());
            }
            inner
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), vec![name.ident.to_string()])],
        UseTree::Rename(rename) => vec![(rename.rename.to_string(), vec![rename.ident.to_string()])],
        UseTree::Glob(_) => vec![("*".to_owned(), vec!["*".to_owned()])],
        UseTree::Group(group) => group.items.iter().flat_map(imports).collect(),
    }
}

/// Shortens a name of the standard prelude.
pub(super) fn shortened(mut path: Vec<String>) -> Vec<String> {
    if let Some(first) = path.first_mut().filter(|first| ["core", "alloc"].contains(&first.as_str())) {
        *first = "std".to_owned();
    }
    if PRELUDE.contains(&path.join("::").as_str()) { path.split_off(path.len().saturating_sub(1)) } else { path }
}

/// Rewrites every path of some syntax into its resolved spelling.
pub(super) struct Resolver<'a> {
    pub(super) names: &'a ModuleNames,
    pub(super) module: &'a [String],
    /// The type that `Self` is an alias of.
    pub(super) self_type: Option<Path>,
}

impl Resolver<'_> {
    /// The text of some syntax, with its paths resolved.
    pub(super) fn text<T: ToTokens + Clone>(&mut self, syntax: &T, visit: impl FnOnce(&mut Self, &mut T)) -> String {
        let mut syntax = syntax.clone();
        visit(self, &mut syntax);
        spaced(&syntax.to_token_stream().to_string())
    }

    /// The text of a type, with its paths resolved.
    pub(super) fn type_text(&mut self, of: &Type) -> String {
        self.text(of, |resolver, of| resolver.visit_type_mut(of))
    }
}

/// The names of a path, without generic arguments.
pub(super) fn names_of(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

impl VisitMut for Resolver<'_> {
    fn visit_angle_bracketed_generic_arguments_mut(&mut self, arguments: &mut AngleBracketedGenericArguments) {
        visit_mut::visit_angle_bracketed_generic_arguments_mut(self, arguments);
        // A trailing comma depends on line breaks.
        arguments.args.pop_punct();
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, arguments: &mut ParenthesizedGenericArguments) {
        visit_mut::visit_parenthesized_generic_arguments_mut(self, arguments);
        arguments.inputs.pop_punct();
    }

    fn visit_type_bare_fn_mut(&mut self, function: &mut TypeBareFn) {
        visit_mut::visit_type_bare_fn_mut(self, function);
        function.inputs.pop_punct();
    }

    fn visit_type_tuple_mut(&mut self, tuple: &mut TypeTuple) {
        visit_mut::visit_type_tuple_mut(self, tuple);
        if tuple.elems.len() > 1 {
            tuple.elems.pop_punct();
        }
    }

    fn visit_path_mut(&mut self, path: &mut Path) {
        visit_mut::visit_path_mut(self, path);
        if path.is_ident("Self") {
            if let Some(of) = &self.self_type {
                *path = of.clone();
            }
            return;
        }
        let names = names_of(path);
        let resolved = if path.leading_colon.is_some() { names } else { self.names.resolved(&names, self.module) };
        let resolved = shortened(resolved);
        // The last segments of both paths are the same, and so are their generic arguments.
        let mut arguments = path.segments.iter().rev().map(|segment| segment.arguments.clone());
        let mut segments: Vec<_> = resolved
            .iter()
            .rev()
            .map(|name| PathSegment { ident: ident(name), arguments: arguments.next().unwrap_or_default() })
            .collect();
        segments.reverse();
        path.leading_colon = None;
        path.segments = Punctuated::from_iter(segments);
    }
}

/// The identifier with a name from the syntax tree.
fn ident(name: &str) -> Ident {
    let span = Span::call_site();
    name.strip_prefix("r#").map_or_else(|| Ident::new(name, span), |name| Ident::new_raw(name, span))
}

/// The text of tokens, with spaces where a reader expects them.
fn spaced(tokens: &str) -> String {
    let mut text = String::with_capacity(tokens.len());
    let mut words = tokens.split_whitespace().peekable();
    while let Some(word) = words.next() {
        text.push_str(word);
        let Some(next) = words.peek() else { break };
        let is_word = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || "_'#\"".contains(char));
        let ends = word.chars().next_back();
        let begins = next.chars().next();
        let is_between_words = is_word(begins) && (is_word(ends) || [Some('>'), Some(')'), Some(']')].contains(&ends));
        let is_separated = ["->", "=", "+", "{", "}"].iter().any(|sign| word == *sign || next == sign);
        let is_after_lifetime = word.starts_with('\'') && !next.starts_with(['>', ',', ':']);
        if is_between_words || is_separated || is_after_lifetime || word.ends_with([',', ';']) || word == ":" {
            text.push(' ');
        }
    }
    text
}
