//! The program in a terminal: prompts, colours, widths, progress and Ctrl-C.

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use expectrl::process::unix::WaitStatus;
use expectrl::session::OsSession;
use expectrl::{ControlCode, Eof, Expect as _};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::{Fault, User, Uuid, operations};

use crate::support::{command, files};

const USER: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_USER: &str = "22222222-2222-4222-8222-222222222222";
const ACCOUNTS: [&str; 2] = ["11111111111111111111111111111111", "22222222222222222222222222222222"];

/// How long a response takes that Ctrl-C is pressed before.
const DELAY: Duration = Duration::from_secs(2);

/// Where the standard streams lead.
const TERMINAL: &str = "";
const WITHOUT_MESSAGES: &str = "2>/dev/null";
const WITHOUT_RESULTS: &str = ">/dev/null";

/// The program in a terminal with 60 columns.
struct Terminal {
    session: OsSession,
    /// What was printed so far.
    text: String,
}

impl Terminal {
    /// Starts the program in the folder of the golden files.
    fn start(arguments: &str, environment: &[(&str, &str)], streams: &str) -> Self {
        Self::start_with_size(arguments, environment, streams, (60, 50))
    }

    fn start_with_size(
        arguments: &str,
        environment: &[(&str, &str)],
        streams: &str,
        (columns, rows): (u16, u16),
    ) -> Self {
        let program = command();
        let mut shell = Command::new("/bin/sh");
        shell
            .args(["-c", &format!("read go; exec \"$0\" \"$@\" {streams}")])
            .arg(program.get_program())
            .args(arguments.split(' '))
            .current_dir(files())
            .env_clear()
            .envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .env("PATH", "/usr/bin:/bin")
            .env("TERM", "xterm")
            .envs(environment.iter().copied());
        let mut session = OsSession::spawn(shell).unwrap();
        session.set_expect_timeout(Some(Duration::from_secs(60)));
        // The shell waits for a line, since the size cannot be set before it runs.
        session.get_process_mut().set_window_size(columns, rows).unwrap();
        let mut terminal = Self { session, text: String::new() };
        terminal.enter("");
        terminal
    }

    /// Starts the program on a simulator that the test can look into.
    fn on(simulator: &Simulator, arguments: &str) -> Self {
        let (url, token) = (simulator.base_url(), simulator.api_token());
        let environment = [
            ("CLOUDFLARE_BASE_URL", url.as_str()),
            ("CLOUDFLARE_API_TOKEN", token),
            ("CLOUDFLARE_ACCOUNT_ID", simulator.account_id()),
        ];
        Self::start(arguments, &environment, TERMINAL)
    }

    /// Waits for a text.
    fn expect(&mut self, text: &str) {
        let found = self.session.expect(text);
        let found = found.unwrap_or_else(|error| panic!("{text} is not printed: {error}; so far: {}", self.text));
        self.text.push_str(&String::from_utf8_lossy(found.before()));
        self.text.push_str(text);
    }

    fn press(&mut self, key: ControlCode) {
        self.session.send(key).unwrap();
    }

    fn enter(&mut self, line: &str) {
        self.session.send_line(line).unwrap();
        self.session.flush().unwrap();
    }

    /// Waits for the end, and returns what was printed, and the exit status or the signal that ended the program.
    fn end(mut self) -> (String, WaitStatus) {
        let rest = self.session.expect(Eof).unwrap();
        self.text.push_str(&String::from_utf8_lossy(rest.as_bytes()));
        (self.text, self.session.get_process().wait().unwrap())
    }

    /// Waits for the end, and checks the exit status.
    fn end_with(self, code: i32) -> String {
        let (text, status) = self.end();
        assert!(matches!(status, WaitStatus::Exited(_, exited) if exited == code), "{status:?}: {text}");
        text
    }
}

/// A text without what a terminal executes.
fn visible(text: &str) -> String {
    let mut visible = String::new();
    let mut parts = text.split("\u{1b}[");
    visible += parts.next().unwrap_or_default();
    for part in parts {
        visible += part.trim_start_matches(|char: char| !char.is_ascii_alphabetic()).get(1..).unwrap_or_default();
    }
    visible
}

fn methods(simulator: &Simulator) -> Vec<String> {
    simulator.take_requests().iter().map(|request| request.method().to_owned()).collect()
}

#[test]
fn only_a_yes_at_the_prompt_changes_a_behavior() {
    let simulator = Simulator::start_blocking();
    for (answer, code, methods_sent) in
        [("n", 3, &["GET"][..]), ("", 3, &["GET"]), ("yess", 3, &["GET"]), ("Yes", 0, &["GET", "GET", "PUT", "GET"])]
    {
        let mut terminal = Terminal::on(&simulator, "behaviors set imp_travel --enable");
        terminal.expect("disabled → enabled (Impossible Travel)");
        terminal.expect("Apply 1 change to 1 account? [y/N] ");
        terminal.enter(answer);
        let text = terminal.end_with(code);
        assert_eq!(text.contains("nothing was changed"), code == 3, "{text}");
        assert_eq!(methods(&simulator), methods_sent, "{answer:?}");
    }
}

#[test]
fn end_of_the_input_and_ctrl_c_at_the_prompt_change_nothing() {
    let simulator = Simulator::start_blocking();
    let mut terminal = Terminal::on(&simulator, "behaviors set imp_travel --enable");
    terminal.expect("[y/N] ");
    terminal.press(ControlCode::EndOfTransmission);
    assert!(terminal.end_with(3).contains("nothing was changed"));
    assert_eq!(methods(&simulator), ["GET"]);

    let mut terminal = Terminal::on(&simulator, "behaviors set imp_travel --enable");
    terminal.expect("[y/N] ");
    terminal.press(ControlCode::EndOfText);
    // A shell reports the signal as 130.
    let (text, status) = terminal.end();
    assert!(
        matches!(status, WaitStatus::Signaled(_, expectrl::process::unix::Signal::SIGINT, _)),
        "{status:?}: {text}"
    );
    assert_eq!(methods(&simulator), ["GET"]);
}

#[test]
fn terminal_shows_colours_unless_they_are_not_wanted() {
    let arguments = "behaviors list --simulate=two_accounts.toml";
    let coloured = Terminal::start(arguments, &[("NO_COLOR", "")], TERMINAL).end_with(0);
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    for environment in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let plain = Terminal::start(arguments, &[environment], TERMINAL).end_with(0);
        assert!(!plain.contains('\u{1b}'), "{plain:?}");
        assert_eq!(visible(&coloured), plain);
    }
}

#[test]
fn table_is_as_wide_as_the_terminal() {
    for arguments in [
        "behaviors list --simulate=two_accounts.toml",
        "behaviors show imp_travel --simulate",
        "behaviors list --accounts-file accounts.csv --simulate=fleet.toml",
        "users list --show-pii --simulate",
        "check --simulate",
    ] {
        let terminal = Terminal::start(arguments, &[], WITHOUT_MESSAGES);
        let (text, _) = terminal.end();
        let widths = visible(&text).lines().map(unicode_width::UnicodeWidthStr::width).collect::<Vec<_>>();
        assert!(widths.len() > 1 && widths.iter().all(|width| *width <= 60), "{arguments}: {widths:?}\n{text}");
    }
}

#[test]
fn terminal_without_a_size_has_the_width_of_columns_or_80() {
    for (environment, widest) in [(&[("COLUMNS", "50")][..], 50), (&[("COLUMNS", "0")], 80), (&[], 80)] {
        let arguments = "behaviors list --simulate=two_accounts.toml";
        let (text, _) = Terminal::start_with_size(arguments, environment, WITHOUT_MESSAGES, (0, 0)).end();
        let widths = visible(&text).lines().map(unicode_width::UnicodeWidthStr::width).collect::<Vec<_>>();
        assert!(widths.len() > 1 && widths.iter().all(|width| *width <= widest), "{widest}: {widths:?}\n{text}");
    }
}

#[test]
fn progress_is_shown_on_a_terminal_and_gone_afterwards() {
    let arguments = "behaviors list --concurrency 1 --accounts-file accounts.csv --simulate=slow.toml";
    let mut terminal = Terminal::start(arguments, &[], WITHOUT_RESULTS);
    terminal.expect("reading behaviors [");
    terminal.expect("2/3");
    let text = terminal.end_with(0);
    let (_, after) = text.rsplit_once("/3").unwrap();
    assert!(after.contains("\u{1b}[2K"), "{after:?}");
    assert_eq!(visible(after).trim(), "3 accounts: 3 read, 0 failed");
}

#[test]
fn progress_says_what_is_done_and_is_not_shown_of_nothing() {
    let accounts = "--concurrency 1 --accounts-file accounts.csv --simulate=slow.toml";
    let terminal = Terminal::start(&format!("check {accounts}"), &[], WITHOUT_RESULTS);
    let text = visible(&terminal.end().0);
    assert!(text.contains("checking reads of behaviors [") && !text.contains("checking ["), "{text}");

    let audit = format!("behaviors audit --policy lenient_policy.toml {accounts}");
    let text = visible(&Terminal::start(&audit, &[], WITHOUT_RESULTS).end().0);
    assert!(text.contains("reading behaviors [") && !text.contains("0/0"), "{text}");
}

#[test]
fn ctrl_c_between_two_accounts_says_what_was_changed() {
    let simulator = Simulator::start_blocking();
    ACCOUNTS.iter().for_each(|id| simulator.add_account(id));
    simulator.inject(Fault::delay(DELAY).on(operations::UPDATE_BEHAVIORS).in_account(ACCOUNTS[0]));
    let accounts = [&[simulator.account_id()], &ACCOUNTS[..]].concat();
    let accounts: Vec<_> = accounts.iter().map(|id| format!("--account-id {id}")).collect();
    let mut terminal = Terminal::on(&simulator, &format!("behaviors set imp_travel --enable {}", accounts.join(" ")));
    terminal.expect("Apply 3 changes to 3 accounts? [y/N] ");
    terminal.enter("y");
    terminal.expect("1/3");
    terminal.press(ControlCode::EndOfText);
    terminal.expect("interrupted: the current request ends first");
    let text = visible(&terminal.end_with(130));
    let (_, result) = text.rsplit_once("OUTCOME").unwrap();
    // The ids are wider than their column.
    let outcomes = [(simulator.account_id(), "applied"), (ACCOUNTS[0], "applied"), (ACCOUNTS[1], "not started")];
    for (id, outcome) in outcomes {
        let line = result.lines().find(|line| line.starts_with(&id[..20])).unwrap_or_else(|| panic!("{text}"));
        assert!(line.contains(outcome), "{line}");
    }
    assert!(result.contains("to go on, run the same command again"), "{text}");
    assert_eq!(methods(&simulator).iter().filter(|method| *method == "PUT").count(), 2);
}

#[test]
fn ctrl_c_between_two_users_says_who_was_reset() {
    let simulator = Simulator::start_blocking();
    simulator.edit(simulator.account_id(), |account| {
        account.put_user(User::new(Uuid::parse_str(USER).unwrap(), "ana@example.com", "Ana"));
        account.put_user(User::new(Uuid::parse_str(OTHER_USER).unwrap(), "bo@example.com", "Bo"));
    });
    simulator.inject(Fault::delay(DELAY).on(operations::RESET_USER_RISK).once());
    let mut terminal = Terminal::on(&simulator, &format!("users reset {USER} {OTHER_USER} -v --yes"));
    terminal.expect("resetting [");
    terminal.press(ControlCode::EndOfText);
    terminal.expect("interrupted: the current request ends first");
    let text = visible(&terminal.end_with(130));
    assert!(text.contains("2 users: 1 reset, 0 failed, 1 not started"), "{text}");
    assert_eq!(methods(&simulator).iter().filter(|method| *method == "POST").count(), 1);
}

#[test]
fn second_ctrl_c_ends_a_change_at_once() {
    let simulator = Simulator::start_blocking();
    // Longer than the test waits.
    simulator.inject(Fault::delay(Duration::from_secs(600)).on(operations::UPDATE_BEHAVIORS));
    let mut terminal = Terminal::on(&simulator, "behaviors set imp_travel --enable -vv");
    terminal.expect("[y/N] ");
    terminal.enter("y");
    terminal.expect("PUT /accounts/{account_id}/zt_risk_scoring/behaviors");
    terminal.press(ControlCode::EndOfText);
    terminal.expect("press Ctrl-C again to end at once");
    terminal.press(ControlCode::EndOfText);
    terminal.expect("a request may have been sent whose response was not read");
    terminal.end_with(130);
}

#[test]
fn ctrl_c_ends_a_watch() {
    let mut terminal = Terminal::start("behaviors watch --simulate", &[], TERMINAL);
    terminal.expect("Ctrl-C ends it");
    terminal.press(ControlCode::EndOfText);
    terminal.end_with(0);
}

#[test]
fn second_ctrl_c_prints_what_was_done_and_what_may_have_been() {
    let simulator = Simulator::start_blocking();
    ACCOUNTS.iter().for_each(|id| simulator.add_account(id));
    let fault = Fault::delay(Duration::from_secs(600)).on(operations::UPDATE_BEHAVIORS).in_account(ACCOUNTS[0]);
    simulator.inject(fault);
    let record = tempfile::NamedTempFile::new().unwrap();
    let accounts = [&[simulator.account_id()], &ACCOUNTS[..]].concat();
    let accounts: Vec<_> = accounts.iter().map(|id| format!("--account-id {id}")).collect();
    let command = format!(
        "behaviors set imp_travel --enable --yes -vv --output ndjson --record {} {}",
        record.path().display(),
        accounts.join(" ")
    );
    let mut terminal = Terminal::on(&simulator, &command);
    terminal.expect("applying [");
    terminal.expect("1/3");
    terminal.expect("PUT /accounts/{account_id}/zt_risk_scoring/behaviors");
    terminal.press(ControlCode::EndOfText);
    terminal.expect("press Ctrl-C again to end at once");
    terminal.press(ControlCode::EndOfText);
    let text = visible(&terminal.end_with(130));
    // The progress bar is in front of the first one.
    let rows = text.lines().filter_map(|line| serde_json::from_str(&line[line.find("{\"account_id\"")?..]).ok());
    let rows: Vec<_> =
        rows.map(|row: serde_json::Value| (row["outcome"].clone(), row["may_have_written"].clone())).collect();
    let expected = [("applied", true), ("failed", true), ("not_started", false)];
    assert_eq!(rows, expected.map(|(outcome, is_written)| (outcome.into(), is_written.into())), "{text}");
    assert!(text.contains("to take this back: "), "{text}");
    let lines = std::fs::read_to_string(record.path()).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[1]["outcome"], &lines[1]["error"]["kind"]), (&"failed".into(), &"unknown".into()));
    assert_eq!(lines[1]["rollback"]["changes"]["imp_travel"]["after"]["enabled"], false);
}
