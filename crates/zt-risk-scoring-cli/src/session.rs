//! What a command works on: a client, and the accounts.

use std::path::PathBuf;

use zt_risk_scoring::{AccountId, Client, Credentials, Environment, FleetAccount, FleetPlan, Plan};
use zt_risk_scoring_mock::Simulator;

use crate::failure::Failure;
use crate::options::{Options, Output};
use crate::records::Printer;

/// A client, the accounts that a command is about, and how its result is printed.
pub(crate) struct Session {
    pub(crate) client: Client,
    /// The accounts, which [`accounts`](Self::accounts) returns.
    accounts: Vec<Account>,
    pub(crate) printer: Printer,
    options: Options,
    /// Whether the arguments say which accounts these are.
    has_chosen_accounts: bool,
    /// How many accounts are called at once.
    pub(crate) concurrency: usize,
    /// Whether nothing may be changed.
    pub(crate) is_dry_run: bool,
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

impl Session {
    /// Opens a client for the arguments, the environment and the configuration file, or for a simulator.
    pub(crate) async fn open(options: &Options) -> Result<Self, Failure> {
        let simulator = if options.simulate.is_some() { Some(Simulator::start().await) } else { None };
        let mut builder = Client::builder().allow_plain_http(options.allow_plain_http);
        builder = match &simulator {
            // Credentials of the environment must not reach the simulator, and a broken environment must not fail it.
            Some(simulator) => builder
                .credentials(Credentials::api_token(simulator.api_token())?)
                .account_id(simulator.account_id())
                .base_url(simulator.base_url()),
            None => builder.environment(Environment::from_process()),
        };
        if let Some(id) = options.account_ids.first() {
            builder = builder.account_id(id);
        }
        if let Some(url) = &options.base_url {
            builder = builder.base_url(url);
        }
        if let Some(timeout) = options.timeout {
            builder = builder.timeout(timeout);
        }
        let client = builder.build()?;
        let accounts = client.connection().account_id().cloned().into_iter();
        Ok(Self {
            accounts: accounts.map(|id| Account { id, label: None, credentials: None }).collect(),
            client,
            printer: Printer::new(options.output.unwrap_or(Output::Table))?,
            concurrency: options.concurrency.into(),
            is_dry_run: options.dry_run,
            has_chosen_accounts: !options.account_ids.is_empty() || options.accounts_file.is_some(),
            options: options.clone(),
            _simulator: simulator,
        })
    }

    /// The accounts that the command is about, at least one.
    ///
    /// # Errors
    ///
    /// If no account is given.
    pub(crate) fn accounts(&self) -> Result<&[Account], Failure> {
        if self.accounts.is_empty() {
            return Err(Failure::usage("no account is given", "give one with --account-id or CLOUDFLARE_ACCOUNT_ID"));
        }
        Ok(&self.accounts)
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
    pub(crate) fn account(&self, id: &AccountId) -> Account {
        let known = self.accounts.iter().find(|account| account.id == *id);
        known.cloned().unwrap_or_else(|| Account { id: id.clone(), label: None, credentials: None })
    }

    /// The accounts of plans. Accounts of the arguments choose among the plans.
    ///
    /// # Errors
    ///
    /// If an account has two plans, or one of the arguments has none.
    pub(crate) fn accounts_of_plans(&self, plans: Vec<Plan>) -> Result<Vec<(Account, Plan)>, Failure> {
        let hint = "plan again, or give the accounts of the plans";
        let mut planned: Vec<(Account, Plan)> = Vec::new();
        for plan in plans {
            let account = self.account(&plan.target().account_id);
            if planned.iter().any(|(known, _)| known.id == account.id) {
                return Err(Failure::usage(format!("the file has two plans for the account {}", account.id), hint));
            }
            planned.push((account, plan));
        }
        if self.has_chosen_accounts {
            let without_plan =
                self.accounts.iter().find(|account| planned.iter().all(|(planned, _)| planned.id != account.id));
            if let Some(account) = without_plan {
                return Err(Failure::usage(format!("the file has no plan for the account {}", account.id), hint));
            }
            planned.retain(|(planned, _)| self.accounts.iter().any(|account| account.id == planned.id));
        }
        Ok(planned)
    }

    /// The arguments of this run that another command needs for the same accounts and credentials.
    pub(crate) fn repeated_options(&self) -> Vec<String> {
        let Options { profile, config, token_file, accounts_file, base_url, simulate, .. } = &self.options;
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let options = [
            ("--profile", profile.clone()),
            ("--config", path(config)),
            ("--token-file", path(token_file)),
            ("--accounts-file", path(accounts_file)),
            ("--base-url", base_url.clone()),
        ];
        let given = options.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?]));
        given.flatten().chain(simulate.is_some().then(|| "--simulate".to_owned())).collect()
    }

    /// The client with the credentials of an account. Its calls must still name the account.
    pub(crate) fn client_of(&self, account: &Account) -> Client {
        match &account.credentials {
            Some(credentials) => self.client.connection().for_credentials(credentials).into(),
            None => self.client.clone(),
        }
    }
}

impl Account {
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
