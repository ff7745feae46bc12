//! Standard output and standard error: what reaches them, and what happens if they cannot be written.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{command, list, stderr, stdout};

#[test]
fn json_has_no_character_that_a_terminal_executes() {
    let name = "a\u{9b}31m\u{7f}\u{202e}b";
    let behavior = json!({"name": name, "description": name, "enabled": true, "risk_level": "low"});
    let body = json!({"success": true, "errors": [], "messages": [], "result": {"behaviors": {"x": behavior}}});
    let output = list(200, &[], &body.to_string(), &["--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).is_ascii() && stdout(&output).contains(r"a\u009b31m\u007f\u202eb"), "{}", stdout(&output));
    let rows: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows[0]["name"], name);
}

#[cfg(target_os = "linux")]
#[test]
fn exit_status_is_the_same_if_standard_error_cannot_be_written() {
    for output in ["table", "json"] {
        let status = command()
            .args(["behaviors", "list", "--output", output])
            .stderr(std::fs::File::options().write(true).open("/dev/full").unwrap())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(2));
    }
}

#[cfg(unix)]
#[test]
fn closed_standard_output_is_no_failure() {
    let mut child = command()
        .args(["behaviors", "list", "--simulate"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}
