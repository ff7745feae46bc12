//! The command-line arguments.

use clap::{Parser, Subcommand};

use crate::generate::{CompletionsArguments, ManArguments};
use crate::options::Options;
use crate::simulate::SimulateArguments;

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

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the behaviors that raise a user's risk score
    Behaviors {
        #[command(subcommand)]
        command: BehaviorsCommand,
    },
    /// Serve a simulated API on this computer
    Simulate(SimulateArguments),
    /// Print a script with which a shell completes the arguments
    Completions(CompletionsArguments),
    /// Print the manual page, or write the pages of all commands
    Man(ManArguments),
}

#[derive(Subcommand)]
pub(crate) enum BehaviorsCommand {
    /// List all behaviors of the account
    List,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_pass_the_checks_of_clap() {
        Arguments::command().debug_assert();
    }
}
