//! How the tests run the program.

use std::path::Path;
use std::process::{Command, Output};

use httpmock::MockServer;
use serde_json::Value;

pub(crate) const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";
pub(crate) const TOKEN: &str = "cfut_do-not-print";

/// The program with an empty environment. Its home does not exist, so that it finds no configuration file.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zt-risk"));
    command.env_clear().env("HOME", home()).env("APPDATA", home());
    command
}

/// A folder that does not exist.
pub(crate) fn home() -> &'static Path {
    Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/no-home"))
}

/// The folder with the files of the golden files and of other tests.
pub(crate) fn files() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files"))
}

/// Runs the program with the given environment alone. Checks that it does not print the token.
pub(crate) fn zt_risk(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let output = command().args(arguments).envs(environment.iter().copied()).output().unwrap();
    assert!(!stdout(&output).contains(TOKEN) && !stderr(&output).contains(TOKEN));
    output
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The message and the hint of the error that the program printed. Checks that it printed nothing else.
pub(crate) fn message_and_hint(output: &Output) -> (String, String) {
    let text = stderr(output);
    let lines: Vec<&str> = text.lines().collect();
    let [message, hint] = lines.as_slice() else { panic!("{text}") };
    let message = message.strip_prefix("error: ").unwrap_or_else(|| panic!("{text}"));
    let hint = hint.strip_prefix("hint: ").unwrap_or_else(|| panic!("{text}"));
    (message.to_owned(), hint.to_owned())
}

/// Runs `behaviors list` against a server that sends the same response to every request.
pub(crate) fn list(status: u16, headers: &[(&str, &str)], body: &str, arguments: &[&str]) -> Output {
    let server = MockServer::start();
    server.mock(|when, mut then| {
        when.any_request();
        for (name, value) in headers {
            then = then.header(*name, *value);
        }
        then.status(status).body(body);
    });
    let url = server.base_url();
    let environment =
        [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID), ("CLOUDFLARE_BASE_URL", url.as_str())];
    zt_risk(&[&["behaviors", "list"], arguments].concat(), &environment)
}

/// The error that the program printed as JSON. Checks its keys.
pub(crate) fn error_object(output: &Output) -> Value {
    let report: Value = serde_json::from_slice(&output.stderr).unwrap();
    let mut keys: Vec<_> = report["error"].as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["attempts", "cf_ray", "errors", "hint", "kind", "message", "retry_after_s", "status"]);
    report["error"].clone()
}
