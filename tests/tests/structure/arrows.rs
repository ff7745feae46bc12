//! Which crate may depend on which.
//!
//! | crate | normal dependencies on workspace crates |
//! |---|---|
//! | `api-runtime` | none |
//! | `cloudflare-client` | `api-runtime` |
//! | an SDK's api crate | `api-runtime` |
//! | its mock crate | its api crate, `api-runtime` |
//! | the SDK crate | `cloudflare-client`, its api crate, `api-runtime` |
//! | a program of an SDK | the SDK crate, its mock crate, the SDK crates of other SDKs |
//! | `tests` | everything in `crates/` |
//! | `xtask-document` | none |
//! | `xtask-import`, `xtask-codegen` | `xtask-document` |
//! | `xtask-diff` | the three |
//! | `xtask` | its libraries |
//!
//! Development dependencies may add mock crates: an SDK crate its own, a program those of the SDKs that it uses.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::workspace::{CLIENT, RUNTIME, Sdk, packages, sdks};

/// A package and what it depends on.
struct Node {
    name: String,
    folder: PathBuf,
    /// The name of each dependency, and whether it is for development only.
    dependencies: Vec<(String, bool)>,
}

/// The workspace crates that a package may depend on.
#[derive(Default)]
struct Allowed {
    normal: BTreeSet<String>,
    development: BTreeSet<String>,
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// The rule for a crate of `xtask/`: each may use those below it.
fn allowed_for_tool(name: &str) -> Option<Allowed> {
    let normal = match name {
        "xtask-document" => &[][..],
        "xtask-import" | "xtask-codegen" => &["xtask-document"],
        "xtask-diff" => &["xtask-document", "xtask-import", "xtask-codegen"],
        "xtask" => &["xtask-document", "xtask-import", "xtask-codegen", "xtask-diff"],
        _ => return None,
    };
    Some(Allowed { normal: set(normal.iter().copied()), ..Allowed::default() })
}

/// The rule for a crate of `crates/`; none if no SDK lists it.
fn allowed_for_crate(name: &str, sdks: &[Sdk]) -> Option<Allowed> {
    if name == RUNTIME {
        return Some(Allowed::default());
    }
    if name == CLIENT {
        return Some(Allowed { normal: set([RUNTIME]), ..Allowed::default() });
    }
    let sdk = sdks.iter().find(|sdk| sdk.crates().contains(name))?;
    Some(if name == sdk.api {
        Allowed { normal: set([RUNTIME]), ..Allowed::default() }
    } else if name == sdk.mock {
        Allowed { normal: set([RUNTIME, &sdk.api]), ..Allowed::default() }
    } else if sdk.sdk.as_deref() == Some(name) {
        Allowed { normal: set([CLIENT, RUNTIME, &sdk.api]), development: set([sdk.mock.as_str()]) }
    } else {
        let of_all_sdks = sdks.iter().filter_map(|sdk| sdk.sdk.as_deref());
        Allowed {
            normal: set(of_all_sdks.chain([sdk.mock.as_str()])),
            development: set(sdks.iter().map(|sdk| sdk.mock.as_str())),
        }
    })
}

fn violations(packages: &[Node], sdks: &[Sdk]) -> Vec<String> {
    let is_crate = |package: &&Node| package.folder.starts_with("crates");
    let crates: BTreeSet<_> = packages.iter().filter(is_crate).map(|package| package.name.clone()).collect();
    let members: BTreeSet<_> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut violations = Vec::new();
    for package in packages {
        let name = &package.name;
        let allowed = if package.folder == Path::new("tests") {
            Allowed { normal: crates.clone(), ..Allowed::default() }
        } else if let Some(allowed) = allowed_for_tool(name).or_else(|| allowed_for_crate(name, sdks)) {
            allowed
        } else {
            violations.push(format!("{name} is no crate of an SDK: list it in an sdk.toml, or give it a rule"));
            continue;
        };
        for (dependency, for_development) in &package.dependencies {
            let is_allowed =
                allowed.normal.contains(dependency) || (*for_development && allowed.development.contains(dependency));
            if members.contains(dependency.as_str()) && !is_allowed {
                let kind = if *for_development { "development dependency" } else { "dependency" };
                violations.push(format!("{name} has the {kind} {dependency}"));
            }
        }
    }
    violations
}

#[test]
fn crates_depend_only_on_what_the_architecture_allows() {
    let nodes: Vec<_> = packages()
        .iter()
        .map(|package| Node {
            name: package.name.clone(),
            folder: package.folder(),
            dependencies: package
                .dependencies
                .iter()
                .map(|dependency| (dependency.name.clone(), dependency.is_for_development()))
                .collect(),
        })
        .collect();
    assert_eq!(violations(&nodes, &sdks()), Vec::<String>::new());
}

/// The violations in a workspace of two SDKs, in which one package has one dependency.
fn violations_of(from: &str, to: &str, for_development: bool) -> Vec<String> {
    let sdk = |name: &str, programs: &[&str]| Sdk {
        folder: PathBuf::from("spec").join(name),
        api: format!("{name}-api"),
        mock: format!("{name}-mock"),
        sdk: Some(name.to_owned()),
        programs: set(programs.iter().copied()),
    };
    let crates = [
        "api-runtime",
        "cloudflare-client",
        "pets-api",
        "pets-mock",
        "pets",
        "pets-cli",
        "toys-api",
        "toys-mock",
        "toys",
    ];
    let in_crates = crates.map(|name| (name, Path::new("crates").join(name)));
    let tools = ["", "-document", "-import", "-codegen", "-diff"].map(|library| format!("xtask{library}"));
    let in_root = ["tests"].into_iter().chain(tools.iter().map(String::as_str)).map(|name| (name, PathBuf::from(name)));
    let members = in_crates.into_iter().chain(in_root);
    let nodes: Vec<_> = members
        .map(|(name, folder)| {
            let dependencies = if name == from { vec![(to.to_owned(), for_development)] } else { Vec::new() };
            Node { name: name.to_owned(), folder, dependencies }
        })
        .collect();
    violations(&nodes, &[sdk("pets", &["pets-cli"]), sdk("toys", &[])])
}

#[test]
fn arrow_of_the_architecture_is_allowed() {
    for (from, to) in [
        ("cloudflare-client", "api-runtime"),
        ("pets-mock", "pets-api"),
        ("pets", "cloudflare-client"),
        ("pets", "pets-api"),
        ("pets-cli", "pets"),
        ("pets-cli", "pets-mock"),
        ("pets-cli", "toys"),
        ("tests", "toys-api"),
        ("pets", "serde"),
        ("xtask", "xtask-diff"),
        ("xtask-diff", "xtask-codegen"),
        ("xtask-import", "xtask-document"),
    ] {
        assert_eq!(violations_of(from, to, false), Vec::<String>::new());
    }
    assert_eq!(violations_of("pets", "pets-mock", true), Vec::<String>::new());
}

#[test]
fn arrow_against_the_architecture_is_reported() {
    for (from, to) in [
        ("api-runtime", "cloudflare-client"),
        ("cloudflare-client", "pets-api"),
        ("pets-api", "pets"),
        ("pets-mock", "pets"),
        ("pets-mock", "toys-api"),
        ("pets", "pets-mock"),
        ("pets", "toys-api"),
        ("pets", "toys"),
        ("pets-cli", "cloudflare-client"),
        ("xtask", "api-runtime"),
        ("xtask-codegen", "xtask-import"),
        ("xtask-document", "xtask-import"),
        ("xtask-import", "xtask-codegen"),
        ("xtask-diff", "xtask"),
        ("tests", "xtask-document"),
        ("pets", "xtask"),
    ] {
        assert_eq!(violations_of(from, to, false), [format!("{from} has the dependency {to}")]);
    }
    for (from, to) in [("cloudflare-client", "pets-mock"), ("pets", "toys-mock"), ("pets-mock", "pets")] {
        assert_eq!(violations_of(from, to, true), [format!("{from} has the development dependency {to}")]);
    }
}

#[test]
fn crate_that_no_sdk_lists_is_reported() {
    let stray = Node { name: "stray".to_owned(), folder: PathBuf::from("crates/stray"), dependencies: Vec::new() };
    let expected = "stray is no crate of an SDK: list it in an sdk.toml, or give it a rule";
    assert_eq!(violations(&[stray], &[]), [expected]);
}
