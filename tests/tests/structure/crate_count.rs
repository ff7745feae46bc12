//! How many crates an SDK adds to a program.
//!
//! The floor is a program that calls the API with reqwest, serde, `serde_json` and tokio alone, with the features that
//! the SDK needs: its crates are the part of the SDK's dependency tree below these four.

use std::collections::BTreeSet;
use std::process::Command;

use crate::workspace::root;

/// The SDK that is measured. Another one differs by its own crates only.
const SDK: &str = "zt-risk-scoring";

/// The direct dependencies of the floor.
const FLOOR: [&str; 4] = ["reqwest", "serde", "serde_json", "tokio"];

/// The most crates that an SDK adds, its own among them.
const MOST_ADDED: usize = 20;

/// The crates of the SDK's tree, and those of them that the floor has as well.
#[derive(Debug, Default, Eq, PartialEq)]
struct Crates {
    sdk: BTreeSet<String>,
    floor: BTreeSet<String>,
}

/// Reads what `cargo tree --prefix depth` prints: a depth, a name, a version and other words in each line.
fn read(tree: &str) -> Crates {
    let mut crates = Crates::default();
    // The depth of the crate of the floor above the line.
    let mut floor_depth = None::<usize>;
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (depth, rest) = line.split_at(line.find(|char: char| !char.is_ascii_digit()).unwrap());
        let depth = depth.parse().unwrap();
        let name = rest.split(' ').take(2).collect::<Vec<_>>().join(" ");
        if floor_depth.is_some_and(|floor_depth| depth <= floor_depth) {
            floor_depth = None;
        }
        if floor_depth.is_none() && FLOOR.iter().any(|root| name.starts_with(&format!("{root} "))) {
            floor_depth = Some(depth);
        }
        if floor_depth.is_some() {
            crates.floor.insert(name.clone());
        }
        crates.sdk.insert(name);
    }
    crates
}

/// The tree with default features on Linux, without dependencies of the build alone: procedural macros are part of it.
fn tree() -> String {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--edges=normal", "--prefix=depth", "--no-dedupe"])
        .args(["--target=x86_64-unknown-linux-gnu", "--package", SDK])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn sdk_adds_at_most_twenty_crates_to_a_program() {
    let Crates { sdk, floor } = read(&tree());
    let added: Vec<_> = sdk.difference(&floor).collect();
    println!("{SDK}: {} crates; without it: {}", sdk.len(), floor.len());
    assert!(floor.len() > FLOOR.len(), "the tree of {SDK} has no {FLOOR:?}: {floor:?}");
    assert!(added.len() <= MOST_ADDED, "{SDK} adds {} crates, more than {MOST_ADDED}: {added:?}", added.len());
}

#[test]
fn crates_below_the_floor_are_not_added() {
    let tree = "0sdk v1.0.0 (/sdk)\n1client v1.0.0\n2reqwest v0.13.0\n3http v1.5.0\n2url v2.0.0\n1serde v1.0.0\n1serde_x v1.0.0\n";
    let Crates { sdk, floor } = read(tree);
    assert_eq!(Vec::from_iter(floor), ["http v1.5.0", "reqwest v0.13.0", "serde v1.0.0"]);
    assert_eq!(sdk.len(), 7);
}
