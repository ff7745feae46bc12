//! SARIF logs, validated against the schema of SARIF 2.1.0.

use std::process::Command;

use super::*;
use crate::audit::rule::Rule;

/// What cargo prints.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The schema that the crate `serde-sarif` carries. Cargo knows where the crate is.
fn schema() -> Value {
    // A build downloads the dependencies of its own platform only, and the test must not download the others.
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let arguments = ["metadata", "--locked", "--offline", "--format-version=1", "--manifest-path", manifest];
    let metadata: Value =
        serde_json::from_str(&cargo(&[&arguments[..], &["--filter-platform", host]].concat())).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages.find(|package| package["name"] == "serde-sarif").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let schema = std::fs::read_to_string(manifest.with_file_name("src/schema.json")).unwrap();
    // The pattern of languages has a bracket too many, which the validator rejects.
    let wrong = "^[a-zA-Z]{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$";
    assert!(schema.contains(wrong));
    serde_json::from_str(&schema.replace(wrong, "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$")).unwrap()
}

fn validator() -> jsonschema::Validator {
    jsonschema::options().should_validate_formats(true).build(&schema()).unwrap()
}

/// A log of an account with two findings, and one that could not be read.
fn a_log(path: Option<&str>) -> Value {
    let mut policy = policy("[baseline.behaviors.imp_travel]\nenabled = true\nmin_level = \"high\"\n");
    policy.path = path.map(Into::into);
    let of = behaviors(&[("imp_travel", false, "low")]);
    sarif_log(&[report(&policy, ACCOUNT, &of), unreadable(OTHER_ACCOUNT)], &policy)
}

#[test]
fn log_satisfies_the_schema_of_sarif() {
    let validator = validator();
    let hostile = behaviors(&[("\u{1b}[31m\"\u{0}", true, "\u{202e}")]);
    let nothing = policy(NOTHING);
    for log in [
        a_log(Some("policy.toml")),
        a_log(None),
        sarif_log(&[report(&nothing, ACCOUNT, &hostile)], &nothing),
        sarif_log(&[], &nothing),
    ] {
        let errors: Vec<_> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{log:#}");
    }
}

#[test]
fn schema_of_sarif_rejects_wrong_logs() {
    let validator = validator();
    for (pointer, wrong) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/tool/driver/name", json!(1)),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!("text")),
        ("/runs/0/results/0/ruleIndex", json!(-2)),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b")),
        ("/runs/0/invocations/0/executionSuccessful", json!(null)),
    ] {
        let mut log = a_log(Some("policy.toml"));
        *log.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&log), "{pointer}");
    }
}

#[test]
fn result_has_its_rule_its_location_and_a_fingerprint() {
    let log = a_log(Some("policies/zt.toml"));
    let result = &log["runs"][0]["results"][1];
    let rule = Rule::ALL.iter().position(|rule| *rule == Rule::LevelTooLow).unwrap();
    let path = format!("{ACCOUNT}/behaviors/imp_travel");
    let expected = json!({
        "ruleId": "level-too-low",
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": format!("Account {ACCOUNT}: the level of imp_travel is low, but must be at least high")},
        "locations": [{
            "physicalLocation": {"artifactLocation": {"uri": "policies/zt.toml"}, "region": {"startLine": 3}},
            "logicalLocations": [{"name": "imp_travel", "fullyQualifiedName": path, "kind": "resource"}],
        }],
        "partialFingerprints": {
            "ztRisk/v1": format!("{path}/level-too-low"),
            "primaryLocationLineHash": format!("{path}/level-too-low"),
        },
        "properties": {"account_id": ACCOUNT, "behavior": "imp_travel", "integration": null, "actual": "low",
            "expected": "at least high"},
    });
    assert_eq!(*result, expected);
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][rule]["id"], "level-too-low");
}

#[test]
fn policy_file_is_named_by_a_uri_relative_to_the_current_directory() {
    for (path, uri) in [
        ("policy.toml", "policy.toml"),
        ("./a b/../c/policy ä.toml", "c/policy%20%C3%A4.toml"),
        ("/home/ci/my repository/sub/policy.toml", "sub/policy.toml"),
        ("../policy.toml", "file:///home/ci/policy.toml"),
        ("/etc/policy.toml", "file:///etc/policy.toml"),
    ] {
        let log = a_log(Some(path));
        let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], uri);
    }
    let log = a_log(None);
    assert_eq!(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"], Value::Null);
}

#[test]
fn account_that_could_not_be_read_is_a_result() {
    let log = a_log(Some("policy.toml"));
    let results = log["runs"][0]["results"].as_array().unwrap();
    let [.., result] = &results[..] else { panic!("{log:#}") };
    let text = format!("Account {OTHER_ACCOUNT} could not be read: the token file is missing; hint: create it");
    assert_eq!((&result["message"]["text"], &result["level"]), (&json!(text), &json!("error")));
    let physical = json!({"artifactLocation": {"uri": "policy.toml"}, "region": {"startLine": 1}});
    assert_eq!(result["locations"][0]["physicalLocation"], physical);
    let fingerprint = format!("{OTHER_ACCOUNT}/account-not-read");
    assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"], fingerprint);
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][rule]["id"], "account-not-read");
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "account-not-read").count(), 1);
}

#[test]
fn account_that_could_not_be_read_makes_the_run_unsuccessful() {
    let log = a_log(None);
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    let text = format!("Account {OTHER_ACCOUNT} could not be read: the token file is missing; hint: create it");
    assert_eq!(notification["message"]["text"], text);
    assert_eq!(notification["descriptor"]["id"], "usage");
    let policy = policy(NOTHING);
    let log = sarif_log(&[report(&policy, ACCOUNT, &behaviors(&[]))], &policy);
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn text_from_outside_makes_no_links_or_placeholders() {
    let policy = policy(NOTHING);
    let of = behaviors(&[("[a](https://b.example) {0} \\ \u{1b}", true, "low")]);
    let log = sarif_log(&[report(&policy, ACCOUNT, &of)], &policy);
    let text = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    assert!(text.contains(r"does not list \[a\](https://b.example) {{0}} \\  , which"), "{text}");
}

#[test]
fn accepted_finding_is_no_result() {
    let policy = policy(&format!(
        "baseline.behaviors.a.enabled = true
         exceptions = [{{ account = \"{ACCOUNT}\", behavior = \"a\", reason = \"not licensed\" }}]"
    ));
    let log = sarif_log(&[report(&policy, ACCOUNT, &behaviors(&[("a", false, "low")]))], &policy);
    assert_eq!(log["runs"][0]["results"], json!([]));
}

#[test]
fn log_names_the_severity_of_the_policy_as_that_of_the_rule() {
    let policy = policy("severities.unlisted-behavior = \"note\"");
    let log = sarif_log(&[report(&policy, ACCOUNT, &behaviors(&[("a", true, "low")]))], &policy);
    let rule = Rule::ALL.iter().position(|rule| *rule == Rule::UnlistedBehavior).unwrap();
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][rule]["defaultConfiguration"]["level"], "note");
    assert_eq!(log["runs"][0]["results"][0]["level"], "note");
}
