//! `zt-risk simulate`: the simulator as a server.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Serialize;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::RecordedRequest;

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::options::{Options, Output, number};
use crate::records::{Cell, Column, Printer, Record, Rows, print_text};
use crate::scenario::{Fault, MOST_GENERATED_USERS, Quota, Scenario};
use crate::terminal::{self, CtrlC};
use crate::text;

/// How often received requests are printed, and forgotten.
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

const EXAMPLES: &str = "\
Examples:
  zt-risk simulate
  zt-risk simulate --port 8080 --users 1000 --quota 100/60
  zt-risk simulate --fault 503@get_behaviors*2 --fault delay_s=0.5 -v
  zt-risk simulate --scenario scenario.toml --shell powershell
  zt-risk simulate --print-scenario

Paste the printed lines into another shell. Until it ends, zt-risk and every program with the SDK call the simulator there.
With -v, a line for each request is printed. Ctrl-C stops the simulator.";

/// The options of `zt-risk simulate`.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SimulateArguments {
    /// Port on 127.0.0.1; 0 is any free port
    #[arg(long, value_name = "PORT", default_value_t = 0, value_parser = number::<u16>(0, u16::MAX.into()))]
    port: u16,

    /// TOML file that describes accounts, users, tokens, faults and more, in place of the built-in scenario; `-` is standard input
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,

    /// Generated users of every account, in place of those of the scenario
    #[arg(long, value_name = "NUMBER", value_parser = number::<u32>(0, MOST_GENERATED_USERS.into()))]
    users: Option<u32>,

    /// Quota of each token, and how long the block after it lasts: REQUESTS/SECONDS, or `vendor` for 1200/300
    #[arg(long, value_name = "QUOTA")]
    quota: Option<Quota>,

    /// What goes wrong, may be given many times: WHAT[@OPERATION][*TIMES], where WHAT is a status, `reset`,
    /// `lost_response`, `edge_page=STATUS`, `delay_s=SECONDS` or `truncate=BYTES`
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<Fault>,

    /// How the simulator does what is not known about the API, may be given many times: `omitted_behaviors=reset`
    #[arg(long = "switch", value_name = "NAME=VALUE")]
    switches: Vec<String>,

    /// Shell of the printed lines
    #[arg(long, value_enum, default_value_t = Shell::Sh)]
    shell: Shell,

    /// Print the built-in scenario, as a start for one of your own, and exit
    #[arg(long, exclusive = true)]
    print_scenario: bool,
}

/// A shell that the printed lines are for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Shell {
    /// bash, zsh and other POSIX shells
    Sh,
    /// fish
    Fish,
    /// PowerShell
    Powershell,
    /// The command prompt of Windows
    Cmd,
}

impl Shell {
    /// The line that sets a variable of the environment. The values are URLs, ids and tokens, in which no shell but
    /// `sh` needs more than its usual quotes.
    fn assignment(self, name: &str, value: &str) -> String {
        match self {
            Self::Sh => format!("export {name}={}", shell_words::quote(value)),
            Self::Fish => format!("set -gx {name} '{value}'"),
            Self::Powershell => format!("$env:{name} = '{value}'"),
            Self::Cmd => format!("set \"{name}={value}\""),
        }
    }

    /// The line that removes a variable of the environment.
    fn removal(self, name: &str) -> String {
        match self {
            Self::Sh => format!("unset {name}"),
            Self::Fish => format!("set -e {name}"),
            Self::Powershell => format!("$env:{name} = $null"),
            Self::Cmd => format!("set \"{name}=\""),
        }
    }
}

/// What a client needs to call the simulator: a record for each account.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub(crate) struct SimulatedApi {
    /// The base URL of the simulator.
    base_url: String,
    /// The token. It is valid in the simulator alone.
    api_token: String,
}

impl Record for SimulatedApi {
    const COLUMNS: &'static [Column] = &[Column::new("base_url", "BASE URL"), Column::new("api_token", "API TOKEN")];

    fn cells(&self) -> Vec<Cell> {
        vec![Cell::new(&self.base_url), Cell::new(&self.api_token)]
    }
}

/// Serves a scenario until Ctrl-C.
pub(crate) async fn run(arguments: SimulateArguments, options: &Options) -> Result<ExitStatus, Failure> {
    if arguments.print_scenario {
        print_text(Scenario::BUILT_IN)?;
        return Ok(ExitStatus::Done);
    }
    reject_unused(options)?;
    let printer = Printer::new(options.output.unwrap_or_default(), false)?;
    let scenario = scenario(&arguments, options)?;
    let simulator = scenario.start_at(arguments.port).await?;
    // Ctrl-C must not be missed once the lines are printed.
    let interrupt = terminal::ctrl_c();
    match options.output.unwrap_or_default() {
        Output::Table => {
            let mut lines = environment(&scenario, &simulator, arguments.shell, options);
            lines.extend(removals(arguments.shell, |name| std::env::var_os(name).is_some()));
            print_text(&lines.join("\n"))?;
        }
        _ => printer.print(&rows(&scenario, &simulator))?,
    }
    terminal::print_message(
        "the simulator runs until Ctrl-C; paste the lines into another shell, and call it from there",
    );
    serve(&simulator, options.verbose > 0, interrupt).await.map_err(Failure::Output)?;
    Ok(ExitStatus::Done)
}

/// Rejects options that describe how the API is called.
fn reject_unused(options: &Options) -> Result<(), Failure> {
    let given = [
        ("--accounts-file", options.accounts_file.is_some()),
        ("--token-file", options.token_file.is_some()),
        ("--profile", options.profile.is_some()),
        ("--config", options.config.is_some()),
        ("--simulate", options.simulate.is_some()),
        ("--base-url", options.base_url.is_some()),
        ("--allow-plain-http", options.allow_plain_http),
        ("--timeout", options.timeout.is_some()),
        ("--dry-run", options.dry_run),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(Failure::usage(
            format!("{name} has no effect on `zt-risk simulate`, which calls no API"),
            "leave it out; --scenario names a file that describes the simulated API",
        )),
        None => Ok(()),
    }
}

/// The scenario, with what the arguments change in it.
fn scenario(arguments: &SimulateArguments, options: &Options) -> Result<Scenario, Failure> {
    let mut scenario = match &arguments.scenario {
        Some(path) => Scenario::read(path)?,
        None => Scenario::built_in()?,
    };
    options.account_ids.iter().for_each(|id| scenario.ensure_account(id));
    if let Some(count) = arguments.users {
        scenario.generate_users(count);
    }
    if let Some(quota) = arguments.quota {
        scenario.set_quota(quota);
    }
    arguments.faults.iter().cloned().for_each(|fault| scenario.add_fault(fault));
    for switch in &arguments.switches {
        let (name, value) = switch.split_once('=').ok_or_else(|| {
            Failure::usage(format!("the switch `{switch}` has no value"), "write it as --switch NAME=VALUE")
        })?;
        scenario.set_switch(name, value)?;
    }
    Ok(scenario)
}

/// The lines that let programs call the simulator. The account is the first of the arguments, else of the scenario.
fn environment(scenario: &Scenario, simulator: &Simulator, shell: Shell, options: &Options) -> Vec<String> {
    let account_id = options.account_ids.first().or_else(|| scenario.account_ids().next());
    let mut lines = vec![
        shell.assignment("CLOUDFLARE_BASE_URL", &simulator.base_url()),
        shell.assignment("CLOUDFLARE_API_TOKEN", scenario.token()),
    ];
    lines.extend(account_id.map(|id| shell.assignment("CLOUDFLARE_ACCOUNT_ID", id.as_str())));
    lines
}

/// The lines that remove a global API key, if this environment has one: the other shell has it, too, and it contradicts the token.
fn removals(shell: Shell, is_set: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    let names = ["CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"].into_iter();
    names.filter(move |name| is_set(name)).map(move |name| shell.removal(name))
}

fn rows(scenario: &Scenario, simulator: &Simulator) -> Rows<SimulatedApi> {
    let mut rows = Rows::new(true);
    for account_id in scenario.account_ids() {
        let api = SimulatedApi { base_url: simulator.base_url(), api_token: scenario.token().to_owned() };
        rows.push(account_id.as_str(), None, api);
    }
    rows
}

/// Waits for Ctrl-C. Forgets the requests meanwhile, which would take more and more memory.
async fn serve(simulator: &Simulator, is_verbose: bool, mut interrupt: CtrlC) -> io::Result<()> {
    loop {
        let interrupted = tokio::time::timeout(REPORT_INTERVAL, &mut interrupt).await;
        let requests = simulator.take_requests();
        if is_verbose {
            requests.iter().for_each(|request| terminal::print_message(&line(request)));
        }
        if let Ok(result) = interrupted {
            return result;
        }
    }
}

/// The line about a request.
fn line(request: &RecordedRequest) -> String {
    let operation = request.operation().map_or("no operation", |operation| operation.id);
    text::printable(&format!("{} {} ({operation})", request.method(), request.path()))
}

/// Adds the schemas of what the commands print.
#[cfg(test)]
pub(crate) fn add_schemas(schemas: &mut crate::records::Schemas) {
    schemas.add::<SimulatedApi>("simulate");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignment_is_written_as_each_shell_reads_it() {
        let lines = Shell::value_variants().iter().map(|shell| shell.assignment("A", "http://127.0.0.1:1/client/v4"));
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [
                "export A=http://127.0.0.1:1/client/v4",
                "set -gx A 'http://127.0.0.1:1/client/v4'",
                "$env:A = 'http://127.0.0.1:1/client/v4'",
                "set \"A=http://127.0.0.1:1/client/v4\"",
            ]
        );
        assert_eq!(Shell::Sh.assignment("A", "a b'c"), r#"export A='a b'\''c'"#);
    }

    #[test]
    fn global_key_of_the_environment_is_removed_as_each_shell_does_it() {
        let lines = |shell| removals(shell, |name| name == "CLOUDFLARE_EMAIL").collect::<Vec<_>>();
        let all: Vec<_> = Shell::value_variants().iter().flat_map(|shell| lines(*shell)).collect();
        let expected = [
            "unset CLOUDFLARE_EMAIL",
            "set -e CLOUDFLARE_EMAIL",
            "$env:CLOUDFLARE_EMAIL = $null",
            "set \"CLOUDFLARE_EMAIL=\"",
        ];
        assert_eq!(all, expected);
        assert_eq!(removals(Shell::Sh, |_| true).count(), 2);
        assert_eq!(removals(Shell::Sh, |_| false).count(), 0);
    }

    #[test]
    fn options_of_calls_are_rejected() {
        assert!(reject_unused(&Options::default()).is_ok());
        let options = Options { dry_run: true, ..Options::default() };
        let error = reject_unused(&options).unwrap_err().to_string();
        assert!(error.starts_with("--dry-run has no effect"), "{error}");
    }
}
