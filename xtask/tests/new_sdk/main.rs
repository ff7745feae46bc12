//! Adds an SDK, imports a vendor's document, and compiles the crates and programs that use them.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic if it cannot be set up")]

mod examples;
mod parameters;
mod states;
mod survey;
mod vendor;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use xtask::generate;
use xtask::scaffold::Scaffold;
use xtask::workspace::Workspace;
use xtask_codegen::GeneratorProcess;
use xtask_import::Slice;

fn process() -> GeneratorProcess {
    GeneratorProcess::of(env!("CARGO_BIN_EXE_xtask"), 1024)
}

/// Copies a folder, without the output of builds and without `.git`.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        match entry.file_name().to_str() {
            Some("target" | ".git") => {}
            _ if path.is_dir() => copy(&path, &copied),
            _ => drop(fs::copy(&path, &copied).unwrap()),
        }
    }
}

/// Runs cargo on the new packages. Nothing is fetched.
fn cargo(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR"))
        .env("RUSTDOCFLAGS", "--deny=warnings")
        // The packages are not debugged, and every run builds them anew.
        .env("CARGO_PROFILE_DEV_DEBUG", "none")
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .unwrap()
}

/// Runs a task on this workspace, without a network: whether it succeeds, its output and its errors.
fn xtask(arguments: &[&str]) -> (bool, String, String) {
    let mut task = Command::new(env!("CARGO_BIN_EXE_xtask"));
    task.args(arguments).env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR")).env("CARGO_NET_OFFLINE", "true");
    let output = task.output().unwrap();
    let [text, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.success(), text, errors)
}

/// Programs that use the new client and the new SDK: the package, the module and its text.
const PROGRAMS: [(&str, &str, &str); 12] = [
    ("acme-gadgets-api", "main", include_str!("fixtures/models.rs")),
    ("acme-gadgets-api", "cycles", include_str!("fixtures/cycles.rs")),
    ("acme-gadgets-api", "numbers", include_str!("fixtures/numbers.rs")),
    ("acme-gadgets-api", "states", include_str!("fixtures/states.rs")),
    ("acme-gadgets-api", "unions", include_str!("fixtures/unions.rs")),
    ("acme-gadgets-api", "wholes", include_str!("fixtures/wholes.rs")),
    ("acme-gadgets", "main", include_str!("fixtures/calls.rs")),
    ("acme-gadgets", "media_types", include_str!("fixtures/media_types.rs")),
    ("acme-gadgets", "members", include_str!("fixtures/members.rs")),
    ("acme-gadgets", "parameters", include_str!("fixtures/parameters.rs")),
    ("acme-gadgets", "properties", include_str!("fixtures/properties.rs")),
    ("acme-gadgets", "successes", include_str!("fixtures/successes.rs")),
];

const PACKAGE_OF_THE_SDK: &str = "--package=acme-gadgets";
const PACKAGES: [&str; 3] = [PACKAGE_OF_THE_SDK, "--package=acme-gadgets-api", "--package=acme-gadgets-mock"];

/// Writes an integration test of a package.
fn write_test(root: &Path, package: &str, name: &str, text: &str) {
    let path = root.join("crates").join(package).join("tests").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Adds crates of the workspace that only tests use.
fn add_development_dependencies(manifest: &Path, names: &[&str]) {
    let text = fs::read_to_string(manifest).unwrap();
    let section = "[dev-dependencies]\n";
    let lines: String = names.iter().map(|name| format!("{name}.workspace = true\n")).collect();
    assert!(text.contains(section), "{text}");
    fs::write(manifest, text.replacen(section, &format!("{section}{lines}"), 1)).unwrap();
}

/// The warnings and errors of clippy and rustdoc for the new packages.
fn compiler_output(root: &Path) -> String {
    let clippy = [&["clippy"], &PACKAGES[..], &["--offline", "--quiet", "--all-targets", "--", "--deny=warnings"]];
    let doc = [&["doc"], &PACKAGES[..], &["--offline", "--quiet", "--no-deps"]];
    let outputs = [clippy, doc].map(|arguments| {
        let output = cargo(root, &arguments.concat());
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), text.is_empty(), "{text}");
        text
    });
    outputs.concat()
}

#[test]
fn new_sdk_compiles_before_and_after_its_first_import() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    copy(Workspace::current().unwrap().root(), root);
    let workspace = Workspace::at(root);
    let paths = ["/gadgets", "/accounts/{account_id}/gadgets"].map(str::to_owned).into();
    let slice = Slice { paths, ..Slice::default() };
    let title = "Acme's [gadgets] <b>{{description}} `https://acme.test".to_owned();
    let scaffold = Scaffold::new("acme-gadgets", Some(title), None, slice).unwrap();

    scaffold.write(&workspace, &process()).unwrap();
    assert_eq!(compiler_output(root), "");
    generate::check(&workspace, &process()).unwrap();

    fs::write(root.join("vendors.json"), vendor::document().to_string()).unwrap();
    let sdk = workspace.sdk(Some("acme-gadgets")).unwrap();
    let import = sdk.import(&root.join("vendors.json"), "2026-01-02").unwrap();
    sdk.write(&workspace, &import).unwrap();
    generate::write(&workspace, &process()).unwrap();
    let formatted = cargo(root, &["fmt", "--check", PACKAGE_OF_THE_SDK]);
    assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stdout));
    for (package, module, text) in PROGRAMS {
        write_test(root, package, &format!("user/{module}.rs"), text);
    }
    add_development_dependencies(&root.join("crates/acme-gadgets/Cargo.toml"), &["proptest", "serde"]);
    assert_eq!(compiler_output(root), "");
    let run = cargo(root, &[&["test"], &PACKAGES[..], &["--offline", "--quiet"]].concat());
    let output = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{output}");
    let client = fs::read_to_string(root.join("crates/acme-gadgets-api/src/generated.rs")).unwrap();
    assert!(client.contains("pub const REVISION: &str = \"2026-01-02\";"));
    assert!(client.contains("pub fn acme_gadgets_create"));

    let again = scaffold.write(&workspace, &process()).unwrap_err().to_string();
    assert_eq!(again, "spec/acme-gadgets already exists");
}
