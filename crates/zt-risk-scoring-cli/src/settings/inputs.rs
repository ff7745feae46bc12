//! What the settings are read from, apart from the arguments. Tests have inputs of their own.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use zt_risk_scoring::Environment;

use super::authentication::{Authentication, AuthenticationKind};
use super::problems::problem;
use super::source::{Source, Sourced};
use crate::failure::Problem;

pub(super) const API_TOKEN: &str = "CLOUDFLARE_API_TOKEN";
const EMAIL: &str = "CLOUDFLARE_EMAIL";
const API_KEY: &str = "CLOUDFLARE_API_KEY";
pub(super) const ACCOUNT_ID: &str = "CLOUDFLARE_ACCOUNT_ID";
pub(super) const BASE_URL: &str = "CLOUDFLARE_BASE_URL";

/// The environment, the usual configuration file, and the standard input.
pub(super) struct Inputs<'a> {
    variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The configuration file if no other is given. `None` if the user has no home directory.
    pub(super) usual_config_file: Option<PathBuf>,
    pub(super) stdin: &'a mut dyn Read,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(
        variable: &'a dyn Fn(&str) -> Option<OsString>,
        usual_config_file: Option<PathBuf>,
        stdin: &'a mut dyn Read,
    ) -> Self {
        Self { variable, usual_config_file, stdin }
    }

    /// Those of this process.
    pub(super) fn of_process(stdin: &'a mut io::Stdin) -> Self {
        Self::new(&|name| std::env::var_os(name), usual_config_file(), stdin)
    }

    /// The environment variables with the given names, for the SDK, which checks them.
    fn environment(&self, names: &[&str]) -> Environment {
        Environment::from_vars(names.iter().filter_map(|name| Some((name, (self.variable)(name)?))))
    }

    /// The credentials of the environment, if it has any.
    pub(super) fn authentication(&self) -> Result<Option<Sourced<Authentication>>, Problem> {
        let credentials = self.environment(&[API_TOKEN, EMAIL, API_KEY]).credentials().map_err(|error| {
            problem(error.to_string(), format!("set {API_TOKEN} alone, or {EMAIL} and {API_KEY} alone"))
        })?;
        let token = (self.variable)(API_TOKEN).filter(|token| !token.is_empty());
        Ok(credentials.map(|credentials| match token {
            Some(token) => {
                let kind = AuthenticationKind::of_token(&token.to_string_lossy());
                Sourced::new(Authentication { credentials, kind }, Source::Variable(API_TOKEN))
            }
            None => {
                let authentication = Authentication { credentials, kind: AuthenticationKind::GlobalKey };
                Sourced::new(authentication, Source::Variable("CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY"))
            }
        }))
    }

    /// The account id of the environment, if it has one.
    pub(super) fn account_id(&self) -> Result<Option<Sourced<zt_risk_scoring::AccountId>>, Problem> {
        let id = self.environment(&[ACCOUNT_ID]).account_id();
        let id = id.map_err(|error| problem(error.to_string(), format!("correct or unset {ACCOUNT_ID}")))?;
        Ok(id.map(|id| Sourced::new(id, Source::Variable(ACCOUNT_ID))))
    }

    /// The base URL of the environment, unchecked, if it has one.
    pub(super) fn base_url(&self) -> Result<Option<Sourced<String>>, Problem> {
        let url = (self.variable)(BASE_URL).filter(|url| !url.is_empty()).map(OsString::into_string).transpose();
        let url =
            url.map_err(|_| problem(format!("{BASE_URL} is not UTF-8"), format!("correct or unset {BASE_URL}")))?;
        Ok(url.map(|url| Sourced::new(url, Source::Variable(BASE_URL))))
    }
}

/// The configuration file in the platform's usual place. A relative path would depend on the working directory.
fn usual_config_file() -> Option<PathBuf> {
    let directory = etcetera::choose_base_strategy().ok()?.config_dir();
    directory.is_absolute().then(|| directory.join("zt-risk").join("config.toml"))
}
