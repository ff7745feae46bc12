//! Problems of sources, and hints.

use super::{Machine, ONE, accounts, configured, failure};
use crate::options::{Options, Output};
use crate::settings::AuthenticationKind;

#[test]
fn all_problems_are_reported_at_once() {
    let machine = Machine::new()
        .set("CLOUDFLARE_EMAIL", "a@example.com")
        .set("CLOUDFLARE_ACCOUNT_ID", "short")
        .set("CLOUDFLARE_BASE_URL", "http://example.com");
    let settings = machine.read(|_| {});
    let (message, hint) = failure(&settings);
    for part in
        ["CLOUDFLARE_API_KEY is not set", "CLOUDFLARE_ACCOUNT_ID: ", "CLOUDFLARE_BASE_URL: the base URL is invalid"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("there is no"), "{message}");
    assert!(hint.contains("unset CLOUDFLARE_ACCOUNT_ID"), "{hint}");
    assert!(settings.require_credentials().is_err());
    assert!(machine.read(|options| options.allow_plain_http = true).base_url.is_some());
}

#[test]
fn config_file_that_a_flag_names_must_exist() {
    let machine = configured();
    let (message, _) = failure(&machine.read(|options| options.config = Some(machine.path("none.toml"))));
    assert!(message.contains("none.toml does not exist"), "{message}");
    let machine = machine.file("other.toml", "[profiles.default]\noutput = \"yaml\"\n");
    let settings = machine.read(|options| options.config = Some(machine.path("other.toml")));
    assert_eq!(settings.output.value, Output::Yaml);
    assert_eq!(settings.config_file, Some(machine.path("other.toml")));
}

#[test]
fn profile_that_does_not_exist_is_a_problem() {
    let unknown = |options: &mut Options| options.profile = Some("defualt".to_owned());
    let (message, hint) = failure(&configured().read(unknown));
    assert!(!message.contains("there is no account"), "{message}");
    assert!(
        message.contains("has no profile `defualt`") && hint.contains("did you mean `default`?"),
        "{message} {hint}"
    );
    let (message, hint) = failure(&Machine::new().read(unknown));
    assert!(message.contains("there is no profile `defualt`: there is no configuration file"), "{message}");
    assert!(hint.contains("--config"), "{hint}");
    let (message, _) = failure(&Machine::new().file("config.toml", "default_profile = \"x\"\n").read(|_| {}));
    assert!(message.contains("has no profile `x`"), "{message}");
}

#[test]
fn broken_config_file_is_one_problem_and_the_rest_is_read() {
    let machine = Machine::new().file("config.toml", "[profiles.x").set("CLOUDFLARE_ACCOUNT_ID", ONE);
    let settings = machine.read(|options| options.profile = Some("x".to_owned()));
    assert_eq!(settings.problems.len(), 1, "{:?}", settings.problems);
    assert_eq!(accounts(&settings).len(), 1);
}

#[test]
fn standard_input_is_read_once() {
    let machine = Machine::new().stdin("cfut_secret\n");
    let settings = machine.read(|options| options.token_file = Some("-".into()));
    assert_eq!(settings.authentication.unwrap().value.kind, AuthenticationKind::UserToken);
    let settings = machine.read(|options| {
        options.token_file = Some("-".into());
        options.accounts_file = Some("-".into());
    });
    assert!(failure(&settings).0.contains("both --token-file and --accounts-file are `-`"));
}
