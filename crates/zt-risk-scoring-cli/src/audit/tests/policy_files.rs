//! Policy files: what is read, and what is rejected with which message.

use super::*;
use crate::audit::policy::Policy;
use crate::audit::policy_file::DEFAULT_POLICY;

#[test]
fn error_names_file_line_and_key() {
    for (text, problem) in [
        ("[baseline]\nmin_enabled = ", "policy.toml:2: string values must be quoted, expected literal string"),
        ("[baseline]\n\nmin_enabeld = 1", "policy.toml:3: baseline: unknown field `min_enabeld`, expected one of"),
        ("rules = []", "policy.toml:1: unknown field `rules`, expected one of"),
        (
            "[baseline]\nmin_enabled = \"2\"",
            "policy.toml:2: baseline.min_enabled: invalid type: string \"2\", expected a whole number, not below 0",
        ),
        (
            "[baseline]\nmin_enabled = -1",
            "policy.toml:2: baseline.min_enabled: invalid value: integer `-1`, expected a whole number, not below 0",
        ),
        (
            "[baseline.behaviors.imp_travel]\nenabled = true\nmin_level = \"hihg\"",
            "policy.toml:3: baseline.behaviors.imp_travel.min_level: unknown level \"hihg\"; did you mean \"high\"?",
        ),
        (
            "[baseline.behaviors.a]\nmax_level = \"LOW\"",
            "policy.toml:2: baseline.behaviors.a.max_level: unknown level \"LOW\"; did you mean \"low\"?",
        ),
        (
            "[baseline.behaviors.a]\nmax_level = \"critical\"",
            "policy.toml:2: baseline.behaviors.a.max_level: unknown level \"critical\"; known are low, medium, high",
        ),
        (
            "\n[severities]\nlevel-to-low = \"note\"",
            "policy.toml:3: severities: unknown rule \"level-to-low\"; did you mean \"level-too-low\"?",
        ),
        (
            "[severities]\nlevel-too-low = \"fatal\"",
            "policy.toml:2: severities.level-too-low: unknown variant `fatal`, expected one of `note`, `warning`, `error`",
        ),
        ("[baseline]\na = 1\na = 2", "policy.toml:3: duplicate key `a`"),
        (
            "baseline.behaviors.a = { min_level = \"high\", max_level = \"low\" }",
            "policy.toml:1: baseline.behaviors.a: min_level is high, which is above max_level, low",
        ),
        (
            "[accounts.one]",
            "policy.toml:1: accounts.one: the account id has 3 characters, but an account id is 32 hexadecimal digits",
        ),
        (
            "[[baseline.integrations]]\nallow_inactive = true",
            "policy.toml:1: baseline.integrations.0: name the integration by exactly one of id, reference and tenant_url",
        ),
        (
            "[[baseline.integrations]]\nid = \"one\"",
            "policy.toml:1: baseline.integrations.0: the integration id has 3 characters",
        ),
        (
            "[[baseline.integrations]]\ntenant_url = \"tenant.okta.com\"",
            "policy.toml:1: baseline.integrations.0: the tenant URL is not an absolute URL",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.starts_with(problem), "{error}\n{problem}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn integration_is_listed_once() {
    let error = read(
        "baseline.integrations = [\n{ reference = \"a\" },\n{ id = \"f81d4fae-7dec-11d0-a765-00a0c91e6bf6\" },\n\
         { reference = \"a\" }]",
    );
    let expected = "policy.toml:4: baseline.integrations.2: the integration is the same as baseline.integrations.0";
    assert_eq!(error.unwrap_err(), expected);
}

#[test]
fn levels_of_baseline_and_account_must_not_contradict_each_other() {
    let error = read(&format!(
        "[baseline.behaviors.a]\nmin_level = \"high\"\n\n[accounts.{ACCOUNT}.behaviors.a]\nmax_level = \"low\""
    ));
    let expected =
        format!("policy.toml:4: accounts.{ACCOUNT}.behaviors.a: min_level is high, which is above max_level, low");
    assert_eq!(error.unwrap_err(), expected);
}

#[test]
fn empty_id_of_a_behavior_is_rejected() {
    let expected = "policy.toml:2: baseline.behaviors.\"\": the id of the behavior is empty";
    assert_eq!(read("[baseline]\n[baseline.behaviors.\"\"]\nenabled = true").unwrap_err(), expected);
    let policy = format!("[accounts.{ACCOUNT}]\nbehaviors.\"\".enabled = true");
    let expected = format!("policy.toml:2: accounts.{ACCOUNT}.behaviors.\"\": the id of the behavior is empty");
    assert_eq!(read(&policy).unwrap_err(), expected);
}

#[test]
fn account_is_listed_once_whatever_the_case_of_its_id() {
    let upper = ACCOUNT.to_uppercase();
    let error = read(&format!("[accounts.{upper}]\n[accounts.{ACCOUNT}]")).unwrap_err();
    assert!(error.ends_with(&format!("accounts.{ACCOUNT}: the same account is listed as {upper}")), "{error}");
}

#[test]
fn exception_must_say_what_it_accepts_and_why() {
    let with = |keys: &str| read(&format!("\n[[exceptions]]\n{keys}")).map(|_| ()).unwrap_err();
    let account = format!("account = \"{ACCOUNT}\"\n");
    for (keys, problem) in [
        (
            "account = \"1\"\nreason = \"r\"\nbehavior = \"a\"".to_owned(),
            "policy.toml:3: exceptions.0.account: the account id has 1",
        ),
        (format!("{account}reason = \"r\""), "policy.toml:2: exceptions.0: name a rule, a behavior or an integration"),
        (format!("{account}reason = \" \"\nbehavior = \"a\""), "policy.toml:4: exceptions.0.reason: say why"),
        (format!("{account}behavior = \"a\""), "policy.toml:2: exceptions: missing field `reason`"),
        (
            format!("{account}reason = \"r\"\nrule = \"exception-expired\""),
            "policy.toml:5: exceptions.0.rule: findings about exceptions cannot be accepted",
        ),
        (
            format!("{account}reason = \"r\"\nbehavior = \"a\"\nuntil = \"soon\""),
            "policy.toml:6: exceptions.until: invalid value: string \"soon\", expected a date such as 2027-01-31",
        ),
        (
            format!("{account}reason = \"r\"\nbehavior = \"a\"\nuntil = 2027-01-31T00:00:00Z"),
            "policy.toml:6: exceptions.until: invalid value",
        ),
        (
            format!(
                "{account}reason = \"r\"\nbehavior = \"a\"\n[[exceptions]]\n{account}reason = \"s\"\nbehavior = \"a\""
            ),
            "policy.toml:6: exceptions.1: the exception is the same as exceptions.0",
        ),
    ] {
        let error = with(&keys);
        assert!(error.starts_with(problem), "{error}\n{problem}");
    }
}

#[test]
fn file_that_cannot_be_read_is_named() {
    let failure = PolicyFile::read(Some(Path::new("/does/not/exist.toml"))).unwrap_err();
    assert!(
        failure.to_string().starts_with("/does/not/exist.toml: the file cannot be read: No such file"),
        "{failure}"
    );
    assert_eq!(failure.exit_status(), crate::exit_status::ExitStatus::Usage);
}

#[test]
fn built_in_policy_is_valid_and_finds_disabled_behaviors() {
    let policy = PolicyFile::read(None).unwrap();
    let new =
        behaviors(&[("high_dlp", false, "medium"), ("imp_travel", false, "high"), ("sentinel_one", false, "medium")]);
    let found =
        |behaviors| report(&policy, ACCOUNT, behaviors).findings().iter().map(|it| it.rule.id()).collect::<Vec<_>>();
    assert_eq!(found(&new), ["too-few-enabled", "behavior-disabled", "behavior-disabled"]);
    let good = behaviors(&[("high_dlp", true, "medium"), ("imp_travel", true, "high"), ("sentinel_one", false, "low")]);
    assert_eq!(found(&good), [""; 0]);
}

#[test]
fn commented_examples_of_the_built_in_policy_are_valid() {
    let is_example =
        |line: &str| line.starts_with("# [") || line.starts_with("# ") && line.contains(" = ") && !line.ends_with('.');
    let uncommented: Vec<_> = DEFAULT_POLICY
        .lines()
        .map(|line| if is_example(line) { line.trim_start_matches("# ") } else { line })
        .collect();
    let policy = policy(&uncommented.join("\n")).policy;
    assert_eq!(policy.baseline.integrations.unwrap().len(), 1);
    assert_eq!(policy.accounts[ACCOUNT].min_enabled, Some(2));
    assert_eq!(policy.exceptions[0].until, NaiveDate::from_ymd_opt(2027, 1, 31));
}

#[test]
fn every_key_of_the_schema_is_described() {
    let schema = serde_json::to_value(schemars::schema_for!(Policy)).unwrap();
    let definitions = schema["$defs"].as_object().unwrap().values();
    let mut described = 0;
    for object in std::iter::once(&schema).chain(definitions).filter(|schema| schema["type"] == "object") {
        assert_eq!(object["additionalProperties"], false);
        for (key, property) in object["properties"].as_object().unwrap() {
            assert!(property["description"].as_str().is_some_and(|text| text.ends_with('.')), "{key}: {property}");
            described += 1;
        }
    }
    assert_eq!(described, 4 + 5 + 4 + 4 + 6);
}

#[test]
fn schema_accepts_the_policies_that_the_program_accepts() {
    let schema = serde_json::to_value(schemars::schema_for!(Policy)).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let json = |text: &str| serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap();
    let valid = format!(
        "exceptions = [{{ account = \"{ACCOUNT}\", behavior = \"a\", reason = \"r\", until = \"2027-01-31\" }}]"
    );
    let named = "baseline.integrations = [{ reference = \"a\" }, { tenant_url = \"https://a.example\" }]";
    for text in [DEFAULT_POLICY, "", &valid, named] {
        assert!(validator.is_valid(&json(text)), "{text}");
    }
    for text in [
        "rules = []",
        "baseline.behaviors.a.min_level = \"critical\"",
        "baseline.min_enabled = -1",
        "severities.level-to-low = \"note\"",
        "severities.level-too-low = \"fatal\"",
        &valid.replace("2027-01-31", "soon"),
        &valid.replace("reason", "why"),
        &valid.replace("behavior = \"a\", ", ""),
        "baseline.integrations = [{ allow_inactive = true }]",
        "baseline.integrations = [{ reference = \"a\", tenant_url = \"https://a.example\" }]",
    ] {
        assert!(!validator.is_valid(&json(text)), "{text}");
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn policy_of_the_page_is_valid() {
    let page = include_str!("../../../AUDITS.md");
    let (example, _) = page.split_once("```toml\n").unwrap().1.split_once("```").unwrap();
    let policy = policy(example).policy;
    assert_eq!(policy.baseline.min_enabled, Some(2));
    assert_eq!(policy.exceptions.len(), 1);
}

#[test]
fn policy_without_a_key_is_rejected() {
    for text in ["", "\n", "# a comment\n"] {
        assert_eq!(read(text).unwrap_err(), "policy.toml: the policy is empty", "{text:?}");
    }
}
