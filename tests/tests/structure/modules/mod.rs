//! No dependency cycle between the modules of a crate.
//!
//! The nodes are the direct children of a crate's `lib.rs` or `main.rs`; a module and its own children are one node. An
//! arrow is a `use`, or a path that begins with `crate`, `self` or `super`, in a type, an expression, an attribute or a
//! macro's arguments. A path to a name that the root re-exports is an arrow to the module that defines the name. Items
//! of the root itself are no node. Items under `#[cfg(test)]` are not looked at.
//!
//! The rule holds for every target of every package of the workspace.

mod cycles;
mod names;
mod references;
mod tests;
mod tree;

use std::fs;
use std::path::Path;

pub(crate) use references::{all_imports, attributes_of, is_test_only};
pub(crate) use tree::{Module, Tree};

use crate::workspace::{packages, relative};

/// Every cycle of the target whose root is a file, described for a person. `read` returns the text of a file.
fn cycles_of(root: &Path, read: &dyn Fn(&Path) -> Option<String>) -> Vec<String> {
    let tree = tree::Tree::read(root, read);
    cycles::describe(&tree.arrows())
}

#[test]
fn modules_of_a_crate_have_no_dependency_cycle() {
    let mut checked = 0;
    let mut cycles = Vec::new();
    for package in packages() {
        for target in &package.targets {
            checked += 1;
            let found = cycles_of(&target.src_path, &|path| fs::read_to_string(path).ok());
            cycles.extend(found.iter().map(|cycle| format!("{}: {cycle}", relative(&target.src_path))));
        }
    }
    assert!(checked > 5, "only {checked} targets were checked");
    assert!(cycles.is_empty(), "\n{}", cycles.join("\n"));
}
