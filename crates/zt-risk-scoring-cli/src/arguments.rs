//! The command-line arguments.

use std::ffi::OsString;
use std::num::IntErrorKind;
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use zt_risk_scoring::AccountId;

/// Read the configuration of Cloudflare's Zero Trust risk scoring
#[derive(Parser)]
#[command(
    name = "zt-risk",
    version,
    after_help = "\
Environment:
  CLOUDFLARE_API_TOKEN   API token
  CLOUDFLARE_EMAIL       E-mail address of the user with CLOUDFLARE_API_KEY
  CLOUDFLARE_API_KEY     Global API key, instead of an API token
  CLOUDFLARE_ACCOUNT_ID  Account id, unless --account-id is given
  CLOUDFLARE_BASE_URL    Base URL of the API, unless --base-url is given
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
                         Proxy, and the hosts without one; a loopback host never has one

Exit status:
  0  success
  1  the call failed
  2  the arguments or the configuration are invalid"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// The conflict of `--simulate` with an option that names another server, if there is one.
    pub(crate) fn conflict(&self) -> Option<clap::Error> {
        let Options { simulate, base_url, allow_plain_http, .. } = &self.options;
        let other = match (base_url, allow_plain_http) {
            (Some(_), _) => "--base-url <URL>",
            (None, true) => "--allow-plain-http",
            (None, false) => return None,
        };
        let message = format!("the argument '--simulate' cannot be used with '{other}'");
        simulate.then(|| Self::command().error(clap::error::ErrorKind::ArgumentConflict, message))
    }
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Options {
    /// Id of the account: 32 hexadecimal digits
    #[arg(long, global = true, value_name = "ID", value_parser = account_id)]
    pub(crate) account_id: Option<AccountId>,

    /// Base URL of the API, instead of Cloudflare's
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Allow plain http to any host, which sends the credentials unencrypted
    #[arg(long, global = true)]
    pub(crate) allow_plain_http: bool,

    /// Time limit of the call, retries included; a first attempt gets a third of it, and 20 seconds at most
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,

    /// Format of results and errors
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,

    /// Use a simulated API with a simulated account; ignores the environment, and sends nothing to Cloudflare
    #[arg(long, global = true)]
    pub(crate) simulate: bool,
}

/// The format of results and errors.
#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
pub(crate) enum Output {
    /// Text for people
    Table,
    /// JSON for programs
    Json,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the behaviors that raise a user's risk score
    Behaviors {
        #[command(subcommand)]
        command: BehaviorsCommand,
    },
}

#[derive(Subcommand)]
pub(crate) enum BehaviorsCommand {
    /// List all behaviors of the account
    List,
}

/// Parses an account id. clap adds the option's name to the error.
fn account_id(text: &str) -> Result<AccountId, String> {
    AccountId::new(text).map_err(|error| error.to_string())
}

/// The longest time limit: a day.
const MAX_SECONDS: u64 = 86_400;

/// Parses a time limit.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds @ 1..=MAX_SECONDS) => Ok(Duration::from_secs(seconds)),
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(_) => Err(format!("must be at most {MAX_SECONDS}, which is a day")),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err(format!("must be at most {MAX_SECONDS}, which is a day"))
        }
        Err(_) => Err("must be a whole number of seconds".to_owned()),
    }
}

/// Whether invalid arguments ask for JSON. clap parses none of them if one is invalid.
pub(crate) fn wants_json(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    arguments.iter().any(|argument| argument == "--output=json")
        || arguments.windows(2).any(|pair| matches!(pair, [name, value] if name == "--output" && value == "json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_pass_the_checks_of_clap() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn output_json_is_recognized_among_invalid_arguments() {
        let wants = |line: &str| wants_json(line.split(' ').map(OsString::from));
        assert!(wants("zt-risk --nonsense --output json"));
        assert!(wants("zt-risk --output=json --nonsense"));
        assert!(!wants("zt-risk --output table json"));
        assert!(!wants("zt-risk --output"));
    }

    #[test]
    fn timeout_is_a_whole_number_of_seconds() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        assert_eq!(seconds("86400"), Ok(Duration::from_secs(86_400)));
        for large in ["86401", "18446744073709551615", "18446744073709551616"] {
            assert!(seconds(large).unwrap_err().contains("at most 86400"), "{large}");
        }
        for bad in ["0", "-1", "1.5", "soon", ""] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
