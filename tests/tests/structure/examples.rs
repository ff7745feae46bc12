//! Every public type of the crates that users depend on has an example that runs in its documentation.
//!
//! A type alias needs none if a method that returns it has one, nor does a trait if one of its methods has one. Types in generated files and types that macros define are
//! not looked at.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, ReturnType, TraitItem, Visibility};

use crate::modules::{Module, Tree, all_imports, attributes_of, is_test_only};
use crate::workspace::{CLIENT, packages, sdks};

/// The public types of a crate whose documentation has no example.
fn without_example(tree: &Tree) -> BTreeSet<String> {
    let exported = exported(tree);
    let returned = returned_by_methods_with_examples(tree);
    let mut found = BTreeSet::new();
    for module in tree.modules.iter().filter(|module| !module.path.iter().any(|name| name == "generated")) {
        for item in module.items.iter().filter(|item| !is_test_only(attributes_of(item))) {
            let (visibility, ident, is_alias) = match item {
                Item::Enum(item) => (&item.vis, &item.ident, false),
                Item::Struct(item) => (&item.vis, &item.ident, false),
                Item::Trait(item) => (&item.vis, &item.ident, false),
                Item::Type(item) => (&item.vis, &item.ident, true),
                _ => continue,
            };
            let name = ident.to_string();
            let is_reachable = is_public(visibility) && (exported.contains(&name) || is_public_module(tree, module));
            let has_example = has_example(attributes_of(item))
                || (is_alias && returned.contains(&name))
                || matches!(item, Item::Trait(item) if item.items.iter().any(has_method_example));
            if is_reachable && !has_example {
                found.insert([&module.path[..], &[name]].concat().join("::"));
            }
        }
    }
    found
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether a module and those that it is in are public.
fn is_public_module(tree: &Tree, module: &Module) -> bool {
    let Some((name, parent)) = module.path.split_last() else { return true };
    let parent = tree.modules.iter().find(|module| module.path == parent).unwrap();
    let mut children = parent.items.iter().filter_map(|item| match item {
        Item::Mod(child) if child.ident == name => Some(&child.vis),
        _ => None,
    });
    children.any(is_public) && is_public_module(tree, parent)
}

/// The names that public modules re-export.
fn exported(tree: &Tree) -> BTreeSet<String> {
    let public = tree.modules.iter().filter(|module| is_public_module(tree, module));
    let uses = public.flat_map(|module| &module.items).filter_map(|item| match item {
        Item::Use(item) if is_public(&item.vis) => Some(all_imports(item)),
        _ => None,
    });
    uses.flatten().filter_map(|import| import.path.last().cloned()).collect()
}

/// The names of what methods with an example return.
fn returned_by_methods_with_examples(tree: &Tree) -> BTreeSet<String> {
    let blocks = tree.modules.iter().flat_map(|module| &module.items).filter_map(|item| match item {
        Item::Impl(item) => Some(&item.items),
        _ => None,
    });
    let returned = blocks.flatten().filter_map(|item| match item {
        ImplItem::Fn(method) if is_public(&method.vis) && has_example(&method.attrs) => match &method.sig.output {
            ReturnType::Type(_, output) => match &**output {
                syn::Type::Path(output) => output.path.segments.last().map(|segment| segment.ident.to_string()),
                _ => None,
            },
            ReturnType::Default => None,
        },
        _ => None,
    });
    returned.collect()
}

fn has_method_example(item: &TraitItem) -> bool {
    matches!(item, TraitItem::Fn(method) if has_example(&method.attrs))
}

/// Whether a documentation has a code block that runs as a test.
fn has_example(attributes: &[Attribute]) -> bool {
    let lines =
        attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).filter_map(|attribute| match &attribute
            .meta
        {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    // The second fence of a block that does not run has no language, too.
    let fences: Vec<_> = lines.filter_map(|line| line.trim().strip_prefix("```").map(str::to_owned)).collect();
    fences.chunks(2).any(|fences| fences[0].is_empty())
}

#[test]
fn every_public_type_has_an_example() {
    let sdks = sdks();
    let checked: BTreeSet<_> =
        sdks.iter().flat_map(|sdk| sdk.sdk.iter().chain([&sdk.mock])).map(String::as_str).chain([CLIENT]).collect();
    let mut found = BTreeSet::new();
    for package in packages().iter().filter(|package| checked.contains(package.name.as_str())) {
        let roots = package.targets.iter().map(|target| &target.src_path);
        for root in roots.filter(|path| path.ends_with("src/lib.rs")) {
            let tree = Tree::read(root, &|path| fs::read_to_string(path).ok());
            found.extend(without_example(&tree).into_iter().map(|name| format!("{}: {name}", package.name)));
        }
    }
    assert!(checked.len() > 3, "only {checked:?} were checked");
    assert!(found.is_empty(), "types without an example:\n{}", Vec::from_iter(found).join("\n"));
}

#[test]
fn type_without_an_example_is_found_if_users_can_name_it() {
    let found = |source: &str| {
        let tree = Tree::read(Path::new("lib.rs"), &|_| Some(source.to_owned()));
        Vec::from_iter(without_example(&tree)).join(" ")
    };
    const EXAMPLE: &str = "/// ```\n/// # example\n/// ```\n";
    for (source, expected) in [
        ("pub struct A; pub enum B {} pub trait C {} pub type D = A;", "A B C D"),
        ("struct A; pub(crate) struct B; mod c { pub struct C; }", ""),
        ("mod a { pub struct A; pub struct B; } pub use a::A;", "a::A"),
        ("pub mod a { pub struct A; mod b { pub struct B; pub struct C; } pub use b::B; }", "a::A a::b::B"),
        ("mod generated { pub struct A; } pub use generated::A;", ""),
        (&format!("{EXAMPLE}pub struct A; {EXAMPLE}pub type B = A;"), ""),
        ("/// ```text\n/// # no example\n/// ```\npub struct A;", "A"),
        (&format!("{EXAMPLE}pub struct A; pub type B = A; impl A {{ {EXAMPLE}pub fn b() -> B {{}} }}"), ""),
        (&format!("{EXAMPLE}pub struct A; pub type B = A; impl A {{ pub fn b() -> B {{}} }}"), "B"),
        (&format!("pub trait A {{ {EXAMPLE}fn a(); }} pub trait B {{ fn b(); }}"), "B"),
        ("#[cfg(test)] pub struct A;", ""),
    ] {
        assert_eq!(found(source), expected, "{source}");
    }
}
