//! Runs the program `zt-risk` against a simulator.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use zt_risk_scoring_mock::Simulator;

/// The program, with the simulator in its environment.
pub(crate) fn command(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zt-risk"));
    command
        .args(arguments)
        .env_clear()
        .env("CLOUDFLARE_API_TOKEN", simulator.api_token())
        .env("CLOUDFLARE_ACCOUNT_ID", simulator.account_id())
        .env("CLOUDFLARE_BASE_URL", simulator.base_url());
    command
}

/// Starts the program, without a terminal. `input` is its standard input.
pub(crate) fn spawn(simulator: &Simulator, arguments: &[&str], input: &str) -> Child {
    let mut command = command(simulator, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read its input may have closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child
}

/// What the program printed, and its exit status.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(child: Child) -> Self {
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
        Self { status: status.code(), stdout, stderr }
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The values of a property of all rows.
    pub(crate) fn values(&self, property: &str) -> Vec<Value> {
        self.json().as_array().unwrap().iter().map(|row| row[property].clone()).collect()
    }
}

/// Runs the program with no input.
pub(crate) fn run(simulator: &Simulator, arguments: &[&str]) -> Run {
    Run::of(spawn(simulator, arguments, ""))
}

/// The methods of the requests that the simulator got, without those that read.
pub(crate) fn writes(simulator: &Simulator) -> Vec<String> {
    let requests = simulator.requests();
    requests.iter().map(|request| request.method().to_owned()).filter(|method| method != "GET").collect()
}
