//! Tests of `generate`, with the generator in a separate process.

#![allow(clippy::unwrap_used, reason = "a test may panic if it cannot be set up")]

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Map, Value, json};

use xtask::generate;
use xtask::release;
use xtask::workspace::Workspace;
use xtask_codegen::GeneratorProcess;

fn process() -> GeneratorProcess {
    limited(1024)
}

fn limited(memory_mib: usize) -> GeneratorProcess {
    GeneratorProcess::of(env!("CARGO_BIN_EXE_xtask"), memory_mib)
}

/// The generated files of this checkout's current revision, with their content.
fn generated_in_another_folder() -> Vec<(String, String)> {
    let (workspace, out) = (Workspace::current().unwrap(), tempfile::tempdir().unwrap());
    generate::write_to(&workspace, &process(), "risk-scoring", None, out.path()).unwrap();
    let files = ["zt-risk-scoring-api", "zt-risk-scoring-mock"].map(|name| format!("crates/{name}/src/generated.rs"));
    files.into_iter().map(|file| (file.clone(), fs::read_to_string(out.path().join(file)).unwrap())).collect()
}

#[test]
fn generated_code_of_this_checkout_is_current() {
    generate::check(&Workspace::current().unwrap(), &process()).unwrap();
}

#[test]
fn code_generated_into_another_folder_is_the_same() {
    for (file, content) in generated_in_another_folder() {
        assert_eq!(fs::read_to_string(Workspace::current().unwrap().root().join(file)).unwrap(), content);
    }
}

#[test]
fn generation_is_deterministic() {
    assert_eq!(generated_in_another_folder(), generated_in_another_folder());
}

#[test]
fn unknown_sdk_or_revision_cannot_be_generated() {
    let write = |sdk: &str, revision: Option<&str>| {
        generate::write_to(&Workspace::current().unwrap(), &process(), sdk, revision, Path::new("nowhere"))
            .unwrap_err()
            .to_string()
    };
    let unknown = write("nonsense", None);
    assert!(unknown.starts_with("there is no SDK \"nonsense\"; there are [") && unknown.contains("risk-scoring"));
    assert!(write("risk-scoring", Some("1999-01-01")).contains("1999-01-01"));
}

/// A checkout with an SDK whose only operation responds with a value of a schema.
fn checkout(schema: &Value) -> (tempfile::TempDir, Workspace) {
    let root = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("crates/things-api/Cargo.toml", "");
    write("crates/things-mock/Cargo.toml", "");
    write(
        "spec/things/sdk.toml",
        r#"
        title = "Things"
        description = "All of them."
        current = "2026-01-02"
        [slice]
        paths = ["/things"]
        [crates]
        api = "things-api"
        mock = "things-mock"
        [names]
        "#,
    );
    let document = json!({
        "openapi": "3.0.3", "info": {"title": "Things", "version": "2026-01-02"},
        "paths": {"/things": {"get": {"operationId": "list_things", "responses": {"200": {
            "description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
        }}}}},
        "components": {"schemas": {"Thing": schema}},
    });
    write("spec/things/2026-01-02.json", &document.to_string());
    let workspace = Workspace::at(root.path());
    (root, workspace)
}

/// A merger of twelve unions with twelve branches each: its 12^12 combinations need more memory than any machine has.
fn explosive() -> Value {
    let union = |part: usize| {
        let branch = |index: usize| {
            let name = format!("p{part}_{index}");
            json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}})
        };
        json!({"oneOf": (0..12).map(branch).collect::<Vec<_>>()})
    };
    json!({"allOf": (0..12).map(union).collect::<Vec<_>>()})
}

#[test]
fn stale_code_is_a_problem_of_a_release() {
    let (_root, workspace) = checkout(&json!({"type": "string"}));
    let stale = || {
        let problems = release::check(&workspace, &process(), None).unwrap().problems;
        problems.iter().any(|problem| {
            problem.starts_with("generated files are not current: crates/things-api/")
                && problem.ends_with("run `cargo xtask generate`")
                && !problem.contains('\n')
        })
    };
    assert!(stale());
    generate::write(&workspace, &process()).unwrap();
    assert!(!stale());
}

#[test]
fn release_check_prints_no_diff_of_generated_code() {
    // A test cannot capture its own standard output, so it runs another test in a process.
    let other = "stale_code_is_a_problem_of_a_release";
    let output = Command::new(env::current_exe().unwrap()).args(["--exact", other]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert!(!text.contains("(generated)"), "{text}");
}

#[test]
fn slice_above_the_memory_limit_is_an_error_with_its_paths() {
    let (_root, workspace) = checkout(&explosive());
    let error = format!("{:#}", generate::write(&workspace, &limited(128)).unwrap_err());
    for part in ["spec/things/2026-01-02.json", "slice.paths = [\"/things\"]", "more than 128 MiB"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn document_that_the_generator_rejects_is_an_error_with_its_path() {
    let (_root, workspace) = checkout(&json!({"type": "string", "enum": [1, 2]}));
    let error = format!("{:#}", generate::write(&workspace, &process()).unwrap_err());
    assert!(error.contains("spec/things/2026-01-02.json"), "{error}");
}

#[test]
fn import_reports_an_error_of_the_generator() {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    let union = |one: &str, other: &str| json!({"oneOf": [object(one), object(other)]});
    let (root, workspace) = checkout(&json!({"allOf": [union("a", "b"), union("c", "d")]}));
    let sdk = workspace.sdk(Some("things")).unwrap();
    let import = sdk.import(&root.path().join("spec/things/2026-01-02.json"), "2026-02-03").unwrap();
    let error = format!("{:#}", generate::try_generate(&process(), &sdk, &import).unwrap_err());
    assert!(error.contains("cannot generate code for spec/things/2026-02-03.json"), "{error}");
    let (root, workspace) = checkout(&json!({"type": "string"}));
    let sdk = workspace.sdk(Some("things")).unwrap();
    let import = sdk.import(&root.path().join("spec/things/2026-01-02.json"), "2026-02-03").unwrap();
    generate::try_generate(&process(), &sdk, &import).unwrap();
}

#[test]
fn malformed_document_is_an_error_with_the_place() {
    let (_root, workspace) = checkout(&json!({"properties": {"a": {"type": "integer", "minimum": "none"}}}));
    let error = format!("{:#}", generate::write(&workspace, &process()).unwrap_err());
    for part in ["spec/things/2026-01-02.json", "the schema at /components/schemas/Thing/properties/a"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn unsupported_operation_is_an_error_with_its_name() {
    let (root, workspace) = checkout(&json!({"type": "string"}));
    let path = root.path().join("spec/things/2026-01-02.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"get\":", "\"options\":")).unwrap();
    let error = format!("{:#}", generate::write(&workspace, &process()).unwrap_err());
    for part in ["spec/things/2026-01-02.json", "the operation \"list_things\" (OPTIONS /things)"] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn closed_output_pipe_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    let of = |paths: Value| json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths});
    // More text than fits into a pipe.
    let many: Map<_, _> = (0..2_000)
        .map(|number| {
            let get = json!({"operationId": format!("get_{number}"), "responses": {"200": {"description": "d"}}});
            (format!("/things/{number}"), json!({"get": get}))
        })
        .collect();
    let one: Map<_, _> = many.clone().into_iter().take(1).collect();
    fs::write(&old, of(many.into()).to_string()).unwrap();
    fs::write(&new, of(one.into()).to_string()).unwrap();
    let mut diff = Command::new(env!("CARGO_BIN_EXE_xtask"));
    diff.args(["spec", "diff"]).args([&old, &new]).stderr(Stdio::piped());
    assert_eq!(diff.output().unwrap().status.code(), Some(3));
    let mut child = diff.stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// The output and the errors of the program in a folder.
fn run_in(folder: &Path, arguments: &[&str]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).current_dir(folder).output().unwrap();
    let [output, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output, errors)
}

#[test]
fn task_works_on_the_workspace_that_contains_the_working_directory() {
    let (root, workspace) = checkout(&json!({"type": "string"}));
    fs::write(root.path().join("Cargo.toml"), "[workspace]\n").unwrap();
    let folder = root.path().join("crates/things-api");
    let (output, errors) = run_in(&folder, &["generate"]);
    assert_eq!(errors, "");
    assert!(output.contains("wrote crates/things-api/src/generated.rs"), "{output}");
    generate::check(&workspace, &process()).unwrap();
}

#[test]
fn task_outside_of_a_workspace_is_an_error_that_names_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    // A workspace needs a folder spec/ as well.
    fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").unwrap();
    let (output, errors) = run_in(folder.path(), &["generate"]);
    let folder = folder.path().canonicalize().unwrap();
    let expected = "is in no workspace with a folder spec/; change into the checkout of one\n";
    assert_eq!((output.as_str(), errors.as_str()), ("", format!("error: {} {expected}", folder.display()).as_str()));
}

#[test]
fn generator_process_needs_no_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let (output, errors) = run_in(folder.path(), &["generator", "--memory-mib", "64"]);
    assert!(output.is_empty() && !errors.contains("workspace"), "{errors}");
}

#[test]
fn usage_names_the_command_as_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let (output, errors) = run_in(folder.path(), &["spec", "check", "--help"]);
    assert!(output.contains("Usage: cargo xtask spec check [NAME]"), "{output}{errors}");
}

#[test]
fn comparison_of_a_document_without_generated_code_prints_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    for (file, kind) in [("old.json", "string"), ("new.json", "integer")] {
        let parameter = json!({"in": "path", "name": "z", "required": true, "schema": {"type": kind}});
        let operation =
            json!({"operationId": "do_it", "parameters": [parameter], "responses": {"200": {"description": "d"}}});
        let info = json!({"title": "Things", "version": "1"});
        let document = json!({"openapi": "3.0.3", "info": info, "paths": {"/things": {"get": operation}}});
        fs::write(folder.path().join(file), document.to_string()).unwrap();
    }
    let [old, new] = ["old.json", "new.json"].map(|file| folder.path().join(file).to_str().unwrap().to_owned());
    let (_, errors) = run_in(Path::new(env!("CARGO_MANIFEST_DIR")), &["spec", "diff", &old, &new]);
    let fault = "the operation \"do_it\" (GET /things) has the parameter \"z\", which is no part of the path";
    for file in [old, new] {
        assert!(errors.contains(&format!("warning: {file}: no code can be generated")), "{errors}");
    }
    assert_eq!(errors.matches(fault).count(), 2, "{errors}");
}
