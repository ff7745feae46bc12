//! What a command works on: a client, and the accounts.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use zt_risk_scoring::{AccountId, Client, ClientBuilder, Credentials, FleetAccount, FleetPlan, Plan, REVISION};
use zt_risk_scoring_mock::Simulator;

use crate::failure::{Failure, Problem};
use crate::options::{BUILT_IN, Options, Output};
use crate::records::Printer;
use crate::scenario::Scenario;
use crate::settings::{AccountSettings, Settings};
use crate::terminal::print_message;
use crate::text;
use crate::toml_file;

/// A client, the accounts that a command is about, and how its result is printed.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// The accounts, which [`accounts`](Self::accounts) returns.
    accounts: Vec<Account>,
    pub(crate) printer: Printer,
    /// Set if no account is given.
    missing_accounts: Option<Problem>,
    /// Whether there are credentials for accounts that have none of their own.
    has_shared_credentials: bool,
    options: Options,
    /// Held because a dropped simulator no longer responds.
    _simulator: Option<Simulator>,
}

/// An account, perhaps with credentials of its own.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    /// The name that the accounts file gives it.
    pub(crate) label: Option<String>,
    pub(crate) credentials: Option<Credentials>,
}

/// The host of a simulator in this process. Its port is another one in each run, and a plan is for one base URL.
const SIMULATOR_HOST: &str = "simulator.localhost";
const SIMULATOR_URL: &str = "http://simulator.localhost/client/v4";

/// What a command cannot work without.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Needs {
    /// Credentials and an account.
    Accounts,
    /// Credentials. Something else names the accounts.
    Credentials,
    /// Credentials and an account. The output may be a report, too.
    Report,
}

impl Session {
    /// Opens a client for the arguments, the environment and the configuration file, or for a simulator. Sets the output, which is that
    /// of a failure, too.
    ///
    /// # Errors
    ///
    /// If a setting is invalid, or something is missing that the command needs.
    pub(crate) async fn open(options: &Options, needs: Needs, output: &mut Output) -> Result<Self, Failure> {
        let settings = Settings::read(options);
        *output = settings.output.value;
        settings.warnings.iter().for_each(|warning| print_message(&format!("warning: {warning}")));
        match needs {
            Needs::Accounts | Needs::Report => settings.require_all()?,
            Needs::Credentials => settings.require_credentials()?,
        }
        Self::with_settings(options, needs, &settings).await
    }

    /// Opens a client for settings without problems.
    ///
    /// # Errors
    ///
    /// If no client can be made of them.
    pub(crate) async fn with_settings(options: &Options, needs: Needs, settings: &Settings) -> Result<Self, Failure> {
        match &options.simulate {
            Some(file) => Self::simulated(options, needs, settings, file).await,
            None => Self::configured(options, needs, settings),
        }
    }

    fn configured(options: &Options, needs: Needs, settings: &Settings) -> Result<Self, Failure> {
        let mut builder = Client::builder().allow_plain_http(settings.allow_plain_http);
        if let Some(url) = &settings.base_url {
            builder = builder.base_url(&url.value);
        }
        let of_accounts = settings.accounts.iter().find_map(|account| account.authentication.as_ref());
        if let Some(authentication) = settings.authentication.as_ref().or(of_accounts) {
            builder = builder.credentials(authentication.value.credentials.clone());
        }
        let accounts = settings.accounts.iter().map(Account::from).collect();
        Self::new(options, needs, settings, builder, accounts, None)
    }

    /// Credentials of the environment must not reach the simulator, and a broken environment must not fail it.
    async fn simulated(options: &Options, needs: Needs, settings: &Settings, file: &Path) -> Result<Self, Failure> {
        check_simulate(options)?;
        let mut scenario = if file == Path::new(BUILT_IN) { Scenario::built_in()? } else { Scenario::read(file)? };
        let mut accounts: Vec<Account> = settings.accounts.iter().map(Account::from).collect();
        if accounts.is_empty() {
            accounts.extend(scenario.account_ids().next().cloned().map(Account::without_settings));
        }
        for account in &mut accounts {
            account.credentials = None;
            scenario.ensure_account(&account.id);
        }
        let simulator = scenario.start().await?;
        let builder = Client::builder()
            .credentials(Credentials::api_token(scenario.token())?)
            .base_url(SIMULATOR_URL)
            .resolve(SIMULATOR_HOST, [simulator.address()])
            .allow_plain_http(true)
            .no_proxy();
        Self::new(options, needs, settings, builder, accounts, Some(simulator))
    }

    fn new(
        options: &Options,
        needs: Needs,
        settings: &Settings,
        mut builder: ClientBuilder,
        accounts: Vec<Account>,
        simulator: Option<Simulator>,
    ) -> Result<Self, Failure> {
        if let Some(timeout) = &settings.timeout {
            builder = builder.timeout(timeout.value);
        }
        // Each call names its account. The builder wants one, too.
        if let Some(account) = accounts.first() {
            builder = builder.account_id(&account.id);
        }
        Ok(Self {
            client: builder.build()?,
            accounts,
            missing_accounts: settings.missing_accounts.clone(),
            printer: Printer::new(settings.output.value, needs == Needs::Report)?,
            has_shared_credentials: settings.authentication.is_some() || simulator.is_some(),
            options: options.clone(),
            _simulator: simulator,
        })
    }

    /// Whether nothing may be changed.
    pub(crate) fn is_dry_run(&self) -> bool {
        self.options.dry_run
    }

    /// Rejects standard input as a file if an option has read it already: it would be empty.
    ///
    /// # Errors
    ///
    /// If the file is `-`, and an option is as well.
    pub(crate) fn check_file(&self, file: &Path) -> Result<(), Failure> {
        let is_stdin = |path: &Path| path == Path::new("-");
        let options = [("--token-file", &self.options.token_file), ("--accounts-file", &self.options.accounts_file)];
        let mut reading = options.into_iter().filter(|(_, path)| path.as_deref().is_some_and(is_stdin));
        match reading.next().filter(|_| is_stdin(file)) {
            None => Ok(()),
            Some((option, _)) => Err(Failure::usage(
                format!("both the file and {option} are `-`, but standard input can only be read once"),
                "name a file for one of them",
            )),
        }
    }

    /// How many accounts are called at once.
    pub(crate) fn concurrency(&self) -> usize {
        self.options.concurrency.into()
    }

    /// The accounts that the command is about, at least one.
    ///
    /// # Errors
    ///
    /// If no account is given.
    pub(crate) fn accounts(&self) -> Result<&[Account], Failure> {
        match &self.missing_accounts {
            Some(problem) if self.accounts.is_empty() => Err(Failure::Usage(problem.clone())),
            _ => Ok(&self.accounts),
        }
    }

    /// The only account, for a command that does not work on several.
    ///
    /// # Errors
    ///
    /// If there are several.
    pub(crate) fn only_account(&self) -> Result<&Account, Failure> {
        match self.accounts()? {
            [account] => Ok(account),
            accounts => Err(Failure::usage(
                format!("this command works on one account, and {} are given", accounts.len()),
                "give one account with --account-id",
            )),
        }
    }

    /// An account by its id, with the credentials that are configured for it.
    ///
    /// # Errors
    ///
    /// If it is none of the session's accounts, and those have credentials of their own alone.
    pub(crate) fn account(&self, id: &AccountId) -> Result<Account, Failure> {
        match self.accounts.iter().find(|account| account.id == *id) {
            Some(known) => Ok(known.clone()),
            None if self.has_shared_credentials => Ok(Account::without_settings(id.clone())),
            None => Err(Failure::usage(
                format!("there are no credentials for the account {id}"),
                "add the account to the accounts file, or set CLOUDFLARE_API_TOKEN",
            )),
        }
    }

    /// The accounts of plans. Accounts of the arguments choose among the plans.
    ///
    /// # Errors
    ///
    /// If there is no plan, an account has two, one of `--account-id` has none, a plan is for another API, or there are no credentials
    /// for an account.
    pub(crate) fn accounts_of_plans(&self, plans: Vec<Plan>) -> Result<Vec<(Account, Plan)>, Failure> {
        let mut ids = BTreeSet::new();
        if let Some(plan) = plans.iter().find(|plan| !ids.insert(&plan.target().account_id)) {
            return Err(unusable_plans(format!("the file has two plans for the account {}", plan.target().account_id)));
        }
        if plans.is_empty() {
            return Err(unusable_plans("the file has no plans".to_owned()));
        }
        let is_chosen = !self.options.account_ids.is_empty() || self.options.accounts_file.is_some();
        let plans = if is_chosen { self.choose_plans(plans)? } else { plans };
        plans.iter().try_for_each(|plan| self.check_target(plan))?;
        plans.into_iter().map(|plan| Ok((self.account(&plan.target().account_id)?, plan))).collect()
    }

    /// The plans of the accounts. An accounts file may have others: it also says where the tokens are.
    fn choose_plans(&self, mut plans: Vec<Plan>) -> Result<Vec<Plan>, Failure> {
        let has_plan = |account: &&Account| plans.iter().any(|plan| plan.target().account_id == account.id);
        let without_plan: Vec<_> = self.accounts.iter().filter(|account| !has_plan(account)).collect();
        if let Some(account) = without_plan.iter().find(|account| self.options.account_ids.contains(&account.id)) {
            return Err(unusable_plans(format!("the file has no plan for the account {}", account.id)));
        }
        if without_plan.len() == self.accounts.len() {
            return Err(unusable_plans("the file has no plan for any of the given accounts".to_owned()));
        }
        if !without_plan.is_empty() {
            let count = text::count(without_plan.len(), "account");
            print_message(&format!("no plan for {count} of the accounts file, which stay as they are"));
        }
        plans.retain(|plan| self.accounts.iter().any(|account| account.id == plan.target().account_id));
        Ok(plans)
    }

    /// Checks that a plan is for the API of this run, before the first of several plans is applied.
    fn check_target(&self, plan: &Plan) -> Result<(), Failure> {
        let target = plan.target();
        let planned = [("base URL", target.base_url.as_str()), ("API revision", target.revision.as_str())];
        let actual = [self.client.connection().base_url(), REVISION];
        match planned.into_iter().zip(actual).find(|((_, planned), actual)| planned != actual) {
            None => Ok(()),
            Some(((what, planned), actual)) => {
                Err(unusable_plans(format!("the plan is for the {what} {planned}, and not for {actual}")))
            }
        }
    }

    /// The arguments of this run that another command needs for the same accounts and credentials.
    pub(crate) fn repeated_options(&self) -> Vec<String> {
        let Options { profile, config, token_file, accounts_file, base_url, simulate, allow_plain_http, .. } =
            &self.options;
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let options = [
            ("--profile", profile.clone()),
            ("--config", path(config)),
            ("--token-file", path(token_file)),
            ("--accounts-file", path(accounts_file)),
            ("--base-url", base_url.clone()),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?]));
        let simulate = simulate.as_ref().map(|file| match file.to_string_lossy() {
            file if file == BUILT_IN => "--simulate".to_owned(),
            file => format!("--simulate={file}"),
        });
        let allow_plain_http = allow_plain_http.then(|| "--allow-plain-http".to_owned());
        given.flatten().chain(simulate).chain(allow_plain_http).collect()
    }

    /// The global option that has read standard input, if one has.
    pub(crate) fn reader_of_stdin(&self) -> Option<&'static str> {
        let Options { token_file, accounts_file, simulate, .. } = &self.options;
        let options = [("--token-file", token_file), ("--accounts-file", accounts_file), ("--simulate", simulate)];
        let reader = options.into_iter().find(|(_, path)| path.as_deref().is_some_and(toml_file::is_stdin));
        reader.map(|(name, _)| name)
    }

    /// The client with the credentials of an account. Its calls must still name the account.
    pub(crate) fn client_of(&self, account: &Account) -> Client {
        match &account.credentials {
            Some(credentials) => self.client.connection().for_credentials(credentials).into(),
            None => self.client.clone(),
        }
    }
}

/// A file whose plans cannot be applied in this run.
fn unusable_plans(message: String) -> Failure {
    Failure::usage(message, "apply the plans to the accounts and the base URL that they were made for, or plan again")
}

/// Rejects `--simulate` together with an option that is about another server. clap does not see a conflict between a global option
/// before a subcommand and one after it.
fn check_simulate(options: &Options) -> Result<(), Failure> {
    let others = [
        ("--base-url", options.base_url.is_some()),
        ("--allow-plain-http", options.allow_plain_http),
        ("--token-file", options.token_file.is_some()),
        ("--profile", options.profile.is_some()),
        ("--config", options.config.is_some()),
    ];
    match others.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((other, _)) => Err(Failure::usage(
            format!("--simulate cannot be used with {other}: a simulated API has its own"),
            "leave one of them out",
        )),
    }
}

impl From<&AccountSettings> for Account {
    fn from(settings: &AccountSettings) -> Self {
        Self {
            id: settings.account_id.value.clone(),
            label: settings.label.clone(),
            credentials: settings.authentication.as_ref().map(|own| own.value.credentials.clone()),
        }
    }
}

impl Account {
    fn without_settings(id: AccountId) -> Self {
        Self { id, label: None, credentials: None }
    }

    /// A plan for the account, with its credentials.
    pub(crate) fn fleet_plan(&self, plan: Plan) -> FleetPlan {
        let fleet_plan = FleetPlan::from(plan);
        match &self.credentials {
            Some(credentials) => fleet_plan.credentials(credentials.clone()),
            None => fleet_plan,
        }
    }

    pub(crate) fn to_fleet(&self) -> FleetAccount {
        let account = FleetAccount::from(&self.id);
        match &self.credentials {
            Some(credentials) => account.credentials(credentials.clone()),
            None => account,
        }
    }
}
