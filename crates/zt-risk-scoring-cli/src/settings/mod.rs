//! The settings of a run: from the flags, the environment and the configuration file, in this order, value by value. Each value
//! knows where it comes from.

mod accounts;
mod accounts_file;
mod authentication;
mod config_file;
mod inputs;
mod problems;
mod read;
mod source;
mod token_command;
mod token_file;
mod token_source;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use zt_risk_scoring::AccountId;

pub(crate) use authentication::{Authentication, AuthenticationKind};
pub(crate) use source::{Source, Sourced};

use crate::failure::{Failure, Problem};
use crate::options::{Options, Output};
use inputs::Inputs;
use read::Reader;

/// The settings of a run, as far as they can be read. [`require_all`](Self::require_all) says what is wrong with them.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The accounts in the order in which they were given. No account is there twice.
    pub(crate) accounts: Vec<AccountSettings>,
    /// The credentials for the accounts that have none of their own.
    pub(crate) authentication: Option<Sourced<Authentication>>,
    /// The base URL, checked. `None` if it is invalid, and for a simulator.
    pub(crate) base_url: Option<Sourced<String>>,
    pub(crate) allow_plain_http: bool,
    /// The time limit of a call. `None` is the SDK's.
    pub(crate) timeout: Option<Sourced<Duration>>,
    pub(crate) output: Sourced<Output>,
    /// The name of the profile that was used.
    pub(crate) profile: Option<String>,
    /// The configuration file that was read.
    pub(crate) config_file: Option<PathBuf>,
    /// What the user should know, although nothing is wrong.
    pub(crate) warnings: Vec<String>,
    /// What is wrong. It does not list what is missing.
    pub(crate) problems: Vec<Problem>,
    /// Set if no account was given, and the profile that may have one is no problem.
    pub(crate) missing_accounts: Option<Problem>,
    /// Set if no credentials were given that an account needs, and the profile that may have them is no problem.
    pub(crate) missing_credentials: Option<Problem>,
}

/// An account of a run.
#[derive(Clone, Debug)]
pub(crate) struct AccountSettings {
    pub(crate) account_id: Sourced<AccountId>,
    /// The name of the account in the accounts file, as it stands there.
    pub(crate) label: Option<String>,
    /// Credentials of its own, in place of those of the run.
    pub(crate) authentication: Option<Sourced<Authentication>>,
}

impl Settings {
    /// Reads the settings of this process. It reads as much as it can, and collects the problems.
    ///
    /// For a run over the simulator it reads the accounts, the time limit and the output of the flags, and nothing else. Then no
    /// account is the simulator's own, and nothing is missing.
    pub(crate) fn read(options: &Options) -> Self {
        let mut stdin = io::stdin();
        let mut inputs = Inputs::of_process(&mut stdin);
        let reader = Reader::new(options, &mut inputs);
        if options.simulate.is_some() { reader.simulator_settings() } else { reader.settings() }
    }

    /// Fails with all problems, or without credentials or accounts.
    pub(crate) fn require_all(&self) -> Result<(), Failure> {
        let missing = self.missing_credentials.iter().chain(&self.missing_accounts);
        problems::failure(self.problems.iter().chain(missing)).map_or(Ok(()), Err)
    }

    /// Fails with all problems, or without credentials. For commands to which something else names the accounts, such as a plan.
    pub(crate) fn require_credentials(&self) -> Result<(), Failure> {
        problems::failure(self.problems.iter().chain(&self.missing_credentials)).map_or(Ok(()), Err)
    }

    /// The credentials for an account: its own, or those of the run.
    pub(crate) fn authentication_for(&self, account: &AccountId) -> Option<&Sourced<Authentication>> {
        let account = self.accounts.iter().find(|known| known.account_id.value == *account);
        account.and_then(|account| account.authentication.as_ref()).or(self.authentication.as_ref())
    }
}

#[cfg(test)]
mod tests;
