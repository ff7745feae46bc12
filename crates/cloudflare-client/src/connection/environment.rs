//! The environment variables that configure a connection.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::AccountId;
use crate::base_url::BaseUrl;
use crate::{Credentials, Error};

const API_TOKEN: &str = "CLOUDFLARE_API_TOKEN";
const API_KEY: &str = "CLOUDFLARE_API_KEY";
const EMAIL: &str = "CLOUDFLARE_EMAIL";
const ACCOUNT_ID: &str = "CLOUDFLARE_ACCOUNT_ID";
const BASE_URL: &str = "CLOUDFLARE_BASE_URL";

/// The environment variables that configure a connection, with the names that Cloudflare's own tools use:
///
/// | variable | value |
/// |---|---|
/// | `CLOUDFLARE_API_TOKEN` | an API token |
/// | `CLOUDFLARE_EMAIL`, `CLOUDFLARE_API_KEY` | a user's e-mail address and global API key |
/// | `CLOUDFLARE_ACCOUNT_ID` | an account id |
/// | `CLOUDFLARE_BASE_URL` | the base URL of the API |
///
/// An empty variable counts as unset. A token together with an e-mail address or a key is an error, since it is ambiguous
/// which credentials are meant.
///
/// ```
/// use cloudflare_client::{Connection, Environment};
///
/// let environment = Environment::from_vars([("CLOUDFLARE_EMAIL", "a@example.com")]);
/// let error = Connection::builder().environment(environment).build().unwrap_err();
/// assert!(error.to_string().contains("CLOUDFLARE_API_KEY is not set"));
/// ```
#[derive(Clone)]
pub struct Environment(BTreeMap<&'static str, Option<SecretString>>);

impl Environment {
    /// The current environment of this process.
    pub fn from_process() -> Self {
        Self::new(|name| std::env::var_os(name))
    }

    /// An environment of the given variables.
    pub fn from_vars<N: AsRef<str>, V: Into<OsString>>(vars: impl IntoIterator<Item = (N, V)>) -> Self {
        let vars: BTreeMap<String, OsString> =
            vars.into_iter().map(|(name, value)| (name.as_ref().to_owned(), value.into())).collect();
        Self::new(|name| vars.get(name).cloned())
    }

    /// A variable that is not UTF-8 is kept as `None`, which is an error only if its value is needed.
    fn new(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| lookup(name).filter(|value| !value.is_empty()).map(|value| (name, value));
        let names = [API_TOKEN, API_KEY, EMAIL, ACCOUNT_ID, BASE_URL];
        let text = |value: OsString| value.into_string().ok().map(SecretString::from);
        Self(names.into_iter().filter_map(set).map(|(name, value)| (name, text(value))).collect())
    }

    fn is_set(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn get(&self, name: &str) -> Result<Option<&SecretString>, Error> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => Err(Error::configuration(format!("{name} is not UTF-8"))),
        }
    }

    fn require(&self, name: &str) -> Result<SecretString, Error> {
        self.get(name)?.cloned().ok_or_else(|| Error::configuration(format!("{name} is not set")))
    }

    /// The credentials. `None` if the environment has no variable of theirs.
    ///
    /// ```
    /// use cloudflare_client::Environment;
    ///
    /// let environment = Environment::from_vars([("CLOUDFLARE_API_TOKEN", "cfut_0123456789")]);
    /// assert!(environment.credentials()?.is_some());
    /// # Ok::<(), cloudflare_client::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if the variables are incomplete, contradictory or malformed.
    pub fn credentials(&self) -> Result<Option<Credentials>, Error> {
        if [API_TOKEN, EMAIL, API_KEY].into_iter().any(|name| self.is_set(name)) {
            self.require_credentials().map(Some)
        } else {
            Ok(None)
        }
    }

    pub(super) fn require_credentials(&self) -> Result<Credentials, Error> {
        match (self.is_set(API_TOKEN), self.is_set(EMAIL), self.is_set(API_KEY)) {
            (true, false, false) => Credentials::api_token(self.require(API_TOKEN)?).map_err(in_variable(API_TOKEN)),
            (false, true, true) => Credentials::global_key(self.require(EMAIL)?, self.require(API_KEY)?)
                .map_err(in_variable(&format!("{EMAIL} and {API_KEY}"))),
            (false, false, false) => Err(Error::configuration(format!(
                "no credentials: {API_TOKEN} is not set, nor are {EMAIL} and {API_KEY}"
            ))),
            (false, true, false) => Err(incomplete(EMAIL, API_KEY)),
            (false, false, true) => Err(incomplete(API_KEY, EMAIL)),
            (true, _, _) => {
                let others: Vec<_> = [EMAIL, API_KEY].into_iter().filter(|name| self.is_set(name)).collect();
                Err(Error::configuration(format!(
                    "contradictory credentials: {API_TOKEN} is set and so is {}; unset the token or the rest",
                    others.join(" and ")
                )))
            }
        }
    }

    /// Rejects a missing account id, to report with other problems.
    pub(super) fn check_account_id(&self) -> Result<(), Error> {
        if !self.is_set(ACCOUNT_ID) {
            return Err(Error::configuration(format!("no account id: {ACCOUNT_ID} is not set")));
        }
        Ok(())
    }

    /// The account id. `None` if the environment has none.
    ///
    /// ```
    /// use cloudflare_client::Environment;
    ///
    /// let environment = Environment::from_vars([("CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353")]);
    /// assert!(environment.account_id()?.is_some());
    /// # Ok::<(), cloudflare_client::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration) if it is malformed.
    pub fn account_id(&self) -> Result<Option<AccountId>, Error> {
        let id = self.get(ACCOUNT_ID)?.map(|id| AccountId::new(id.expose_secret()));
        id.transpose().map_err(in_variable(ACCOUNT_ID))
    }

    pub(super) fn base_url(&self, allow_plain_http: bool) -> Result<Option<BaseUrl>, Error> {
        let url = self.get(BASE_URL)?.map(|url| BaseUrl::new(url.expose_secret(), allow_plain_http));
        url.transpose().map_err(in_variable(BASE_URL))
    }
}

/// Adds the variable's name to an error.
fn in_variable(variable: &str) -> impl FnOnce(Error) -> Error {
    move |error| Error::configuration(format!("{variable}: {error}"))
}

fn incomplete(present: &str, absent: &str) -> Error {
    Error::configuration(format!("incomplete credentials: {present} is set but {absent} is not set"))
}

/// Prints the names of the set variables and none of their values.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")?;
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Credentials {
    /// The credentials in the environment of this process: `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` with
    /// `CLOUDFLARE_API_KEY`.
    ///
    /// # Errors
    ///
    /// [`Configuration`](crate::ErrorKind::Configuration), naming each variable that is missing or contradicts another.
    pub fn from_env() -> Result<Self, Error> {
        Environment::from_process().require_credentials()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(vars: &[(&str, &str)]) -> Environment {
        Environment::from_vars(vars.iter().copied())
    }

    #[test]
    fn credentials_of_both_kinds_are_read() {
        let token = environment(&[(API_TOKEN, "secret")]).credentials().unwrap().unwrap();
        assert_eq!(format!("{token:?}"), "Credentials(ApiToken)");
        let key = environment(&[(EMAIL, "a@example.com"), (API_KEY, "secret")]).credentials().unwrap().unwrap();
        assert_eq!(format!("{key:?}"), "Credentials(GlobalKey)");
    }

    #[test]
    fn environment_without_any_variable_of_credentials_has_none() {
        assert!(environment(&[(API_TOKEN, ""), (ACCOUNT_ID, "1")]).credentials().unwrap().is_none());
        assert!(environment(&[(EMAIL, "a@example.com")]).credentials().is_err());
    }

    #[test]
    fn error_names_missing_and_contradictory_variables() {
        for (vars, parts) in [
            (&[][..], &[API_TOKEN, EMAIL, API_KEY][..]),
            (&[(API_TOKEN, "")], &[API_TOKEN]),
            (&[(EMAIL, "secret")], &["CLOUDFLARE_API_KEY is not set"]),
            (&[(API_KEY, "secret")], &["CLOUDFLARE_EMAIL is not set"]),
            (&[(API_TOKEN, "secret"), (EMAIL, "secret")], &["contradictory", API_TOKEN, EMAIL]),
            (&[(API_TOKEN, "secret"), (API_KEY, "secret")], &["contradictory", API_TOKEN, API_KEY]),
            (&[(API_TOKEN, "secret"), (EMAIL, "secret"), (API_KEY, "secret")], &["contradictory", EMAIL, API_KEY]),
            (&[(API_TOKEN, "secret\n")], &[API_TOKEN, "line break"]),
        ] {
            let error = environment(vars).require_credentials().unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{error}");
            }
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn variable_that_is_not_utf8_is_an_error_only_if_needed() {
        use std::os::unix::ffi::OsStringExt;

        let environment = Environment::from_vars([(ACCOUNT_ID, OsString::from_vec(vec![0xff]))]);
        assert!(environment.account_id().unwrap_err().to_string().contains("CLOUDFLARE_ACCOUNT_ID is not UTF-8"));
        assert!(environment.base_url(false).unwrap().is_none());
    }

    #[test]
    fn debug_prints_names_and_no_values() {
        let debug = format!("{:?}", environment(&[(API_TOKEN, "secret"), (BASE_URL, "secret")]));
        assert_eq!(debug, r#"Environment{"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_BASE_URL"}"#);
    }
}
