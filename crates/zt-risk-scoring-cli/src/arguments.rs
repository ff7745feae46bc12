//! The command-line arguments.

use std::sync::LazyLock;

use clap::{Parser, Subcommand};
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
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_pass_the_checks_of_clap() {
        Arguments::command().debug_assert();
    }

    /// A command, and all commands below it.
    fn all_commands(command: clap::Command) -> Vec<clap::Command> {
        let below: Vec<_> = command.get_subcommands().cloned().collect();
        std::iter::once(command).chain(below.into_iter().flat_map(all_commands)).collect()
    }

    #[test]
    fn every_command_is_described_and_has_examples() {
        for command in all_commands(Arguments::command()) {
            let help = command.get_after_long_help().or_else(|| command.get_after_help());
            let examples = help.map(ToString::to_string).unwrap_or_default();
            let name = command.get_name();
            assert!(examples.contains("Examples:\n  zt-risk ") && examples.contains(name), "{name}: {examples}");
            assert!(command.get_about().is_some(), "{name}");
        }
    }

    #[test]
    fn every_argument_is_described() {
        for command in all_commands(Arguments::command()) {
            for argument in command.get_arguments() {
                let name = format!("{} {}", command.get_name(), argument.get_id());
                assert!(argument.get_help().is_some_and(|help| !help.to_string().is_empty()), "{name}");
            }
        }
    }
}
