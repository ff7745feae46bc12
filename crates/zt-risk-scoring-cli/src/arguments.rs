//! What can be asked for.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Read the configuration of Cloudflare's Zero Trust risk scoring
#[derive(Parser)]
#[command(
    name = "zt-risk",
    version,
    after_help = "\
Environment:
  CLOUDFLARE_API_TOKEN   API token
  CLOUDFLARE_EMAIL       E-mail address, with CLOUDFLARE_API_KEY
  CLOUDFLARE_API_KEY     Global API key
  CLOUDFLARE_ACCOUNT_ID  Account, unless --account-id is given
  CLOUDFLARE_BASE_URL    Where the API is served, unless --base-url is given

Exit status:
  0  it worked
  1  the call failed
  2  the arguments or the configuration cannot be used"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Options {
    /// Account to ask about: 32 hexadecimal digits
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) account_id: Option<String>,

    /// Where the API is served, instead of at the vendor's
    #[arg(long, global = true, value_name = "URL", conflicts_with = "simulate")]
    pub(crate) base_url: Option<String>,

    /// Allow plain http to any host: everybody on the way can read the credentials
    #[arg(long, global = true, conflicts_with = "simulate")]
    pub(crate) allow_plain_http: bool,

    /// How long the call may take
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,

    /// How results and errors are written
    #[arg(long, global = true, value_enum, default_value_t = Output::Table)]
    pub(crate) output: Output,

    /// Use a simulated API with a simulated account; nothing is configured, and nothing leaves this machine
    #[arg(long, global = true)]
    pub(crate) simulate: bool,
}

/// How results and errors are written.
#[derive(Clone, Copy, Eq, PartialEq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// The behaviors that raise a user's risk score
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

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(0) => Err("it must be at least 1".to_owned()),
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => Err("it must be a whole number of seconds".to_owned()),
    }
}

/// Whether arguments that could not be read ask for JSON.
pub(crate) fn wants_json(arguments: impl IntoIterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    arguments.iter().any(|argument| argument == "--output=json")
        || arguments.windows(2).any(|pair| matches!(pair, [name, value] if name == "--output" && value == "json"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_make_sense_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn json_is_recognized_among_arguments_that_make_no_sense() {
        let wants = |line: &str| wants_json(line.split(' ').map(OsString::from));
        assert!(wants("zt-risk --nonsense --output json"));
        assert!(wants("zt-risk --output=json --nonsense"));
        assert!(!wants("zt-risk --output table json"));
        assert!(!wants("zt-risk --output"));
    }

    #[test]
    fn a_timeout_is_a_whole_number_of_seconds() {
        assert_eq!(seconds("5"), Ok(Duration::from_secs(5)));
        for bad in ["0", "-1", "1.5", "soon", ""] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
