//! Changes, and runs over many accounts: several runs of the program on one simulator, whose state and requests are checked.

mod confirmations;
mod faults;
mod files;
mod fleets;
mod plans;
mod records;
mod rollbacks;
mod statuses;
mod tokens;
mod users_and_integrations;

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::{Behavior, OmittedBehaviors, RecordedRequest, Unknowns};

use crate::support::{command, stderr, stdout};

/// A simulator, and a folder in which the program runs.
struct Setup {
    simulator: Simulator,
    folder: TempDir,
    /// The accounts of the runs. The first one is that of the simulator.
    accounts: Vec<String>,
}

/// A desired state with one change: imp_travel is enabled.
const DESIRED: &str = "[behaviors.imp_travel]\nenabled = true\n";

impl Setup {
    /// One account, and a file `desired.toml`.
    fn new() -> Self {
        Self::with_accounts(1)
    }

    /// A number of accounts, a file `accounts.txt` that lists them, and a file `desired.toml`.
    fn with_accounts(count: usize) -> Self {
        let simulator = Simulator::start_blocking();
        let others = (1..count).map(|number| format!("{number:032x}"));
        let accounts: Vec<_> = std::iter::once(simulator.account_id().to_owned()).chain(others).collect();
        accounts.iter().skip(1).for_each(|account| simulator.add_account(account));
        let setup = Self { simulator, folder: tempfile::tempdir().unwrap(), accounts };
        setup.write("desired.toml", DESIRED);
        setup.write("accounts.txt", &(setup.accounts.join("\n") + "\n"));
        setup
    }

    /// Runs the program with the simulator's token, in the folder. Checks that it does not print the token.
    fn run(&self, arguments: &str) -> Output {
        self.run_with(&shell_words::split(arguments).unwrap(), &[("CLOUDFLARE_API_TOKEN", self.simulator.api_token())])
    }

    /// Runs the program with an environment, which also names the simulator and its account.
    fn run_with(&self, arguments: &[String], environment: &[(&str, &str)]) -> Output {
        let output = command()
            .args(arguments)
            .env("CLOUDFLARE_BASE_URL", self.simulator.base_url())
            .env("CLOUDFLARE_ACCOUNT_ID", self.simulator.account_id())
            .envs(environment.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let printed = stdout(&output) + &stderr(&output);
        assert!(!printed.contains(self.simulator.api_token()), "{printed}");
        output
    }

    /// Runs the program, checks its exit status, and returns what it printed: to standard output, and to standard error.
    #[track_caller]
    fn expect(&self, status: i32, arguments: &str) -> (String, String) {
        expect(status, &self.run(arguments))
    }

    /// As [`expect`](Self::expect). Returns the rows that it printed as JSON.
    #[track_caller]
    fn rows(&self, status: i32, arguments: &str) -> Vec<Value> {
        let (stdout, stderr) = self.expect(status, &format!("{arguments} --output json"));
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}\n{stdout}\n{stderr}"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file that only its owner may read.
    fn write_secret(&self, name: &str, text: &str) {
        self.write(name, text);
        make_private(&self.path(name));
    }

    /// The lines of a file, each of them JSON.
    fn lines(&self, name: &str) -> Vec<Value> {
        self.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A behavior of an account, by the account's number.
    fn behavior(&self, account: usize, id: &str) -> Behavior {
        self.simulator.account(&self.accounts[account]).unwrap().behaviors()[id].clone()
    }

    fn is_enabled(&self, account: usize, id: &str) -> bool {
        self.behavior(account, id).enabled
    }

    /// Whether imp_travel is enabled in each account.
    fn enabled_in_each(&self) -> Vec<bool> {
        (0..self.accounts.len()).map(|account| self.is_enabled(account, "imp_travel")).collect()
    }

    /// Changes a behavior as another client would.
    fn edit(&self, account: usize, id: &str, edit: impl FnOnce(&mut Behavior)) {
        self.simulator.edit(&self.accounts[account], |account| edit(account.behaviors_mut().get_mut(id).unwrap()));
    }

    /// The requests since the last call: the method, and the number of the account.
    fn requests(&self) -> Vec<(String, usize)> {
        let number = |request: &RecordedRequest| {
            let id = request.account_id().map(str::to_owned).unwrap_or_default();
            self.accounts.iter().position(|account| *account == id).unwrap_or(usize::MAX)
        };
        let requests = self.simulator.take_requests();
        requests.iter().map(|request| (request.method().to_owned(), number(request))).collect()
    }

    /// Checks that no request was sent since the last call.
    #[track_caller]
    fn expect_no_requests(&self) {
        let requests = self.requests();
        assert!(requests.is_empty(), "{requests:?}");
    }

    /// Checks that no request wrote since the last call.
    #[track_caller]
    fn expect_no_writes(&self) {
        let writes = self.writes();
        assert!(writes.is_empty(), "{writes:?}");
    }

    /// The numbers of the accounts to which a request since the last call wrote.
    fn writes(&self) -> Vec<usize> {
        self.requests().into_iter().filter(|(method, _)| method != "GET").map(|(_, account)| account).collect()
    }
}

/// A PUT resets the behaviors that it omits.
fn resetting() -> Unknowns {
    let mut unknowns = Unknowns::default();
    unknowns.omitted_behaviors = OmittedBehaviors::Reset;
    unknowns
}

#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn make_private(_: &Path) {}

/// What the program printed: to standard output, and to standard error.
#[track_caller]
fn expect(status: i32, output: &Output) -> (String, String) {
    let (stdout, stderr) = (stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(status), "{stdout}\n{stderr}");
    (stdout, stderr)
}

/// The value of a property in each row.
fn column<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[name].as_str().unwrap_or("-")).collect()
}
