//! The configuration file, and its profiles.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use zt_risk_scoring::AccountId;

use super::problems::problem;
use super::source::Source;
use super::token_source::TokenSource;
use crate::failure::{Failure, Problem};
use crate::options::{self, Output};
use crate::{text, toml_file};

/// The profile that is used if none is named.
const DEFAULT: &str = "default";

/// What to do about a file that is invalid.
const HINT: &str = "correct the configuration file";

/// A configuration file.
#[derive(Debug)]
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    content: Content,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    default_profile: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

/// A profile of the configuration file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    account_id: Option<AccountId>,
    account_ids: Option<Vec<AccountId>>,
    pub(super) base_url: Option<String>,
    pub(super) output: Option<Output>,
    #[serde(default, deserialize_with = "seconds")]
    pub(super) timeout: Option<Duration>,
    token_file: Option<PathBuf>,
    token_command: Option<Vec<String>>,
    #[serde(default, deserialize_with = "seconds")]
    token_command_timeout: Option<Duration>,
}

impl ConfigFile {
    /// Reads a file. `None` if it does not exist.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Problem> {
        match File::open(path).and_then(|file| toml_file::read_text(file, toml_file::MAX_BYTES)) {
            Ok(text) => Self::parse(path, &text).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(problem(
                format!("the configuration file {} cannot be read: {error}", display(path)),
                "make sure that you can read the configuration file, or name another with --config",
            )),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Problem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let name = display(path);
        let table: toml::Table = parse(&name, text)?;
        if let Some(key) = secret_key(&table) {
            return Err(problem(
                format!("{}: the key `{}` looks like a secret", display(path), text::printable(key)),
                "secrets do not belong in the configuration file; use token_file or token_command",
            ));
        }
        let content: Content = parse(&name, text)?;
        let file = Self { path: path.to_owned(), content };
        for (name, profile) in &file.content.profiles {
            file.check(profile).map_err(|reason| problem(format!("{} {reason}", file.source(name)), HINT))?;
        }
        Ok(file)
    }

    fn check(&self, profile: &Profile) -> Result<(), &'static str> {
        match (&profile.account_id, &profile.account_ids) {
            (Some(_), Some(_)) => return Err("has both account_id and account_ids"),
            (_, Some(ids)) if ids.is_empty() => return Err("has account_ids without an account"),
            _ => {}
        }
        self.token_source(profile).map(drop)
    }

    /// The source of a profile's values.
    pub(super) fn source(&self, profile: &str) -> Source {
        Source::Profile { name: profile.to_owned(), file: self.path.clone() }
    }

    /// Where a profile's token comes from, if it says so.
    pub(super) fn token_source(&self, profile: &Profile) -> Result<Option<TokenSource>, &'static str> {
        let directory = self.path.parent().unwrap_or_else(|| Path::new(""));
        let (file, command) = (profile.token_file.as_deref(), profile.token_command.as_deref());
        TokenSource::new(file, command, profile.token_command_timeout, directory)
    }

    /// The name of the profile that is used if no flag names one.
    pub(super) fn default_profile(&self) -> Option<&str> {
        let named = self.content.default_profile.as_deref();
        named.or_else(|| self.content.profiles.contains_key(DEFAULT).then_some(DEFAULT))
    }

    pub(super) fn profile(&self, name: &str) -> Result<&Profile, Problem> {
        self.content.profiles.get(name).ok_or_else(|| {
            let message = format!("{} has no profile `{}`", display(&self.path), text::printable(name));
            problem(message, self.profile_hint(name))
        })
    }

    /// The most similar name, or all names.
    fn profile_hint(&self, name: &str) -> String {
        const SIMILAR: f64 = 0.7;
        let names = || self.content.profiles.keys();
        let scores = names().map(|known| (strsim::jaro_winkler(name, known), known));
        match scores.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
            Some((score, known)) if score >= SIMILAR => format!("did you mean `{}`?", text::printable(known)),
            Some(_) => {
                let names: Vec<String> = names().map(|name| format!("`{}`", text::printable(name))).collect();
                format!("it has {}", names.join(", "))
            }
            None => "add the profile to the file".to_owned(),
        }
    }
}

impl Profile {
    pub(super) fn account_ids(&self) -> impl Iterator<Item = &AccountId> {
        self.account_id.iter().chain(self.account_ids.iter().flatten())
    }
}

/// The first key that looks like a secret. Only keys of the file itself and of profiles can be meant.
fn secret_key(table: &toml::Table) -> Option<&str> {
    const ALLOWED: [&str; 3] = ["token_file", "token_command", "token_command_timeout"];
    let keys = table.iter().filter(|(key, _)| *key != "profiles");
    let profiles = table.get("profiles").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values);
    let profile_keys = profiles.filter_map(toml::Value::as_table).flat_map(toml::Table::keys);
    keys.map(|(key, _)| key).chain(profile_keys).map(String::as_str).find(|key| {
        let lower = key.to_ascii_lowercase();
        let is_secret = ["token", "key", "secret", "password", "credential"].iter().any(|word| lower.contains(word));
        is_secret && !ALLOWED.contains(key)
    })
}

/// A whole number of seconds, with the limits of the flag `--timeout`.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = i64::deserialize(deserializer)?;
    options::seconds(&seconds.to_string()).map(Some).map_err(de::Error::custom)
}

/// Parses a file. The error does not show the line, which may contain a secret.
fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Problem> {
    toml_file::parse(name, text, HINT).map_err(|failure| match failure {
        Failure::Usage(found) => found,
        other => problem(other.to_string(), HINT),
    })
}

pub(super) fn display(path: &Path) -> String {
    text::printable(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";

    fn parse(text: &str) -> Result<ConfigFile, Problem> {
        ConfigFile::parse(Path::new("/etc/zt-risk/config.toml"), text)
    }

    fn message(text: &str) -> String {
        let problem = parse(text).unwrap_err();
        assert!(problem.message.contains("/etc/zt-risk/config.toml"), "{problem:?}");
        problem.message
    }

    #[test]
    fn profile_has_all_keys() {
        let text = format!(
            "\u{feff}default_profile = \"a\"\n[profiles.a]\naccount_id = \"{ACCOUNT}\"\nbase_url = \"https://example.com\"\n\
             output = \"json\"\ntimeout = 30\ntoken_file = \"token\"\n\
             [profiles.b]\naccount_ids = [\"{ACCOUNT}\"]\ntoken_command = [\"op\", \"read\"]\ntoken_command_timeout = 5\n"
        );
        let file = parse(&text).unwrap();
        assert_eq!(file.default_profile(), Some("a"));
        let (a, b) = (file.profile("a").unwrap(), file.profile("b").unwrap());
        assert_eq!(a.account_ids().map(AccountId::as_str).collect::<Vec<_>>(), [ACCOUNT]);
        assert_eq!(b.account_ids().count(), 1);
        assert_eq!((a.output, a.timeout), (Some(Output::Json), Some(Duration::from_secs(30))));
        assert_eq!(a.base_url.as_deref(), Some("https://example.com"));
        let path = PathBuf::from("/etc/zt-risk/token");
        assert_eq!(file.token_source(a).unwrap(), Some(TokenSource::File(path)));
        assert!(matches!(file.token_source(b).unwrap(), Some(TokenSource::Command(_))));
        assert_eq!(file.source("a").to_string(), "profile `a` of /etc/zt-risk/config.toml");
    }

    #[test]
    fn profile_named_default_is_used_unless_another_is_named() {
        assert_eq!(parse("[profiles.default]\n[profiles.a]\n").unwrap().default_profile(), Some("default"));
        assert_eq!(
            parse("default_profile = \"a\"\n[profiles.default]\n[profiles.a]").unwrap().default_profile(),
            Some("a")
        );
        assert_eq!(parse("[profiles.a]").unwrap().default_profile(), None);
        assert_eq!(parse("").unwrap().default_profile(), None);
    }

    #[test]
    fn unknown_profile_suggests_the_most_similar_one() {
        let file = parse("[profiles.production]\n[profiles.staging]\n").unwrap();
        assert_eq!(file.profile("prodution").unwrap_err().hint, "did you mean `production`?");
        assert_eq!(file.profile("xyz").unwrap_err().hint, "it has `production`, `staging`");
        assert!(parse("").unwrap().profile("x").unwrap_err().hint.contains("add the profile"));
    }

    #[test]
    fn key_that_looks_like_a_secret_is_rejected_without_its_value() {
        for key in ["token", "api_token", "api_key", "apiKey", "CLOUDFLARE_API_TOKEN", "password", "client_secret"] {
            for text in [format!("{key} = \"cfut_s\""), format!("[profiles.x]\n{key} = \"cfut_s\"")] {
                let problem = parse(&text).unwrap_err();
                assert!(problem.message.contains(&format!("the key `{key}`")), "{problem:?}");
                assert!(problem.hint.contains("token_file or token_command"), "{problem:?}");
                assert!(!format!("{problem:?}").contains("cfut_s"), "{problem:?}");
            }
        }
    }

    #[test]
    fn invalid_file_names_the_line_without_its_text() {
        let unknown = message("\n[profiles.x]\nbase_ur = \"x\"\n");
        assert!(unknown.contains("config.toml:3: ") && unknown.contains("unknown field `base_ur`"), "{unknown}");
        assert!(message("[profiles.x]\naccount_id = \"x\"\n").contains("config.toml:2: profiles.x.account_id: "));
        let syntax = message("[profiles.x]\nbase_url = cfut_secret\n");
        assert!(syntax.contains("config.toml:2: ") && !syntax.contains("cfut_secret"), "{syntax}");
        assert!(message("[profiles.x]\n[profiles.x]\n").contains("duplicate"));
    }

    #[test]
    fn contradictory_or_empty_values_are_rejected() {
        for (keys, reason) in [
            (format!("account_id = \"{ACCOUNT}\"\naccount_ids = [\"{ACCOUNT}\"]"), "both account_id and account_ids"),
            ("account_ids = []".to_owned(), "without an account"),
            ("token_file = \"a\"\ntoken_command = [\"b\"]".to_owned(), "both token_file and token_command"),
            ("token_command = []".to_owned(), "without a program"),
            ("token_command_timeout = 5".to_owned(), "no token_command"),
            ("token_file = \"-\"".to_owned(), "standard input"),
            ("timeout = 0".to_owned(), "at least 1"),
            ("timeout = 86401".to_owned(), "at most 86400"),
            ("output = \"xml\"".to_owned(), "xml"),
            ("token_command = \"op read\"".to_owned(), "expected a list"),
        ] {
            let message = message(&format!("[profiles.x]\n{keys}\n"));
            assert!(message.contains(reason), "{message}");
        }
    }
}
