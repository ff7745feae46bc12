//! Which source of a value has precedence.

use std::time::Duration;

use super::{Machine, ONE, TWO, accounts, configured, failure, id, source_of_credentials};
use crate::options::Output;
use crate::settings::{AuthenticationKind, Source, Sourced};

#[test]
fn settings_without_any_source_list_what_is_missing_and_what_to_do() {
    let machine = Machine::new();
    let settings = machine.read(|_| {});
    assert!(settings.problems.is_empty() && settings.config_file.is_none());
    assert_eq!(settings.output, Sourced::new(Output::Table, Source::Default));
    let (message, hint) = failure(&settings);
    assert_eq!(message, "there are no credentials; there is no account id");
    let config = machine.path("config.toml").display().to_string();
    for part in ["CLOUDFLARE_API_TOKEN", "--token-file", "token_command", &config] {
        assert!(hint.contains(part), "{hint}");
    }
    for part in ["--account-id", "--accounts-file", "CLOUDFLARE_ACCOUNT_ID", "account_id in a profile of"] {
        assert!(hint.contains(part), "{hint}");
    }
}

#[test]
fn profile_is_used_if_nothing_else_is_given() {
    let machine = configured();
    let settings = machine.read(|_| {});
    settings.require_all().unwrap();
    let source = format!("profile `default` of {}", machine.path("config.toml").display());
    assert_eq!(accounts(&settings), [(TWO, source.clone())]);
    assert_eq!(source_of_credentials(&settings), Some(source.clone()));
    assert_eq!(settings.authentication.unwrap().value.kind, AuthenticationKind::AccountToken);
    assert_eq!(settings.base_url.unwrap().value, "https://profile.example");
    assert_eq!(settings.timeout.unwrap().value, Duration::from_secs(7));
    assert_eq!((settings.output.value, settings.output.source.to_string()), (Output::Json, source));
    assert_eq!(settings.profile.as_deref(), Some("default"));
}

#[test]
fn environment_has_precedence_over_the_profile_value_by_value() {
    let machine = configured().set("CLOUDFLARE_API_TOKEN", "cfut_secret").set("CLOUDFLARE_BASE_URL", "");
    let settings = machine.read(|_| {});
    let (message, hint) = failure(&settings);
    assert!(message.starts_with("the credentials are from CLOUDFLARE_API_TOKEN, but the base URL"), "{message}");
    assert!(hint.contains("--base-url or CLOUDFLARE_BASE_URL"), "{hint}");
    assert_eq!(source_of_credentials(&settings).unwrap(), "CLOUDFLARE_API_TOKEN");
    assert_eq!(settings.authentication.as_ref().unwrap().value.kind, AuthenticationKind::UserToken);
    assert_eq!(accounts(&settings)[0].0, TWO);
    assert_eq!(settings.base_url.as_ref().unwrap().value, "https://profile.example");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);

    let machine = configured().set("CLOUDFLARE_ACCOUNT_ID", ONE).set("CLOUDFLARE_BASE_URL", "https://env.example");
    let settings = machine.read(|_| {});
    assert_eq!(accounts(&settings), [(ONE, "CLOUDFLARE_ACCOUNT_ID".to_owned())]);
    assert_eq!(settings.base_url.as_ref().unwrap().source.to_string(), "CLOUDFLARE_BASE_URL");
    assert!(source_of_credentials(&settings).unwrap().starts_with("profile"));
}

#[test]
fn flags_have_precedence_over_everything() {
    let machine = configured()
        .file("other", "0123456789")
        .set("CLOUDFLARE_API_TOKEN", "cfut_secret")
        .set("CLOUDFLARE_API_KEY", "contradiction")
        .set("CLOUDFLARE_ACCOUNT_ID", "malformed")
        .set("CLOUDFLARE_BASE_URL", "malformed");
    let settings = machine.read(|options| {
        options.token_file = Some(machine.path("other"));
        options.account_ids = vec![id(ONE)];
        options.base_url = Some("https://flag.example".to_owned());
        options.timeout = Some(Duration::from_secs(1));
        options.output = Some(Output::Csv);
        options.profile = Some("default".to_owned());
    });
    settings.require_all().unwrap();
    assert_eq!(source_of_credentials(&settings).unwrap(), "--token-file");
    assert_eq!(accounts(&settings), [(ONE, "--account-id".to_owned())]);
    assert_eq!(settings.base_url.unwrap(), Sourced::new("https://flag.example".to_owned(), Source::Flag("--base-url")));
    assert_eq!(settings.timeout.unwrap(), Sourced::new(Duration::from_secs(1), Source::Flag("--timeout")));
    assert_eq!(settings.output, Sourced::new(Output::Csv, Source::Flag("--output")));
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn variable_that_overrides_a_named_profile_is_a_warning() {
    let machine = configured()
        .set("CLOUDFLARE_EMAIL", "a@example.com")
        .set("CLOUDFLARE_API_KEY", "secret")
        .set("CLOUDFLARE_ACCOUNT_ID", ONE)
        .set("CLOUDFLARE_BASE_URL", "https://env.example");
    let settings = machine.read(|options| options.profile = Some("default".to_owned()));
    assert_eq!(settings.authentication.as_ref().unwrap().value.kind, AuthenticationKind::GlobalKey);
    let warnings = settings.warnings.join("\n");
    for part in [
        "CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY overrides the token",
        "CLOUDFLARE_ACCOUNT_ID overrides",
        "CLOUDFLARE_BASE_URL overrides",
    ] {
        assert!(warnings.contains(part), "{warnings}");
    }
    assert!(machine.read(|_| {}).warnings.is_empty());
    let same = configured().set("CLOUDFLARE_ACCOUNT_ID", TWO);
    assert!(same.read(|options| options.profile = Some("default".to_owned())).warnings.is_empty());
}

#[test]
fn base_url_without_any_source_is_the_default() {
    let settings = Machine::new().read(|_| {});
    let url = settings.base_url.unwrap();
    assert_eq!((url.value.as_str(), url.source), (zt_risk_scoring::DEFAULT_BASE_URL, Source::Default));
}
