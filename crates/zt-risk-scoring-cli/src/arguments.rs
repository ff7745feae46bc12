//! The command-line arguments.

use std::sync::LazyLock;

use clap::{ArgAction, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueHint};
use zt_risk_scoring::REVISION;

use crate::behaviors::BehaviorsCommand;
use crate::check::CheckArguments;
use crate::generate::{CompletionsArguments, ManArguments};
use crate::integrations::IntegrationsCommand;
use crate::options::Options;
use crate::simulate::SimulateArguments;
use crate::users::UsersCommand;

/// The version of the program, and the revision of the API that it speaks.
static VERSION: LazyLock<String> = LazyLock::new(|| format!("{} (API revision {REVISION})", env!("CARGO_PKG_VERSION")));

/// Audit, compare and change Cloudflare's Zero Trust risk scoring
#[derive(Parser)]
#[command(
    name = "zt-risk",
    version = VERSION.as_str(),
    after_help = "\
Examples:
  zt-risk check --simulate
  zt-risk behaviors list --simulate
  zt-risk behaviors audit --accounts-file accounts.csv --simulate
  zt-risk users list --at-least high --simulate

Environment:
  CLOUDFLARE_API_TOKEN   API token
  CLOUDFLARE_EMAIL       E-mail address of the user with CLOUDFLARE_API_KEY
  CLOUDFLARE_API_KEY     Global API key, instead of an API token
  CLOUDFLARE_ACCOUNT_ID  Account id, unless --account-id is given
  CLOUDFLARE_BASE_URL    Base URL of the API, unless --base-url is given
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
                         Proxy, and the hosts without one; a loopback host never has one
  NO_COLOR               No colours, if it is set

Files:
  ~/.config/zt-risk/config.toml
                         Profiles, if $XDG_CONFIG_HOME is not set; %APPDATA%\\zt-risk\\config.toml on Windows

Exit status:
  0    done
  1    a call failed
  2    the arguments, the configuration or a file are invalid; nothing was changed
  3    an audit has findings, or a plan, a diff or a dry run has changes
  4    the credentials are rejected, or lack a permission
  5    the account's plan does not include risk scoring
  6    the API rejects calls, because there were too many
  7    of several accounts, some or all failed
  8    a write was rejected, or is not verified
  130  Ctrl-C ended the program before everything was done
Where several hold, the first of 2, 8, 4, 5, 6, 7, 1, 130, 3 counts."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) options: Options,

    #[command(subcommand)]
    pub(crate) command: Subcommands,
}

#[derive(Subcommand)]
pub(crate) enum Subcommands {
    /// The behaviors that raise a user's risk score
    #[command(after_help = "\
Examples:
  zt-risk behaviors list --simulate
  zt-risk behaviors set imp_travel --enable --level high --dry-run --simulate
  zt-risk behaviors audit --simulate")]
    Behaviors {
        #[command(subcommand)]
        command: BehaviorsCommand,
    },
    /// The users and their risk scores
    #[command(after_help = "\
Examples:
  zt-risk users list --at-least medium --simulate
  zt-risk users show 11111111-1111-4111-8111-111111111111 --simulate")]
    Users {
        #[command(subcommand)]
        command: UsersCommand,
    },
    /// The third parties to which changes of risk scores are sent
    #[command(after_help = "\
Examples:
  zt-risk integrations list --simulate
  zt-risk integrations show --reference okta-main --simulate")]
    Integrations {
        #[command(subcommand)]
        command: IntegrationsCommand,
    },
    /// Check the configuration, the token, and what works with them
    Check(CheckArguments),
    /// Serve a simulated API on this computer
    Simulate(SimulateArguments),
    /// Print a script with which a shell completes the arguments
    Completions(CompletionsArguments),
    /// Print the manual page, or write the pages of all commands
    Man(ManArguments),
}

/// Commands that ignore the options of calls, and do not list them in their help.
const WITHOUT_CALLS: [&str; 2] = ["completions", "man"];

impl Arguments {
    /// Parses the arguments of this process.
    pub(crate) fn parse_arguments() -> Result<Self, clap::Error> {
        let mut command = prepared_command();
        let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }
}

/// The command, with settings of arguments that are the same in all of its subcommands.
pub(crate) fn prepared_command() -> Command {
    let mut command = prepare(Arguments::command());
    let options: Vec<_> = command.get_arguments().filter(|argument| argument.is_global_set()).cloned().collect();
    for name in WITHOUT_CALLS {
        // clap adds a global option to the subcommands that lack it.
        let hidden = options.iter().map(|option| option.clone().hide(true));
        command = command.mut_subcommand(name, |subcommand| subcommand.args(hidden));
    }
    command
}

/// A number below 0 is a value, so that the error says what is wrong with it. Shells complete names of files for paths alone.
fn prepare(command: Command) -> Command {
    let command = command.mut_args(|argument| {
        let has_value = |name| argument.get_value_names().is_some_and(|names| names.iter().any(|value| *value == name));
        let is_number = ["NUMBER", "PORT", "SECONDS"].into_iter().any(has_value);
        let takes_text = argument.get_num_args().is_none_or(|number| number.takes_values())
            && matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
            && argument.get_value_hint() == ValueHint::Unknown
            && argument.get_possible_values().is_empty();
        let hint = match () {
            () if !takes_text => argument.get_value_hint(),
            () if has_value("URL") => ValueHint::Url,
            () if has_value("FILE|ACCOUNT") => ValueHint::FilePath,
            () => ValueHint::Other,
        };
        argument.value_hint(hint).allow_negative_numbers(is_number)
    });
    command.mut_subcommands(prepare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_pass_the_checks_of_clap() {
        prepared_command().debug_assert();
    }

    /// A command, and all commands below it.
    fn all_commands(command: clap::Command) -> Vec<clap::Command> {
        let below: Vec<_> = command.get_subcommands().cloned().collect();
        std::iter::once(command).chain(below.into_iter().flat_map(all_commands)).collect()
    }

    #[test]
    fn every_command_is_described_and_has_examples() {
        for command in all_commands(prepared_command()) {
            let help = command.get_after_long_help().or_else(|| command.get_after_help());
            let examples = help.map(ToString::to_string).unwrap_or_default();
            let name = command.get_name();
            assert!(examples.contains("Examples:\n  zt-risk ") && examples.contains(name), "{name}: {examples}");
            assert!(command.get_about().is_some(), "{name}");
        }
    }

    #[test]
    fn every_argument_is_described() {
        for command in all_commands(prepared_command()) {
            for argument in command.get_arguments() {
                let name = format!("{} {}", command.get_name(), argument.get_id());
                assert!(argument.get_help().is_some_and(|help| !help.to_string().is_empty()), "{name}");
            }
        }
    }

    #[test]
    fn shells_complete_names_of_files_for_paths_alone() {
        for command in all_commands(prepared_command()) {
            for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
                let (id, hint) = (argument.get_id().as_str(), argument.get_value_hint());
                let is_path = matches!(hint, ValueHint::AnyPath | ValueHint::FilePath);
                let is_listed = !argument.get_possible_values().is_empty();
                let paths = [
                    "accounts_file",
                    "token_file",
                    "config",
                    "simulate",
                    "file",
                    "other",
                    "dir",
                    "out",
                    "policy",
                    "record",
                    "scenario",
                ];
                assert_eq!(is_path, paths.contains(&id), "{id}: {hint:?}");
                assert!(is_listed || hint != ValueHint::Unknown, "{id}");
            }
        }
    }

    #[test]
    fn help_lists_the_values_of_a_level_once() {
        for mut command in all_commands(prepared_command()) {
            let help = command.render_help().to_string();
            let twice =
                help.lines().find(|line| line.contains("[possible values: ") && line.contains("low, medium or"));
            assert_eq!(twice, None);
        }
    }

    #[test]
    fn commands_that_call_nothing_list_no_options_of_calls() {
        for name in WITHOUT_CALLS {
            let mut command = prepared_command();
            command.build();
            let help = command.find_subcommand_mut(name).unwrap().render_help().to_string();
            assert!(!help.contains("--account-id") && !help.contains("--timeout"), "{help}");
        }
        assert!(Arguments::try_parse_from(["zt-risk", "completions", "bash", "--output", "json"]).is_ok());
    }
}
