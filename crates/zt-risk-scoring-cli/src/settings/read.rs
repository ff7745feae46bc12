//! Reads each value from the first place that has it: flags, the environment, the profile.

use std::path::{Path, PathBuf};

use zt_risk_scoring::DEFAULT_BASE_URL;
use zt_risk_scoring::external::cloudflare_client::sdk::check_base_url;

use super::accounts::{self, Account};
use super::authentication::Authentication;
use super::config_file::{ConfigFile, Profile, display};
use super::inputs::{API_TOKEN, BASE_URL, Inputs};
use super::problems::{Problems, problem};
use super::source::{Source, Sourced};
use super::token_file;
use super::token_source::Tokens;
use super::{AccountSettings, Settings};
use crate::options::{Options, Output};
use crate::text;

/// The name of the standard input, where a file is expected.
pub(super) const STDIN: &str = "-";

/// What was read so far.
pub(super) struct Reader<'a, 'i> {
    pub(super) options: &'a Options,
    pub(super) inputs: &'a mut Inputs<'i>,
    /// The configuration file, whether it exists or not.
    pub(super) config_path: Option<PathBuf>,
    pub(super) config: Option<ConfigFile>,
    /// The profile of the run.
    pub(super) profile: Option<NamedProfile>,
    pub(super) tokens: Tokens,
    pub(super) problems: Problems,
    pub(super) warnings: Vec<String>,
}

/// A profile, and its name.
#[derive(Clone)]
pub(super) struct NamedProfile {
    pub(super) name: String,
    pub(super) source: Source,
    pub(super) profile: Profile,
}

/// A value that may be missing. `Invalid` if its problem is recorded.
pub(super) enum Found<T> {
    Value(T),
    Missing,
    Invalid,
}

impl<T> Found<T> {
    fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Invalid => None,
        }
    }
}

/// `None` is a recorded problem.
impl<T> From<Option<T>> for Found<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Invalid, Self::Value)
    }
}

impl<'a, 'i> Reader<'a, 'i> {
    pub(super) fn new(options: &'a Options, inputs: &'a mut Inputs<'i>) -> Self {
        Self {
            options,
            inputs,
            config_path: None,
            config: None,
            profile: None,
            tokens: Tokens::default(),
            problems: Problems::default(),
            warnings: Vec::new(),
        }
    }

    /// Everything that a run over the API needs.
    pub(super) fn settings(mut self) -> Settings {
        self.read_config_file();
        self.select_profile();
        // What is missing may be in a profile that cannot be read.
        let has_profile_problem = !self.problems.is_empty();
        let base_url = self.base_url();
        let authentication = self.authentication();
        let found = self.accounts();
        let is_shared = match &found {
            Found::Value(accounts) => accounts.iter().any(Account::shares_credentials),
            Found::Missing => true,
            Found::Invalid => false,
        };
        let missing_credentials = (is_shared && !has_profile_problem && matches!(authentication, Found::Missing))
            .then(|| self.missing_credentials());
        let missing_accounts =
            (!has_profile_problem && matches!(found, Found::Missing)).then(|| self.missing_accounts());
        let accounts = found.value().unwrap_or_default();
        let accounts: Vec<_> =
            accounts.into_iter().filter_map(|account| self.authenticate(account, base_url.as_ref())).collect();
        let authentication = authentication.value();
        self.check_recipient(base_url.as_ref(), authentication.as_ref(), &accounts);
        let timeout = self.timeout();
        Settings {
            accounts,
            authentication,
            base_url,
            allow_plain_http: self.options.allow_plain_http,
            timeout,
            output: self.output(),
            profile: self.profile.map(|profile| profile.name),
            config_file: self.config.map(|config| config.path),
            warnings: self.warnings,
            problems: self.problems.into_vec(),
            missing_accounts,
            missing_credentials,
        }
    }

    /// What a run over the simulator needs: neither credentials, nor the environment, nor the configuration file.
    pub(super) fn simulator_settings(mut self) -> Settings {
        let accounts = self.listed_accounts().value().unwrap_or_default();
        let without_credentials = |account: Account| AccountSettings {
            account_id: account.account_id,
            label: account.label,
            authentication: None,
        };
        Settings {
            accounts: accounts.into_iter().map(without_credentials).collect(),
            authentication: None,
            base_url: None,
            allow_plain_http: false,
            timeout: self.timeout(),
            output: self.output(),
            profile: None,
            config_file: None,
            warnings: self.warnings,
            problems: self.problems.into_vec(),
            missing_accounts: None,
            missing_credentials: None,
        }
    }

    fn read_config_file(&mut self) {
        let named = self.options.config.clone();
        let Some(path) = named.clone().or_else(|| self.inputs.usual_config_file.clone()) else { return };
        let file = ConfigFile::read(&path);
        self.config = self.problems.record(file).flatten();
        if self.config.is_none() && named.is_some() && self.problems.is_empty() {
            let message = format!("the configuration file {} does not exist", display(&path));
            self.problems.add(problem(message, "check the path in --config"));
        }
        self.config_path = Some(path);
    }

    /// Selects the profile that the flag names, or the file's default.
    fn select_profile(&mut self) {
        let named = self.options.profile.as_deref();
        let Some(config) = &self.config else {
            // A file that cannot be read is a problem already.
            if let (Some(name), true) = (named, self.problems.is_empty()) {
                self.problems.add(self.no_config_file(&format!("there is no profile `{}`", text::printable(name))));
            }
            return;
        };
        let Some(name) = named.or_else(|| config.default_profile()) else { return };
        let profile = config.profile(name).cloned();
        let (name, source) = (name.to_owned(), config.source(name));
        self.profile = self.problems.record(profile).map(|profile| NamedProfile { name, source, profile });
    }

    /// A problem that there is no file with profiles.
    pub(super) fn no_config_file(&self, message: &str) -> crate::failure::Problem {
        match &self.config_path {
            Some(path) => problem(
                format!("{message}: there is no configuration file {}", display(path)),
                "write the file, or name another with --config",
            ),
            None => problem(format!("{message}: this user has no home directory"), "name a file with --config"),
        }
    }

    /// Warns that a variable has precedence over a value of the profile, if a flag names the profile.
    pub(super) fn warn_of_override(&mut self, variable: &Source, what: &str) {
        if let (Some(profile), true) = (&self.profile, self.options.profile.is_some()) {
            self.warnings
                .push(format!("{variable} overrides {what} of {}; unset it to use the profile's", profile.source));
        }
    }

    /// The base URL. `None` if it is invalid, which is recorded.
    fn base_url(&mut self) -> Option<Sourced<String>> {
        let of_profile = self.profile.as_ref().and_then(|named| {
            let url = named.profile.base_url.clone()?;
            Some(Sourced::new(url, named.source.clone()))
        });
        let url = match &self.options.base_url {
            Some(url) => Some(Sourced::new(url.clone(), Source::Flag("--base-url"))),
            None => match self.problems.record(self.inputs.base_url())? {
                Some(url) => {
                    if of_profile.as_ref().is_some_and(|other| other.value != url.value) {
                        self.warn_of_override(&Source::Variable(BASE_URL), "the base URL");
                    }
                    Some(url)
                }
                None => of_profile,
            },
        };
        let url = url.unwrap_or_else(|| Sourced::new(DEFAULT_BASE_URL.to_owned(), Source::Default));
        let checked = check_base_url(&url.value, self.options.allow_plain_http).map_err(|error| {
            problem(format!("{}: {error}", url.source), format!("correct the base URL in {}", url.source))
        });
        self.problems.record(checked).map(|()| url)
    }

    /// The credentials of the run.
    fn authentication(&mut self) -> Found<Sourced<Authentication>> {
        if let Some(path) = &self.options.token_file {
            return self.token_of_flag(path).into();
        }
        let Some(of_environment) = self.problems.record(self.inputs.authentication()) else { return Found::Invalid };
        let of_profile = self.profile.clone().and_then(|named| {
            let source = self.config.as_ref()?.token_source(&named.profile).ok().flatten()?;
            Some((source, named.source))
        });
        match (of_environment, of_profile) {
            (Some(authentication), of_profile) => {
                if of_profile.is_some() {
                    self.warn_of_override(&authentication.source, "the token");
                }
                Found::Value(authentication)
            }
            (None, Some((token, source))) => {
                self.tokens.get(token, &source, &mut self.problems).map(|token| Sourced::new(token, source)).into()
            }
            (None, None) => Found::Missing,
        }
    }

    fn token_of_flag(&mut self, path: &Path) -> Option<Sourced<Authentication>> {
        let is_stdin = path == Path::new(STDIN);
        if is_stdin && self.options.accounts_file.as_deref() == Some(path) {
            self.problems.add(problem(
                "both --token-file and --accounts-file are `-`, but standard input can only be read once",
                "name a file for one of them",
            ));
            return None;
        }
        let token = if is_stdin { token_file::read_stdin(self.inputs.stdin) } else { token_file::read(path) };
        self.problems.record(token).map(|token| Sourced::new(token, Source::Flag("--token-file")))
    }

    fn timeout(&self) -> Option<Sourced<std::time::Duration>> {
        let flag = self.options.timeout.map(|timeout| Sourced::new(timeout, Source::Flag("--timeout")));
        flag.or_else(|| self.of_profile(|profile| profile.timeout))
    }

    fn output(&self) -> Sourced<Output> {
        let flag = self.options.output.map(|output| Sourced::new(output, Source::Flag("--output")));
        flag.or_else(|| self.of_profile(|profile| profile.output))
            .unwrap_or_else(|| Sourced::new(Output::default(), Source::Default))
    }

    fn of_profile<T>(&self, value: impl Fn(&Profile) -> Option<T>) -> Option<Sourced<T>> {
        let named = self.profile.as_ref()?;
        Some(Sourced::new(value(&named.profile)?, named.source.clone()))
    }

    fn missing_credentials(&self) -> crate::failure::Problem {
        let hint = format!(
            "set {API_TOKEN}, or give --token-file, or set token_file or token_command in {}",
            self.a_profile()
        );
        problem("there are no credentials", hint)
    }

    fn missing_accounts(&self) -> crate::failure::Problem {
        let hint = format!(
            "give --account-id or --accounts-file, or set {}, or set account_id in {}",
            accounts::VARIABLE,
            self.a_profile()
        );
        problem("there is no account id", hint)
    }

    /// The profile that a value could be added to.
    fn a_profile(&self) -> String {
        match (&self.profile, &self.config_path) {
            (Some(profile), _) => profile.source.to_string(),
            (None, Some(path)) => format!("a profile of {}", display(path)),
            (None, None) => "a profile of a file that --config names".to_owned(),
        }
    }
}
