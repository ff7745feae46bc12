//! The options that every command takes.

use std::ffi::OsString;
use std::num::IntErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, ValueEnum};
use serde::Deserialize;
use zt_risk_scoring::{AccountId, RiskLevel};

/// The value of `--simulate` without a file.
pub(crate) const BUILT_IN: &str = "built-in";

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Accounts and credentials")]
pub(crate) struct Options {
    /// Id of an account: 32 hexadecimal digits; may be given many times
    #[arg(long = "account-id", global = true, value_name = "ID", value_parser = account_id)]
    pub(crate) account_ids: Vec<AccountId>,

    /// File with accounts: a line per account, or CSV or JSON by its ending; `-` is standard input
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) accounts_file: Option<PathBuf>,

    /// File with the API token, which only its owner may read; `-` is standard input
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,

    /// Profile of the configuration file
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Configuration file, in place of the one in the usual place
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Use a simulated API, which may be described by a file; ignores the environment and the configuration file
    #[arg(
        long, global = true, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = BUILT_IN
    )]
    pub(crate) simulate: Option<PathBuf>,

    /// Base URL of the API, in place of Cloudflare's
    #[arg(long, global = true, value_name = "URL", help_heading = "Calls")]
    pub(crate) base_url: Option<String>,

    /// Allow plain http to any host, which sends the credentials unencrypted
    #[arg(long, global = true, help_heading = "Calls")]
    pub(crate) allow_plain_http: bool,

    /// Time limit of a call, retries included; a first attempt gets a third of it, and 20 seconds at most
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds, help_heading = "Calls")]
    pub(crate) timeout: Option<Duration>,

    /// How many accounts are called at once
    #[arg(long, global = true, value_name = "NUMBER", default_value_t = 16, value_parser = number::<u16>(1, 64), help_heading = "Calls")]
    pub(crate) concurrency: u16,

    /// Change nothing: show what would change
    #[arg(long, global = true, help_heading = "Calls")]
    pub(crate) dry_run: bool,

    /// Format of results and errors
    #[arg(
        long,
        short,
        global = true,
        value_enum,
        value_name = "FORMAT",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub(crate) output: Option<Output>,

    /// Show attempts and waits; twice: methods, paths, statuses, times and names of headers
    #[arg(long, short, global = true, action = ArgAction::Count, help_heading = "Output")]
    pub(crate) verbose: u8,
}

impl Options {
    /// Adds the accounts that clap drops: of a global option before and after a subcommand, it keeps the values after it alone.
    ///
    /// # Errors
    ///
    /// The name of an option that may be given once, and has two values.
    pub(crate) fn restore_accounts(
        &mut self,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<(), &'static str> {
        const ACCOUNTS_FILE: &str = "--accounts-file";
        let arguments: Vec<String> = arguments.into_iter().map(|text| text.to_string_lossy().into_owned()).collect();
        if values(&arguments, ACCOUNTS_FILE).count() > 1 {
            return Err(ACCOUNTS_FILE);
        }
        // clap has checked the ids before it dropped them.
        let ids: Vec<_> = values(&arguments, "--account-id").filter_map(|id| AccountId::new(id).ok()).collect();
        if ids.len() > self.account_ids.len() {
            self.account_ids = ids;
        }
        Ok(())
    }
}

/// The values of an option. clap takes no argument that begins with a hyphen for a value.
fn values<'a>(arguments: &'a [String], name: &'a str) -> impl Iterator<Item = &'a str> {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let following = arguments.iter().skip(1).map(Some).chain([None]);
    arguments.iter().zip(following).take(end).filter_map(move |(argument, next)| match argument.strip_prefix(name)? {
        "" => next.map(String::as_str),
        rest => rest.strip_prefix('='),
    })
}

/// The format of results and errors.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Output {
    /// Text for people
    #[default]
    Table,
    /// A JSON array
    Json,
    /// A JSON object on each line
    Ndjson,
    /// YAML
    Yaml,
    /// Comma-separated values
    Csv,
    /// A JUnit report: only for audits
    Junit,
    /// A SARIF log: only for audits
    Sarif,
}

/// Parses one of the known risk levels. clap suggests one for a misspelt level.
pub(crate) fn level_parser() -> impl TypedValueParser<Value = RiskLevel> {
    PossibleValuesParser::new(["low", "medium", "high"]).map(RiskLevel::from)
}

/// Parses an account id. clap adds the option's name to the error.
fn account_id(text: &str) -> Result<AccountId, String> {
    AccountId::new(text).map_err(|error| error.to_string())
}

/// The longest time limit: a day.
const MAX_SECONDS: u64 = 86_400;

/// Parses a whole number from `least` to `most`. clap adds the option's name to the error.
pub(crate) fn number<T: TryFrom<u64> + Clone + Send + Sync + 'static>(
    least: u64,
    most: u64,
) -> impl TypedValueParser<Value = T> {
    move |text: &str| {
        let number = text.parse::<u64>().ok().filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("must be a whole number from {least} to {most}"))
    }
}

/// Parses a time limit.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds @ 1..=MAX_SECONDS) => Ok(Duration::from_secs(seconds)),
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(_) => Err(format!("must be at most {MAX_SECONDS}, which is a day")),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => {
            Err(format!("must be at most {MAX_SECONDS}, which is a day"))
        }
        Err(_) => Err("must be a whole number of seconds, and at least 1".to_owned()),
    }
}

/// The format that invalid arguments ask for. clap parses none of them if one is invalid.
pub(crate) fn requested_output(arguments: impl IntoIterator<Item = OsString>) -> Output {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let with_equals = arguments.iter().filter_map(|argument| argument.to_str()?.strip_prefix("--output="));
    let with_space = arguments.windows(2).filter_map(|pair| match pair {
        [name, value] if name == "--output" || name == "-o" => value.to_str(),
        _ => None,
    });
    with_equals.chain(with_space).find_map(|value| Output::from_str(value, false).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requested_output_is_recognized_among_invalid_arguments() {
        let requested = |line: &str| requested_output(line.split(' ').map(OsString::from));
        assert_eq!(requested("zt-risk --nonsense --output json"), Output::Json);
        assert_eq!(requested("zt-risk --output=ndjson --nonsense"), Output::Ndjson);
        assert_eq!(requested("zt-risk -o json --nonsense"), Output::Json);
        assert_eq!(requested("zt-risk --output table json"), Output::Table);
        assert_eq!(requested("zt-risk --output"), Output::Table);
    }

    #[test]
    fn accounts_before_and_after_a_subcommand_are_kept() {
        const IDS: [&str; 2] = ["023e105f4ecef8ad9ca31a8372d0c353", "5130a3c1e15b0f0cba1a7ce1a0bb9e2d"];
        let restore = |line: String| {
            let mut options = Options { account_ids: vec![AccountId::new(IDS[1]).unwrap()], ..Options::default() };
            let result = options.restore_accounts(line.split(' ').map(OsString::from));
            result.map(|()| options.account_ids.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        let [one, two] = IDS;
        for line in [
            format!("zt-risk --account-id {one} behaviors list --account-id={two}"),
            format!("zt-risk --account-id={one} behaviors --account-id {two} list"),
        ] {
            assert_eq!(restore(line).unwrap(), IDS);
        }
        assert_eq!(restore(format!("zt-risk show --account-id {two} -- --account-id={one}")).unwrap(), [two]);
        assert_eq!(restore("zt-risk --accounts-file a list --accounts-file=b".to_owned()), Err("--accounts-file"));
        assert_eq!(restore(format!("zt-risk list --accounts-file a --account-id {two}")).unwrap(), [two]);
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
