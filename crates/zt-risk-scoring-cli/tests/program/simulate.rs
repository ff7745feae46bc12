//! Runs `zt-risk simulate`, and calls the simulator with the lines that it prints.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

use crate::support::{command, message_and_hint, stderr, stdout};

const ACCOUNT_ID: &str = "5130a3c1e15b0f0cba1a7ce1a0bb9e2d";
const OTHER_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// A simulator that runs until it is interrupted or dropped.
struct Server {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// As [`start`](Self::start), with variables of the environment.
    fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = command();
        command.envs(environment.iter().copied());
        command.arg("simulate").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The first lines of standard output.
    fn lines(&mut self, count: usize) -> Vec<String> {
        (&mut self.stdout).lines().take(count).map(Result::unwrap).collect()
    }

    /// Ends it, and returns the other lines of standard output.
    fn other_lines(mut self) -> String {
        self.child.kill().unwrap();
        let mut lines = String::new();
        self.stdout.read_to_string(&mut lines).unwrap();
        lines
    }

    /// Presses Ctrl-C, and returns the exit status and standard error.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let interrupted = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(interrupted.success());
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stderr)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command line in a POSIX shell, after the lines that the simulator printed.
fn shell(lines: &[String], command: &str) -> Output {
    let script = format!("{}\n'{}' {command}", lines.join("\n"), env!("CARGO_BIN_EXE_zt-risk"));
    Command::new("/bin/sh").env_clear().args(["-c", &script]).output().unwrap()
}

#[test]
fn printed_lines_let_another_program_call_the_simulator() {
    let mut server = Server::start(&["-v", "--account-id", OTHER_ID]);
    let lines = server.lines(3);
    assert_eq!(
        lines[1..],
        ["export CLOUDFLARE_API_TOKEN=cfut_simulated-token", &format!("export CLOUDFLARE_ACCOUNT_ID={OTHER_ID}")]
    );
    let output = shell(&lines, "behaviors list --output json");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("imp_travel"), "{}", stdout(&output));
    let (status, stderr) = server.interrupt();
    assert_eq!(status, Some(0));
    assert!(stderr.starts_with("the simulator runs until Ctrl-C"), "{stderr}");
    let path = format!("GET /client/v4/accounts/{OTHER_ID}/zt_risk_scoring/behaviors (get_behaviors)\n");
    assert!(stderr.ends_with(&path), "{stderr}");
}

#[test]
fn printed_lines_remove_a_global_key_that_contradicts_the_token() {
    let key = [("CLOUDFLARE_EMAIL", "ana@example.com"), ("CLOUDFLARE_API_KEY", "cfk_key")];
    let mut server = Server::start_with(&[], &key);
    let mut lines: Vec<String> = key.iter().map(|(name, value)| format!("export {name}={value}")).collect();
    lines.extend(server.lines(3));
    let contradiction = shell(&lines, "behaviors list");
    assert_eq!(contradiction.status.code(), Some(2), "{}", stderr(&contradiction));
    let removals = ["unset CLOUDFLARE_EMAIL", "unset CLOUDFLARE_API_KEY"].map(str::to_owned);
    lines.extend(removals.clone());
    let output = shell(&lines, "behaviors list");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(server.other_lines(), format!("{}\n", removals.join("\n")));
}

#[test]
fn records_name_every_account() {
    let mut server = Server::start(&["--output", "ndjson", "--account-id", OTHER_ID]);
    let rows = server.lines(2).into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
    let accounts: Vec<_> = rows.map(|row| row.get("account_id").unwrap().as_str().unwrap().to_owned()).collect();
    assert_eq!(accounts, [ACCOUNT_ID, OTHER_ID]);
    assert_eq!(server.interrupt().0, Some(0));
}

#[test]
fn flags_change_the_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("scenario.toml");
    std::fs::write(&scenario, "[[tokens]]\ntext = \"cfut_of-the-file\"\n").unwrap();
    let scenario = scenario.to_str().unwrap();
    let switch = "unlisted_behaviors=true";
    let mut server = Server::start(&["--scenario", scenario, "--fault", "401*1", "--switch", switch]);
    let lines = server.lines(3);
    assert_eq!(lines[1], "export CLOUDFLARE_API_TOKEN=cfut_of-the-file");
    assert_ne!(shell(&lines, "behaviors list").status.code(), Some(0));
    let output = stdout(&shell(&lines, "behaviors list"));
    assert!(output.contains("unlisted_malicious_file"), "{output}");
    assert_eq!(server.interrupt().0, Some(0));
}

#[test]
fn port_in_use_is_a_usage_error() {
    let mut server = Server::start(&["--shell", "fish"]);
    let lines = server.lines(3);
    let (_, port) = lines[0].trim_end_matches("/client/v4'").rsplit_once(':').unwrap();
    assert_eq!(lines[0], format!("set -gx CLOUDFLARE_BASE_URL 'http://127.0.0.1:{port}/client/v4'"));
    let output = command().args(["simulate", "--port", port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    let (message, hint) = message_and_hint(&output);
    assert_eq!(message, format!("port {port} is in use"));
    assert_eq!(hint, "choose another port, or leave out --port for a free one");
}

#[test]
fn invalid_flags_are_usage_errors_that_name_what_is_valid() {
    for (arguments, part) in [
        (["--fault", "503@nowhere"], "the operations are get_behaviors"),
        (["--switch", "omitted_behaviors"], "has no value"),
        (["--switch", "omitted=kept"], "expected one of `omitted_behaviors`"),
        (["--quota", "many"], "`vendor` or REQUESTS/SECONDS"),
        (["--scenario", "missing.toml"], "missing.toml: the file cannot be read"),
        (["--timeout", "5"], "--timeout has no effect"),
        (["--output", "sarif"], "only `behaviors audit`"),
    ] {
        let output = command().arg("simulate").args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(part), "{arguments:?}: {}", stderr(&output));
    }
}

#[test]
fn printed_scenario_is_a_valid_one() {
    let output = command().args(["simulate", "--print-scenario"]).output().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("scenario.toml");
    std::fs::write(&scenario, &output.stdout).unwrap();
    let mut server = Server::start(&["--scenario", scenario.to_str().unwrap()]);
    assert_eq!(server.lines(3)[2], format!("export CLOUDFLARE_ACCOUNT_ID={ACCOUNT_ID}"));
    assert_eq!(server.interrupt().0, Some(0));
}
