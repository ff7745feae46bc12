//! Tokens: commands that print them, and their redaction.

use super::configured;
#[cfg(unix)]
use super::{Machine, ONE, id};
#[cfg(unix)]
use crate::failure::Failure;
#[cfg(unix)]
use crate::settings::AuthenticationKind;

#[test]
fn nothing_prints_a_secret() {
    let settings = configured().set("CLOUDFLARE_API_TOKEN", "cfut_hunter2").read(|_| {});
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[cfg(unix)]
#[tokio::test]
async fn token_command_runs_when_it_is_needed_and_its_failure_is_the_cause_of_the_calls_error() {
    let config = "[profiles.default]\ntoken_command = [\"sh\", \"-c\", \"echo $$; exit 5\"]\n";
    let machine = Machine::new().file("config.toml", config);
    let settings = machine.read(|options| options.account_ids = vec![id(ONE)]);
    settings.require_all().unwrap();
    let authentication = settings.authentication.unwrap().value;
    assert_eq!(authentication.kind, AuthenticationKind::Command { program: "sh".to_owned() });
    let client = zt_risk_scoring::Client::builder().credentials(authentication.credentials).account_id(id(ONE));
    let client = client.base_url("http://127.0.0.1:9").build().unwrap();
    let failure = Failure::from(client.behaviors().get().await.unwrap_err());
    assert_eq!(failure.exit_status(), crate::exit_status::ExitStatus::NotPermitted);
    let message = failure.to_string();
    assert!(message.contains("the token command `sh` failed (exit status: 5)"), "{message}");
}

#[cfg(unix)]
#[tokio::test]
async fn token_command_runs_once_and_again_if_the_token_is_rejected() {
    let server = httpmock::MockServer::start_async().await;
    let serve = |token: &str, status: u16, body: &str| {
        server.mock(|when, then| {
            when.header("authorization", format!("Bearer {token}"));
            then.status(status).header("content-type", "application/json").body(body);
        })
    };
    let old =
        serve("cfut_1", 401, r#"{"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]}"#);
    let new = serve("cfut_2", 200, r#"{"success": true, "result": {"behaviors": {}}}"#);
    let machine = Machine::new();
    let runs = machine.path("runs");
    let script = format!("echo >> {0}; echo cfut_$(wc -l < {0} | tr -d ' ')", runs.display());
    let machine =
        machine.file("config.toml", &format!("[profiles.default]\ntoken_command = [\"sh\", \"-c\", \"{script}\"]\n"));
    let settings = machine.read(|options| options.account_ids = vec![id(ONE)]);
    assert!(!runs.exists(), "the command ran before the token was needed");
    let credentials = settings.authentication.unwrap().value.credentials;
    let client = zt_risk_scoring::Client::builder().credentials(credentials).account_id(id(ONE));
    let client = client.base_url(server.base_url()).build().unwrap();
    for _ in 0..3 {
        client.behaviors().get().await.unwrap();
    }
    assert_eq!((old.calls(), new.calls()), (1, 3));
    assert_eq!(std::fs::read_to_string(&runs).unwrap().lines().count(), 2);
}
