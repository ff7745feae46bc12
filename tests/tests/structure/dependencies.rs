//! Where dependencies come from, under which licences, and which Rust they need.
//!
//! Licences and Rust versions are read from the manifests of all dependencies, on every platform. A build downloads
//! those of its own platform only; `cargo fetch --locked`, which the checks run, downloads all of them. Without it, the
//! tests look at this platform. The sources are read from `Cargo.lock`, which lists every platform.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use semver::Version;
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::workspace::{Metadata, Package, metadata, read_toml, root};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The licences that a dependency may have, and why.
const ALLOWED_LICENCES: &[(&str, &str)] = &[
    ("MIT", "permissive: asks for its notice"),
    ("Apache-2.0", "permissive: asks for its notice, grants patents"),
    ("MIT-0", "permissive: as MIT, without the notice (borrow-or-share)"),
    ("BSD-2-Clause", "permissive: as MIT (uppsala)"),
    ("ISC", "permissive: as MIT, in fewer words (rustls-webpki, untrusted, aws-lc-sys)"),
    ("BSD-3-Clause", "permissive: as MIT, without the right to advertise with the authors (subtle, aws-lc-sys)"),
    ("Zlib", "permissive: asks for no notice in binaries (foldhash, zlib-rs)"),
    ("Unicode-3.0", "permissive: as MIT, for code and tables made from Unicode's data (icu, unicode-ident)"),
    ("CDLA-Permissive-2.0", "permissive, for data: the root certificates of webpki-root-certs"),
    ("MPL-2.0", "copyleft by file: only changes to progenitor's own files would have to be published"),
];

/// A package without a licence expression, whose licence was read by hand.
struct Clarified {
    name: &'static str,
    expression: &'static str,
    /// The text that the licence file must contain, so that a new licence is noticed.
    evidence: &'static str,
}

const CLARIFIED: &[Clarified] = &[Clarified {
    name: "stringmetrics",
    expression: "Apache-2.0",
    evidence: "Licensed under the Apache License, Version 2.0",
}];

/// Every package that a build may need.
fn resolved() -> Metadata {
    metadata(&[]).unwrap_or_else(|every_platform| {
        let host = format!("--filter-platform={}", host());
        eprintln!("checking the dependencies of {host} only; for all platforms, run `cargo fetch --locked` first");
        metadata(&[&host]).unwrap_or_else(|this_platform| panic!("{every_platform}\n{this_platform}"))
    })
}

/// The platform of this build, as cargo names it.
fn host() -> String {
    let output = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Why a licence is not acceptable.
fn licence_problem(package: &Package) -> Option<String> {
    let clarified = CLARIFIED.iter().find(|clarified| clarified.name == package.name);
    let expression = match (&package.license, clarified) {
        (Some(expression), None) => expression,
        (Some(_), Some(_)) => return Some("states a licence now: remove it from CLARIFIED".to_owned()),
        (None, None) => return Some("states no licence expression".to_owned()),
        (None, Some(clarified)) => {
            let Some(file) = &package.license_file else { return Some("names no licence file".to_owned()) };
            let text = fs::read_to_string(package.manifest_path.with_file_name("").join(file)).unwrap();
            if !text.contains(clarified.evidence) {
                return Some(format!("has a licence file without {:?}", clarified.evidence));
            }
            clarified.expression
        }
    };
    match Expression::parse_mode(expression, ParseMode::LAX) {
        Err(error) => Some(format!("states {expression:?}, which is no licence expression: {error}")),
        Ok(parsed) => {
            // An exception (`WITH …`) only adds permissions, so the licence alone decides.
            let is_allowed = parsed.evaluate(|requirement| {
                let licence = requirement.license.id();
                licence.is_some_and(|id| ALLOWED_LICENCES.iter().any(|(name, _)| *name == id.name))
            });
            (!is_allowed).then(|| format!("is licensed under {expression:?}, which ALLOWED_LICENCES does not satisfy"))
        }
    }
}

fn package_with(name: &str, license: Option<&str>) -> Package {
    let package = serde_json::json!({
        "name": name, "version": "1.0.0", "license": license,
        "manifest_path": "/nowhere/Cargo.toml", "dependencies": [], "targets": [],
    });
    serde_json::from_value(package).unwrap()
}

/// A version of which only the first two numbers may be given, as in `rust-version`.
fn rust_version(text: &str) -> Version {
    let dots = text.matches('.').count();
    Version::parse(&format!("{text}{}", ".0".repeat(2_usize.saturating_sub(dots)))).unwrap()
}

#[test]
fn every_dependency_comes_from_crates_io_or_this_workspace() {
    #[derive(Deserialize)]
    struct Lock {
        package: Vec<Locked>,
    }
    #[derive(Deserialize)]
    struct Locked {
        name: String,
        source: Option<String>,
    }

    let members: BTreeSet<_> = crate::workspace::packages().into_iter().map(|package| package.name).collect();
    let lock: Lock = read_toml(&root().join("Cargo.lock"));
    assert!(lock.package.len() > members.len(), "Cargo.lock lists no dependency");
    for Locked { name, source } in lock.package {
        let is_known = match &source {
            Some(source) => source == CRATES_IO,
            None => members.contains(&name),
        };
        assert!(is_known, "{name} comes from {}", source.as_deref().unwrap_or("a folder outside the workspace"));
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let problems: Vec<_> = resolved()
        .packages
        .iter()
        .filter_map(|package| Some(format!("{} {} {}", package.name, package.version, licence_problem(package)?)))
        .collect();
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn licence_outside_the_allowed_ones_is_reported() {
    for allowed in ["MIT", "MIT/GPL-3.0-only", "(GPL-2.0-only OR ISC) AND Zlib", "Apache-2.0 WITH LLVM-exception"] {
        assert_eq!(licence_problem(&package_with("sample", Some(allowed))), None);
    }
    for (licence, problem) in [
        (Some("GPL-3.0-only"), "is licensed under \"GPL-3.0-only\""),
        (Some("MIT AND GPL-3.0-only"), "is licensed under \"MIT AND GPL-3.0-only\""),
        (Some("Proprietary words"), "which is no licence expression"),
        (None, "states no licence expression"),
    ] {
        let found = licence_problem(&package_with("sample", licence)).unwrap();
        assert!(found.contains(problem), "{found}");
    }
    let clarified = licence_problem(&package_with("stringmetrics", Some("MIT"))).unwrap();
    assert!(clarified.contains("remove it from CLARIFIED"), "{clarified}");
    let without_file = licence_problem(&package_with("stringmetrics", None)).unwrap();
    assert!(without_file.contains("names no licence file"), "{without_file}");
}

#[test]
fn clarified_packages_are_dependencies() {
    let packages = resolved().packages;
    for Clarified { name, .. } in CLARIFIED {
        assert!(
            packages.iter().any(|package| package.name == *name),
            "{name} is no dependency: remove it from CLARIFIED"
        );
    }
}

#[test]
fn no_dependency_needs_a_newer_rust_than_the_workspace_declares() {
    let packages = resolved().packages;
    let is_member = |package: &&Package| package.source.is_none();
    let declared: BTreeSet<_> = packages.iter().filter(is_member).map(|member| member.rust_version.clone()).collect();
    assert_eq!(declared.len(), 1, "the packages of the workspace declare different versions: {declared:?}");
    let declared = rust_version(declared.first().unwrap().as_deref().unwrap());
    let newer: Vec<_> = packages
        .iter()
        .filter_map(|package| Some((package, package.rust_version.as_deref()?)))
        .filter(|(_, needed)| rust_version(needed) > declared)
        .map(|(package, needed)| format!("{} {} needs Rust {needed}", package.name, package.version))
        .collect();
    assert_eq!(newer, Vec::<String>::new());
}

#[test]
fn rust_versions_compare_as_versions() {
    assert!(rust_version("1.9") < rust_version("1.88"));
    assert!(rust_version("1.88") == rust_version("1.88.0"));
    assert!(rust_version("1.88.1") > rust_version("1.88"));
    assert!(rust_version("1") < rust_version("1.0.1"));
}
