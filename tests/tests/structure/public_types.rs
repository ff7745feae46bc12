//! A user of an SDK can name every type of its public API without another dependency.
//!
//! The public signatures of an SDK crate, and of the workspace's crates that it re-exports, name types of other crates.
//! The SDK crate must re-export each of them: by a path, by its module, or by its crate. Bodies of functions, private
//! fields and the names of implemented traits are no part of a signature.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Fields, ImplItem, Item, ItemImpl, Type, Visibility};

use crate::modules::{Module, Tree, all_imports, attributes_of, is_test_only};
use crate::workspace::{CLIENT, packages, root, sdks};

/// A crate as `use` names it.
struct Crate {
    tree: Tree,
    /// The names of its normal dependencies.
    dependencies: BTreeSet<String>,
}

/// The path of an item in another crate, whose first name is the crate's.
type External = Vec<String>;

/// The name of a package in code.
fn identifier(name: &str) -> String {
    name.replace('-', "_")
}

/// The libraries of the workspace.
fn crates() -> BTreeMap<String, Crate> {
    let mut crates = BTreeMap::new();
    for package in packages() {
        let is_library = |path: &&Path| path.ends_with("src/lib.rs");
        let Some(root) = package.targets.iter().map(|target| target.src_path.as_path()).find(is_library) else {
            continue;
        };
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind.is_none());
        let dependencies = normal.map(|dependency| identifier(&dependency.name)).collect();
        let tree = Tree::read(root, &|path| fs::read_to_string(path).ok());
        crates.insert(identifier(&package.name), Crate { tree, dependencies });
    }
    crates
}

impl Crate {
    /// What a path in a module names in another crate, through the imports of the module.
    fn external(&self, module: &Module, path: &[String]) -> Option<External> {
        let imports = module.items.iter().filter_map(|item| match item {
            Item::Use(item) => Some(all_imports(item)),
            _ => None,
        });
        let import = imports.flatten().find(|import| import.name == path[0]);
        let path = import.map_or_else(|| path.to_vec(), |import| [&import.path[..], &path[1..]].concat());
        self.dependencies.contains(&path[0]).then_some(path)
    }

    /// The items of other crates in public signatures.
    fn named_in_signatures(&self) -> BTreeSet<External> {
        let items = || self.tree.modules.iter().flat_map(|module| &module.items);
        let public_types: BTreeSet<_> = items().filter_map(public_type).collect();
        let mut found = BTreeSet::new();
        for module in &self.tree.modules {
            let mut visitor = Paths::default();
            let items = module.items.iter().filter(|item| !is_test_only(attributes_of(item)));
            items.for_each(|item| visitor.add_signature(item, &public_types));
            found.extend(visitor.0.iter().filter_map(|path| self.external(module, path)));
        }
        found
    }
}

/// The items of other crates that a module and its public children re-export.
fn reexports(crates: &BTreeMap<String, Crate>, name: &str, path: &[String]) -> BTreeSet<External> {
    let of = &crates[name];
    let module = of.tree.modules.iter().find(|module| module.path == path).unwrap();
    let mut found = BTreeSet::new();
    for item in &module.items {
        match item {
            Item::Mod(child) if is_public(&child.vis) => {
                found.extend(reexports(crates, name, &[path, &[child.ident.to_string()]].concat()));
            }
            Item::Use(item) if is_public(&item.vis) => {
                for import in all_imports(item) {
                    let Some((last, module)) = import.path.split_last() else { continue };
                    if last == "*" && crates.contains_key(&module[0]) {
                        found.extend(reexports(crates, &module[0], &module[1..]));
                    } else if of.dependencies.contains(&import.path[0]) {
                        found.insert(import.path);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The name of a public type or trait.
fn public_type(item: &Item) -> Option<String> {
    let (visibility, ident) = match item {
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Trait(item) => (&item.vis, &item.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        _ => return None,
    };
    is_public(visibility).then(|| ident.to_string())
}

/// The paths in signatures, as they are written.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn add_signature(&mut self, item: &Item, public_types: &BTreeSet<String>) {
        match item {
            Item::Fn(item) if is_public(&item.vis) => self.visit_signature(&item.sig),
            Item::Const(item) if is_public(&item.vis) => self.visit_type(&item.ty),
            Item::Static(item) if is_public(&item.vis) => self.visit_type(&item.ty),
            Item::Type(item) if is_public(&item.vis) => self.visit_type(&item.ty),
            Item::Trait(item) if is_public(&item.vis) => self.visit_item_trait(item),
            Item::Enum(item) if is_public(&item.vis) => {
                item.variants.iter().for_each(|variant| self.visit_fields(&variant.fields));
            }
            Item::Struct(item) if is_public(&item.vis) => {
                self.visit_generics(&item.generics);
                self.add_public_fields(&item.fields);
            }
            Item::Impl(item) if is_of(item, public_types) => self.add_implementation(item),
            _ => {}
        }
    }

    fn add_public_fields(&mut self, fields: &Fields) {
        fields.iter().filter(|field| is_public(&field.vis)).for_each(|field| self.visit_type(&field.ty));
    }

    fn add_implementation(&mut self, item: &ItemImpl) {
        let is_trait = item.trait_.is_some();
        if let Some((_, path, _)) = &item.trait_ {
            path.segments.iter().for_each(|segment| self.visit_path_arguments(&segment.arguments));
        }
        for item in &item.items {
            match item {
                ImplItem::Type(item) => self.visit_type(&item.ty),
                ImplItem::Const(item) if is_public(&item.vis) => self.visit_type(&item.ty),
                ImplItem::Fn(item) if !is_trait && is_public(&item.vis) && !is_test_only(&item.attrs) => {
                    self.visit_signature(&item.sig);
                }
                _ => {}
            }
        }
    }
}

/// Whether a block implements one of the types.
fn is_of(item: &ItemImpl, types: &BTreeSet<String>) -> bool {
    let Type::Path(of) = &*item.self_ty else { return false };
    of.path.segments.last().is_some_and(|segment| types.contains(&segment.ident.to_string()))
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    fn visit_block(&mut self, _: &'ast syn::Block) {}
}

/// The items in public signatures of an SDK that its users cannot name.
fn unnameable(crates: &BTreeMap<String, Crate>, sdk: &str, api: &str) -> BTreeSet<String> {
    let exported = reexports(crates, sdk, &[]);
    let own = exported.iter().map(|path| path[0].as_str()).filter(|name| crates.contains_key(*name));
    let checked: BTreeSet<_> = own.chain([sdk]).collect();
    let named = checked.iter().flat_map(|name| crates[*name].named_in_signatures());
    // Signatures of a crate also name its own types. Those of the API's crate are the models, which the SDK names
    // itself.
    let whole = checked.iter().filter(|name| ![sdk, api].contains(name)).map(|name| vec![(*name).to_owned()]);
    let is_exported = |path: &External| exported.iter().any(|exported| path.starts_with(exported));
    named.chain(whole).filter(|path| !is_exported(path)).map(|path| path.join("::")).collect()
}

#[test]
fn every_type_in_public_signatures_of_an_sdk_is_reexported() {
    let crates = crates();
    let mut checked = 0;
    for sdk in sdks() {
        let Some(name) = sdk.sdk.as_deref().map(identifier) else { continue };
        checked += crates[&name].named_in_signatures().len();
        assert_eq!(
            unnameable(&crates, &name, &identifier(&sdk.api)),
            BTreeSet::new(),
            "{name} does not re-export them"
        );
    }
    assert!(checked > 5, "only {checked} items were found");
}

#[test]
fn every_reexported_crate_of_the_client_is_in_the_table_of_its_docs() {
    let client = identifier(CLIENT);
    let docs = fs::read_to_string(root().join("crates").join(CLIENT).join("src/lib.rs")).unwrap();
    let external = reexports(&crates(), &client, &["external".to_owned()]);
    assert!(!external.is_empty());
    for path in external {
        let row = format!("//! | `{}` ", path[0].replace('_', "-"));
        assert!(docs.contains(&row), "{path:?} has no row in the docs of {CLIENT}");
    }
}

/// A crate of one file.
fn sample(source: &str, dependencies: &[&str]) -> Crate {
    let tree = Tree::read(Path::new("lib.rs"), &|_| Some(source.to_owned()));
    Crate { tree, dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect() }
}

#[test]
fn items_are_found_in_signatures_and_nowhere_else() {
    let found = |source| sample(source, &["http", "serde"]).named_in_signatures();
    for source in [
        "pub fn f(status: http::StatusCode) {}",
        "use http::StatusCode; pub fn f() -> Option<StatusCode> {}",
        "use ::http::{StatusCode as Status}; pub const C: Status = 1;",
        "mod a { pub struct A { pub status: http::StatusCode } }",
        "pub enum E { A(http::StatusCode) }",
        "pub struct A; impl A { pub fn f(&self, of: impl Fn(http::StatusCode)) {} }",
        "pub struct A; impl From<http::StatusCode> for A { }",
        "pub struct A; impl serde::Trait for A { type B = http::StatusCode; }",
        "pub trait T { fn f(&self) -> http::StatusCode; }",
        "pub type T = [http::StatusCode; 2];",
    ] {
        assert_eq!(found(source), [["http", "StatusCode"].map(str::to_owned).to_vec()].into(), "{source}");
    }
    for source in [
        "fn f(status: http::StatusCode) {}",
        "pub(crate) fn f(status: http::StatusCode) {}",
        "pub fn f() { http::StatusCode::OK; }",
        "pub struct A { status: http::StatusCode }",
        "struct A; impl From<http::StatusCode> for A {}",
        "pub struct A; impl A { fn f(status: http::StatusCode) {} }",
        "#[cfg(test)] pub fn f(status: http::StatusCode) {}",
        "mod http {} pub fn f(of: std::string::String, own: crate::http::StatusCode) {}",
    ] {
        assert_eq!(found(source), BTreeSet::new(), "{source}");
    }
}

#[test]
fn item_is_nameable_through_a_path_or_a_crate_that_is_reexported() {
    let crates = |sdk: &str, client: &str| {
        let sdk = sample(sdk, &["client", "http"]);
        BTreeMap::from([("sdk".to_owned(), sdk), ("client".to_owned(), sample(client, &["http"]))])
    };
    const SIGNATURE: &str = "pub fn f(status: http::StatusCode) {}";
    for (sdk, client, expected) in [
        (SIGNATURE, "", vec!["http::StatusCode"]),
        (&format!("pub use http::Method; {SIGNATURE}"), "", vec!["http::StatusCode"]),
        (&format!("pub use http::StatusCode; {SIGNATURE}"), "", vec![]),
        (&format!("pub mod external {{ pub use {{http}}; }} {SIGNATURE}"), "", vec![]),
        (&format!("mod external {{ pub use http; }} {SIGNATURE}"), "", vec!["http::StatusCode"]),
        (
            "pub use client; pub use client::external::*;",
            &format!("pub mod external {{ pub use http; }} {SIGNATURE}"),
            vec![],
        ),
        ("pub use client;", SIGNATURE, vec!["http::StatusCode"]),
        ("pub use client::Client;", "pub struct Client;", vec!["client"]),
    ] {
        let found: Vec<_> = unnameable(&crates(sdk, client), "sdk", "api").into_iter().collect();
        assert_eq!(found, expected, "{sdk} {client}");
    }
}
