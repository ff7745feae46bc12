//! The simulated API as a file describes it.
//!
//! `SCENARIOS.md` documents the format.

mod accounts;
mod faults;
mod quota;
mod tokens;
mod values;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use zt_risk_scoring::AccountId;
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::Unknowns;

use crate::failure::Failure;
use crate::toml_file;

pub(crate) use accounts::MOST_GENERATED_USERS;
pub(crate) use faults::Fault;
pub(crate) use quota::Quota;

use accounts::Account;
use tokens::Token;
use values::Time;

const HINT: &str = "see SCENARIOS.md for the keys; `zt-risk simulate --print-scenario` prints an example";

/// The token that a simulator has from the start. A scenario without tokens keeps it.
const TOKEN: &str = "cfut_simulated-token";

/// What a simulator has, and what goes wrong in it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Scenario {
    clock: Option<Clock>,
    accounts: Vec<Account>,
    tokens: Vec<Token>,
    quota: Option<Quota>,
    address_quota: Option<Quota>,
    faults: Vec<Spanned<Fault>>,
    switches: Unknowns,
    /// The accounts that tokens and faults name, each with the message if there is no such account.
    #[serde(skip)]
    named_accounts: Vec<(AccountId, String)>,
}

/// The clock of the simulator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    start: Time,
    #[serde(default)]
    stopped: bool,
}

impl Scenario {
    /// The scenario of `--simulate` without a file, as TOML.
    pub(crate) const BUILT_IN: &str = include_str!("built_in.toml");

    /// The scenario of `--simulate` without a file: one account with sample users and an integration.
    pub(crate) fn built_in() -> Result<Self, Failure> {
        toml_file::parse("the built-in scenario", Self::BUILT_IN, HINT)
    }

    /// Reads a file, or standard input, which is `-`.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let (name, text) = toml_file::read(path, HINT)?;
        Self::parse(&name, &text)
    }

    /// Parses the text of a file. A scenario without accounts has those of the built-in one.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, Failure> {
        let mut scenario: Self = toml_file::parse(name, text, HINT)?;
        let accounts = scenario.accounts.iter().map(|account| key(&account.id, AccountId::as_str));
        reject_duplicates(name, text, "account", accounts)?;
        let tokens = scenario.tokens.iter().map(|token| key(&token.text, |text| text.as_str()));
        reject_duplicates(name, text, "token", tokens)?;
        for account in &scenario.accounts {
            reject_duplicates(name, text, "user", account.user_ids())?;
            reject_duplicates(name, text, "integration", account.integration_ids())?;
        }
        if scenario.accounts.is_empty() {
            scenario.accounts = Self::built_in()?.accounts;
        }
        let of_tokens = scenario.tokens.iter().flat_map(Token::account_ids).map(|id| (id.get_ref(), id.span().start));
        let of_faults =
            scenario.faults.iter().filter_map(|fault| Some((fault.get_ref().account()?, fault.span().start)));
        let message = |(id, offset): (&AccountId, usize)| {
            let message = format!("the scenario has no account `{id}`");
            (id.clone(), toml_file::problem(name, text, Some(offset), &message, HINT).to_string())
        };
        scenario.named_accounts = of_tokens.chain(of_faults).map(message).collect();
        Ok(scenario)
    }

    /// Rejects tokens and faults of accounts that do not exist. Arguments may have added them to those of the file.
    fn check_named_accounts(&self) -> Result<(), Failure> {
        let exists = |id: &AccountId| self.account_ids().any(|existing| existing == id);
        match self.named_accounts.iter().find(|(id, _)| !exists(id)) {
            Some((_, message)) => Err(Failure::usage(message, HINT)),
            None => Ok(()),
        }
    }

    /// The token of a client that is given no other: the first of the file.
    pub(crate) fn token(&self) -> &str {
        self.tokens.first().map_or(TOKEN, |token| token.text.get_ref().as_str())
    }

    /// The accounts, in the order of the file. The first is that of a client that is given no other.
    pub(crate) fn account_ids(&self) -> impl Iterator<Item = &AccountId> {
        self.accounts.iter().map(|account| account.id.get_ref())
    }

    /// Adds an account with the behaviors of a new account, unless it exists.
    pub(crate) fn ensure_account(&mut self, id: &AccountId) {
        if !self.account_ids().any(|existing| existing == id) {
            self.accounts.push(Account::new(id.clone()));
        }
    }

    /// Replaces the users of every account by generated ones.
    pub(crate) fn generate_users(&mut self, count: u32) {
        self.accounts.iter_mut().for_each(|account| account.generate_users(count));
    }

    /// Replaces the quota of every token.
    pub(crate) fn set_quota(&mut self, quota: Quota) {
        self.quota = Some(quota);
    }

    /// Adds a fault behind those of the file.
    pub(crate) fn add_fault(&mut self, fault: Fault) {
        self.faults.push(Spanned::new(0..0, fault));
    }

    /// Sets a switch by its name. The error says which names or values exist.
    pub(crate) fn set_switch(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        let invalid = |error: &dyn Display| {
            let message = format!("the switch `{name}={value}` is invalid: {}", error.to_string().trim_end());
            Failure::usage(message, "see SCENARIOS.md for the switches and their values")
        };
        let mut switches = toml::Table::try_from(self.switches).map_err(|error| invalid(&error))?;
        let value = value.parse().map_or_else(|_| toml::Value::String(value.to_owned()), toml::Value::Boolean);
        switches.insert(name.to_owned(), value);
        self.switches = switches.try_into().map_err(|error: toml::de::Error| invalid(&error.message()))?;
        Ok(())
    }

    /// Starts a simulator on the current runtime, on a free port.
    pub(crate) async fn start(&self) -> Result<Simulator, Failure> {
        self.start_at(0).await
    }

    /// Starts a simulator on the current runtime, on a port of the loopback address. Port 0 is any free port.
    pub(crate) async fn start_at(&self, port: u16) -> Result<Simulator, Failure> {
        self.check_named_accounts()?;
        let simulator = Simulator::try_start_on(port).await.map_err(|error| not_started(port, &error))?;
        self.set_up(&simulator);
        Ok(simulator)
    }

    fn set_up(&self, simulator: &Simulator) {
        // Accounts that are added later get the behaviors that a switch adds.
        simulator.set_unknowns(self.switches);
        simulator.remove_account(simulator.account_id());
        self.accounts.iter().for_each(|account| account.add_to(simulator));
        if !self.tokens.is_empty() {
            simulator.remove_token(simulator.api_token());
        }
        self.tokens.iter().for_each(|token| simulator.add_token(token.to_simulated()));
        simulator.set_quota(self.quota.map(Quota::of_tokens));
        simulator.set_address_quota(self.address_quota.map(Quota::of_addresses));
        for fault in &self.faults {
            simulator.inject(fault.get_ref().to_simulated());
        }
        match &self.clock {
            Some(Clock { start, stopped: true }) => simulator.stop_time(start.system_time()),
            Some(Clock { start, stopped: false }) => simulator.set_time(start.system_time()),
            None => {}
        }
    }
}

/// A value that must be unique, and its place in the file.
fn key<'a, T>(value: &'a Spanned<T>, text: impl Fn(&'a T) -> &'a str) -> (&'a str, usize) {
    (text(value.get_ref()), value.span().start)
}

fn reject_duplicates<K: Copy + Display + Ord>(
    name: &str,
    text: &str,
    noun: &str,
    keys: impl Iterator<Item = (K, usize)>,
) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for (key, offset) in keys {
        if !seen.insert(key) {
            return Err(toml_file::problem(name, text, Some(offset), &format!("duplicate {noun} `{key}`"), HINT));
        }
    }
    Ok(())
}

fn not_started(port: u16, error: &io::Error) -> Failure {
    let (message, hint) = match error.kind() {
        io::ErrorKind::AddrInUse => {
            (format!("port {port} is in use"), "choose another port, or leave out --port for a free one")
        }
        _ => (
            format!("the simulator cannot open port {port} of 127.0.0.1: {error}"),
            "choose a port above 1023, or leave out --port for a free one",
        ),
    };
    Failure::usage(message, hint)
}
