mod accounts;
mod documentation;
mod precedence;
mod problems;
mod tokens;

use std::collections::HashMap;
use std::ffi::OsString;

use tempfile::TempDir;

use super::*;

const ONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const TWO: &str = "1234567890abcdef1234567890abcdef";
const THREE: &str = "abcdefabcdefabcdefabcdefabcdefab";

/// A home directory, an environment and a standard input.
struct Machine {
    directory: TempDir,
    variables: HashMap<String, OsString>,
    stdin: String,
}

impl Machine {
    fn new() -> Self {
        Self { directory: TempDir::new().unwrap(), variables: HashMap::new(), stdin: String::new() }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.to_owned();
        self
    }

    /// Writes a file that only its owner can read.
    fn file(self, name: &str, content: &str) -> Self {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn read(&self, change: impl FnOnce(&mut Options)) -> Settings {
        self.with_reader(change, |reader| reader.settings())
    }

    fn with_reader(
        &self,
        change: impl FnOnce(&mut Options),
        read: impl FnOnce(Reader<'_, '_>) -> Settings,
    ) -> Settings {
        let mut options = Options::default();
        change(&mut options);
        let lookup = |name: &str| self.variables.get(name).cloned();
        let mut stdin = self.stdin.as_bytes();
        read(Reader::new(&options, &mut Inputs::new(&lookup, Some(self.path("config.toml")), &mut stdin)))
    }
}

fn id(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

fn accounts(settings: &Settings) -> Vec<(&str, String)> {
    let accounts = settings.accounts.iter().map(|account| &account.account_id);
    accounts.map(|id| (id.value.as_str(), id.source.to_string())).collect()
}

fn source_of_credentials(settings: &Settings) -> Option<String> {
    settings.authentication.as_ref().map(|found| found.source.to_string())
}

/// The message and the hint.
fn failure(settings: &Settings) -> (String, String) {
    match settings.require_all() {
        Err(Failure::Usage(problem)) => (problem.message, problem.hint),
        other => panic!("{other:?}"),
    }
}

const PROFILE: &str = "[profiles.default]\naccount_id = \"1234567890abcdef1234567890abcdef\"\n\
    base_url = \"https://profile.example\"\noutput = \"json\"\ntimeout = 7\ntoken_file = \"token\"\n";

fn configured() -> Machine {
    Machine::new().file("config.toml", PROFILE).file("token", "cfat_secret\n")
}
