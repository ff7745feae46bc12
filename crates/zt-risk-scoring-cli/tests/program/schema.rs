//! What commands print as JSON satisfies the documented schema.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{command, files, stderr, stdout};

const USER: &str = "11111111-1111-4111-8111-111111111111";
const INTEGRATION: &str = "66666666-6666-4666-8666-666666666666";

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/output.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The validator of a definition. Properties that it does not describe are violations, which they are not for users: later
/// versions may add some.
fn validator(definition: &str) -> Validator {
    let mut schema = schema();
    assert!(schema["$defs"][definition].is_object(), "{definition}");
    for (name, part) in schema["$defs"].as_object_mut().unwrap() {
        if name.ends_with("Row") {
            part["unevaluatedProperties"] = json!(false);
        }
    }
    schema["anyOf"] = json!([{"$ref": format!("#/$defs/{definition}")}]);
    jsonschema::validator_for(&schema).unwrap()
}

fn validate(definition: &str, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{definition}: {error}: {text}"));
    assert_ne!(value, json!([]), "{definition}");
    let validator = validator(definition);
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{definition}: {errors:#?}\n{text}");
}

/// Runs a command with `--output json`, and validates what it prints.
fn check(definition: &str, arguments: &str) {
    let folder = tempfile::tempdir().unwrap();
    let output = command()
        .args(arguments.split(' '))
        .args(["--output", "json"])
        .args(definition.starts_with("behaviors-export").then(|| format!("--dir={}", folder.path().display())))
        .current_dir(files())
        .output()
        .unwrap();
    let text = if definition == "error" { stderr(&output) } else { stdout(&output) };
    assert_ne!(text, "", "{arguments}: {}", stderr(&output));
    validate(definition, &text);
}

#[test]
fn output_of_every_command_satisfies_the_schema() {
    let runs = [
        ("behaviors-list", "behaviors list --simulate=two_accounts.toml".to_owned()),
        ("behaviors-list", "behaviors list --accounts-file accounts.csv --simulate=fleet.toml".to_owned()),
        ("behaviors-show", "behaviors show imp_travel --simulate".to_owned()),
        ("behaviors-set", "behaviors set imp_travel --enable --yes --simulate".to_owned()),
        ("behaviors-set", "behaviors set imp_travel --enable --dry-run --simulate".to_owned()),
        ("behaviors-export", "behaviors export --accounts-file accounts.csv --simulate=fleet.toml".to_owned()),
        ("behaviors-diff", "behaviors diff desired.toml --simulate=two_accounts.toml".to_owned()),
        ("behaviors-diff", "behaviors diff 5130a3c1e15b0f0cba1a7ce1a0bb9e2d --simulate=two_accounts.toml".to_owned()),
        ("behaviors-plan", "behaviors plan desired.toml --simulate=two_accounts.toml".to_owned()),
        ("behaviors-apply", "behaviors apply desired.toml --yes --simulate=two_accounts.toml".to_owned()),
        (
            "behaviors-apply",
            "behaviors apply desired.toml --yes --keep-going --accounts-file accounts.csv --simulate=failing_fleet.toml"
                .to_owned(),
        ),
        ("behaviors-audit", "behaviors audit --policy policy.toml --simulate=two_accounts.toml".to_owned()),
        ("users-list", "users list --simulate".to_owned()),
        ("users-list", "users list --show-pii --accounts-file accounts.csv --simulate=fleet.toml".to_owned()),
        ("users-show", format!("users show {USER} --simulate")),
        ("users-show", format!("users show {USER} --show-pii --simulate")),
        ("users-reset", format!("users reset {USER} --yes --simulate")),
        ("users-reset", format!("users reset {USER} {INTEGRATION} --yes --simulate=rejected_reset.toml")),
        ("integrations-list", "integrations list --simulate".to_owned()),
        ("integrations-show", "integrations show --reference okta-main --simulate".to_owned()),
        ("integrations-create", "integrations create --tenant-url https://a.okta.com --yes --simulate".to_owned()),
        ("integrations-create", "integrations create --tenant-url https://a.okta.com --dry-run --simulate".to_owned()),
        ("integrations-update", format!("integrations update {INTEGRATION} --deactivate --yes --simulate")),
        ("integrations-delete", format!("integrations delete {INTEGRATION} --yes --simulate")),
        ("check", "check --accounts-file accounts.csv --simulate=fleet.toml".to_owned()),
        ("behaviors-watch", "behaviors watch --interval 5 --until-change --simulate=changing.toml".to_owned()),
        ("error", "behaviors list --simulate=no_feature.toml".to_owned()),
        ("error", "behaviors list --nonsense".to_owned()),
    ];
    for (definition, arguments) in &runs {
        check(definition, arguments);
    }
    let mut checked: BTreeSet<_> = runs.iter().map(|(definition, _)| format!("#/$defs/{definition}")).collect();
    // Serves until Ctrl-C: see below.
    checked.insert("#/$defs/simulate".to_owned());
    let documented = schema()["anyOf"].as_array().unwrap().clone();
    let documented = documented.iter().map(|result| result["$ref"].as_str().unwrap().to_owned()).collect();
    assert_eq!(checked, documented);
}

#[test]
fn schema_rejects_other_output() {
    let [row, error] = [json!({"id": "imp_travel"}), json!({"kind": "plan"})];
    for (definition, value) in [
        ("behaviors-list", json!([row])),
        ("behaviors-list", json!({})),
        ("behaviors-list", json!([{"account_id": "a", "error": error}])),
        ("error", json!({"error": error})),
        ("behaviors-watch", json!([])),
    ] {
        assert!(!validator(definition).is_valid(&value), "{definition}: {value}");
    }
}

#[cfg(unix)]
#[test]
fn output_of_simulate_satisfies_the_schema() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;

    let mut command = command();
    command.args(["simulate", "--output", "json"]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut text = String::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines {
        text += &line.unwrap();
        if text.ends_with(']') {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    validate("simulate", &text);
}
