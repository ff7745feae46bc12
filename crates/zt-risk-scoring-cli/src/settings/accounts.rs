//! The accounts of a run.

use std::collections::HashMap;
use std::path::Path;

use zt_risk_scoring::{AccountId, DEFAULT_BASE_URL};

use super::AccountSettings;
use super::accounts_file::{self, Row, RowToken};
use super::authentication::Authentication;
use super::inputs::ACCOUNT_ID;
use super::problems::problem;
use super::read::{Found, Reader, STDIN};
use super::source::{Source, Sourced};
use super::token_source::TokenSource;
use crate::failure::Problem;
use crate::text;

/// The variable that names an account.
pub(super) const VARIABLE: &str = ACCOUNT_ID;

/// An account whose token is not read yet.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) account_id: Sourced<AccountId>,
    pub(super) label: Option<String>,
    token: RowToken,
}

impl Account {
    fn new(id: AccountId, source: Source) -> Self {
        Self { account_id: Sourced::new(id, source), label: None, token: RowToken::Shared }
    }

    /// Whether it uses the credentials of the run.
    pub(super) fn shares_credentials(&self) -> bool {
        self.token == RowToken::Shared
    }
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        let account_id = Sourced::new(row.account_id, Source::Row(row.place));
        Self { account_id, label: row.label, token: row.token }
    }
}

impl Reader<'_, '_> {
    /// The accounts of the flags, or else that of the environment, or else those of the profile.
    pub(super) fn accounts(&mut self) -> Found<Vec<Account>> {
        let listed = self.listed_accounts();
        if !matches!(listed, Found::Missing) {
            return listed;
        }
        let of_profile: Vec<Account> = self
            .profile
            .iter()
            .flat_map(|named| named.profile.account_ids().map(|id| Account::new(id.clone(), named.source.clone())))
            .collect();
        match self.problems.record(self.inputs.account_id()) {
            None => Found::Invalid,
            Some(Some(id)) => {
                if !of_profile.is_empty() && !of_profile.iter().all(|other| other.account_id.value == id.value) {
                    self.warn_of_override(&id.source, "the account");
                }
                Found::Value(vec![Account::new(id.value, id.source)])
            }
            Some(None) if of_profile.is_empty() => Found::Missing,
            Some(None) => self.without_duplicates(of_profile),
        }
    }

    /// The accounts of `--account-id` and `--accounts-file`.
    pub(super) fn listed_accounts(&mut self) -> Found<Vec<Account>> {
        let ids = self.options.account_ids.iter();
        let mut accounts: Vec<Account> = ids.map(|id| Account::new(id.clone(), Source::Flag("--account-id"))).collect();
        match &self.options.accounts_file {
            None if accounts.is_empty() => return Found::Missing,
            None => {}
            Some(path) => {
                let is_stdin = path == Path::new(STDIN);
                let rows =
                    if is_stdin { accounts_file::read_stdin(self.inputs.stdin) } else { accounts_file::read(path) };
                let Some(rows) = self.problems.record(rows) else { return Found::Invalid };
                accounts.extend(rows.into_iter().map(Account::from));
            }
        }
        self.without_duplicates(accounts)
    }

    /// Records a problem for each account that was given before: the results of a run are per account.
    fn without_duplicates(&mut self, accounts: Vec<Account>) -> Found<Vec<Account>> {
        let mut sources: HashMap<&AccountId, &Source> = HashMap::new();
        let mut duplicates = Vec::new();
        for account in &accounts {
            let Sourced { value, source } = &account.account_id;
            match sources.get(value) {
                Some(first) => duplicates.push(problem(
                    format!("duplicate account {value}: it is in {source} and in {first}"),
                    "give each account once",
                )),
                None => drop(sources.insert(value, source)),
            }
        }
        if duplicates.is_empty() {
            return Found::Value(accounts);
        }
        for duplicate in duplicates {
            self.problems.add(duplicate);
        }
        Found::Invalid
    }

    /// The account with the credentials of its own, if it has some. `None` if they have a problem, which is recorded: the
    /// credentials of the run must not take their place.
    pub(super) fn authenticate(
        &mut self,
        account: Account,
        base_url: Option<&Sourced<String>>,
    ) -> Option<AccountSettings> {
        let Account { account_id, label, token } = account;
        let authentication = match token {
            RowToken::Shared => None,
            RowToken::Own(source) => Some(self.token(source, account_id.source.clone())?),
            RowToken::Profile(name) => {
                let found = self.token_of_profile(&name, &account_id.source, base_url);
                let (token, source) = self.problems.record(found)?;
                Some(self.token(token, source)?)
            }
        };
        Some(AccountSettings { account_id, label, authentication })
    }

    fn token(&mut self, token: TokenSource, source: Source) -> Option<Sourced<Authentication>> {
        self.tokens.get(token, &source, &mut self.problems).map(|token| Sourced::new(token, source))
    }

    /// Records a problem if credentials from elsewhere would be sent to the base URL of a profile. The user of
    /// `CLOUDFLARE_API_TOKEN` need not know which profile is the default, and a profile may lead to another server.
    pub(super) fn check_recipient(
        &mut self,
        base_url: Option<&Sourced<String>>,
        shared: Option<&Sourced<Authentication>>,
        accounts: &[AccountSettings],
    ) {
        let Some(url) = base_url.filter(|url| matches!(url.source, Source::Profile { .. })) else { return };
        if is_same_url(&url.value, DEFAULT_BASE_URL) {
            return;
        }
        // A row's profile has the same base URL, as `token_of_profile` checks.
        let is_foreign = |found: &&Sourced<Authentication>| match &found.source {
            Source::Row(_) => true,
            Source::Profile { .. } => false,
            source => *source != url.source,
        };
        let of_accounts = accounts.iter().filter_map(|account| account.authentication.as_ref());
        if let Some(foreign) = shared.into_iter().chain(of_accounts).find(is_foreign) {
            self.problems.add(problem(
                format!(
                    "the credentials are from {}, but the base URL {} is from {}; nothing was sent",
                    foreign.source,
                    text::printable(&url.value),
                    url.source
                ),
                "confirm the base URL with --base-url or CLOUDFLARE_BASE_URL, or use the token of that profile, or name \
                 another with --profile",
            ));
        }
    }

    /// The token source of the profile that a row names.
    fn token_of_profile(
        &self,
        name: &str,
        row: &Source,
        base_url: Option<&Sourced<String>>,
    ) -> Result<(TokenSource, Source), Problem> {
        let Some(config) = &self.config else {
            return Err(self.no_config_file(&format!("{row} names the profile `{}`", text::printable(name))));
        };
        let profile = config.profile(name).map_err(|found| problem(format!("{row}: {}", found.message), found.hint))?;
        let source = config.source(name);
        let url = profile.base_url.as_deref();
        if !sends_to(url, base_url) {
            let of_run =
                base_url.map(|url| format!("{} ({})", text::printable(&url.value), url.source)).unwrap_or_default();
            return Err(problem(
                format!(
                    "{row}: the base URL of {source} is {}, but that of this run is {of_run}",
                    text::printable(url.unwrap_or(DEFAULT_BASE_URL))
                ),
                "use accounts with one base URL in a run, or give it with --base-url",
            ));
        }
        let token = config.token_source(profile).ok().flatten();
        let token = token.ok_or_else(|| {
            let hint = "set token_file or token_command in the profile, or name another profile";
            problem(format!("{row}: {source} has no token source"), hint)
        })?;
        Ok((token, source))
    }
}

/// Whether the token of a profile may be sent to the base URL of the run. A profile without a base URL means Cloudflare's, and
/// another profile must not change that, but a flag or a variable may. A base URL that is invalid is a problem already.
fn sends_to(of_profile: Option<&str>, of_run: Option<&Sourced<String>>) -> bool {
    match (of_profile, of_run) {
        (_, None) => true,
        (None, Some(Sourced { source: Source::Flag(_) | Source::Variable(_), .. })) => true,
        (url, Some(run)) => is_same_url(url.unwrap_or(DEFAULT_BASE_URL), &run.value),
    }
}

fn is_same_url(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}
