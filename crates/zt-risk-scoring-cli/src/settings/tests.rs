use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;

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

#[test]
fn settings_without_any_source_list_what_is_missing_and_what_to_do() {
    let machine = Machine::new();
    let settings = machine.read(|_| {});
    assert!(settings.problems.is_empty() && settings.config_file.is_none());
    assert_eq!(settings.output, Sourced::new(Output::Table, Source::Default));
    let (message, hint) = failure(&settings);
    assert_eq!(message, "there are no credentials; there is no account id");
    let config = machine.path("config.toml").display().to_string();
    for part in ["CLOUDFLARE_API_TOKEN", "--token-file", "token_command", &config] {
        assert!(hint.contains(part), "{hint}");
    }
    for part in ["--account-id", "--accounts-file", "CLOUDFLARE_ACCOUNT_ID", "account_id in a profile of"] {
        assert!(hint.contains(part), "{hint}");
    }
}

#[test]
fn profile_is_used_if_nothing_else_is_given() {
    let machine = configured();
    let settings = machine.read(|_| {});
    settings.require_all().unwrap();
    let source = format!("profile `default` of {}", machine.path("config.toml").display());
    assert_eq!(accounts(&settings), [(TWO, source.clone())]);
    assert_eq!(source_of_credentials(&settings), Some(source.clone()));
    assert_eq!(settings.authentication.unwrap().value.kind, AuthenticationKind::AccountToken);
    assert_eq!(settings.base_url.unwrap().value, "https://profile.example");
    assert_eq!(settings.timeout.unwrap().value, Duration::from_secs(7));
    assert_eq!((settings.output.value, settings.output.source.to_string()), (Output::Json, source));
    assert_eq!(settings.profile.as_deref(), Some("default"));
}

#[test]
fn environment_has_precedence_over_the_profile_value_by_value() {
    let machine = configured().set("CLOUDFLARE_API_TOKEN", "cfut_secret").set("CLOUDFLARE_BASE_URL", "");
    let settings = machine.read(|_| {});
    let (message, hint) = failure(&settings);
    assert!(message.starts_with("the credentials are from CLOUDFLARE_API_TOKEN, but the base URL"), "{message}");
    assert!(hint.contains("--base-url or CLOUDFLARE_BASE_URL"), "{hint}");
    assert_eq!(source_of_credentials(&settings).unwrap(), "CLOUDFLARE_API_TOKEN");
    assert_eq!(settings.authentication.as_ref().unwrap().value.kind, AuthenticationKind::UserToken);
    assert_eq!(accounts(&settings)[0].0, TWO);
    assert_eq!(settings.base_url.as_ref().unwrap().value, "https://profile.example");
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);

    let machine = configured().set("CLOUDFLARE_ACCOUNT_ID", ONE).set("CLOUDFLARE_BASE_URL", "https://env.example");
    let settings = machine.read(|_| {});
    assert_eq!(accounts(&settings), [(ONE, "CLOUDFLARE_ACCOUNT_ID".to_owned())]);
    assert_eq!(settings.base_url.as_ref().unwrap().source.to_string(), "CLOUDFLARE_BASE_URL");
    assert!(source_of_credentials(&settings).unwrap().starts_with("profile"));
}

#[test]
fn flags_have_precedence_over_everything() {
    let machine = configured()
        .file("other", "0123456789")
        .set("CLOUDFLARE_API_TOKEN", "cfut_secret")
        .set("CLOUDFLARE_API_KEY", "contradiction")
        .set("CLOUDFLARE_ACCOUNT_ID", "malformed")
        .set("CLOUDFLARE_BASE_URL", "malformed");
    let settings = machine.read(|options| {
        options.token_file = Some(machine.path("other"));
        options.account_ids = vec![id(ONE)];
        options.base_url = Some("https://flag.example".to_owned());
        options.timeout = Some(Duration::from_secs(1));
        options.output = Some(Output::Csv);
        options.profile = Some("default".to_owned());
    });
    settings.require_all().unwrap();
    assert_eq!(source_of_credentials(&settings).unwrap(), "--token-file");
    assert_eq!(accounts(&settings), [(ONE, "--account-id".to_owned())]);
    assert_eq!(settings.base_url.unwrap(), Sourced::new("https://flag.example".to_owned(), Source::Flag("--base-url")));
    assert_eq!(settings.timeout.unwrap(), Sourced::new(Duration::from_secs(1), Source::Flag("--timeout")));
    assert_eq!(settings.output, Sourced::new(Output::Csv, Source::Flag("--output")));
    assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
}

#[test]
fn variable_that_overrides_a_named_profile_is_a_warning() {
    let machine = configured()
        .set("CLOUDFLARE_EMAIL", "a@example.com")
        .set("CLOUDFLARE_API_KEY", "secret")
        .set("CLOUDFLARE_ACCOUNT_ID", ONE)
        .set("CLOUDFLARE_BASE_URL", "https://env.example");
    let settings = machine.read(|options| options.profile = Some("default".to_owned()));
    assert_eq!(settings.authentication.as_ref().unwrap().value.kind, AuthenticationKind::GlobalKey);
    let warnings = settings.warnings.join("\n");
    for part in [
        "CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY overrides the token",
        "CLOUDFLARE_ACCOUNT_ID overrides",
        "CLOUDFLARE_BASE_URL overrides",
    ] {
        assert!(warnings.contains(part), "{warnings}");
    }
    assert!(machine.read(|_| {}).warnings.is_empty());
    let same = configured().set("CLOUDFLARE_ACCOUNT_ID", TWO);
    assert!(same.read(|options| options.profile = Some("default".to_owned())).warnings.is_empty());
}

#[test]
fn all_problems_are_reported_at_once() {
    let machine = Machine::new()
        .set("CLOUDFLARE_EMAIL", "a@example.com")
        .set("CLOUDFLARE_ACCOUNT_ID", "short")
        .set("CLOUDFLARE_BASE_URL", "http://example.com");
    let settings = machine.read(|_| {});
    let (message, hint) = failure(&settings);
    for part in
        ["CLOUDFLARE_API_KEY is not set", "CLOUDFLARE_ACCOUNT_ID: ", "CLOUDFLARE_BASE_URL: the base URL is invalid"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("there is no"), "{message}");
    assert!(hint.contains("unset CLOUDFLARE_ACCOUNT_ID"), "{hint}");
    assert!(settings.require_credentials().is_err());
    assert!(machine.read(|options| options.allow_plain_http = true).base_url.is_some());
}

#[test]
fn config_file_that_a_flag_names_must_exist() {
    let machine = configured();
    let (message, _) = failure(&machine.read(|options| options.config = Some(machine.path("none.toml"))));
    assert!(message.contains("none.toml does not exist"), "{message}");
    let machine = machine.file("other.toml", "[profiles.default]\noutput = \"yaml\"\n");
    let settings = machine.read(|options| options.config = Some(machine.path("other.toml")));
    assert_eq!(settings.output.value, Output::Yaml);
    assert_eq!(settings.config_file, Some(machine.path("other.toml")));
}

#[test]
fn profile_that_does_not_exist_is_a_problem() {
    let unknown = |options: &mut Options| options.profile = Some("defualt".to_owned());
    let (message, hint) = failure(&configured().read(unknown));
    assert!(!message.contains("there is no account"), "{message}");
    assert!(
        message.contains("has no profile `defualt`") && hint.contains("did you mean `default`?"),
        "{message} {hint}"
    );
    let (message, hint) = failure(&Machine::new().read(unknown));
    assert!(message.contains("there is no profile `defualt`: there is no configuration file"), "{message}");
    assert!(hint.contains("--config"), "{hint}");
    let (message, _) = failure(&Machine::new().file("config.toml", "default_profile = \"x\"\n").read(|_| {}));
    assert!(message.contains("has no profile `x`"), "{message}");
}

#[test]
fn broken_config_file_is_one_problem_and_the_rest_is_read() {
    let machine = Machine::new().file("config.toml", "[profiles.x").set("CLOUDFLARE_ACCOUNT_ID", ONE);
    let settings = machine.read(|options| options.profile = Some("x".to_owned()));
    assert_eq!(settings.problems.len(), 1, "{:?}", settings.problems);
    assert_eq!(accounts(&settings).len(), 1);
}

#[test]
fn accounts_of_flags_and_file_are_joined() {
    let machine = Machine::new().file("list.txt", &format!("{TWO} ACME\n")).set("CLOUDFLARE_API_TOKEN", "cfut_secret");
    let settings = machine.read(|options| {
        options.account_ids = vec![id(ONE), id(THREE)];
        options.accounts_file = Some(machine.path("list.txt"));
    });
    settings.require_all().unwrap();
    let place = format!("line 1 of {}", machine.path("list.txt").display());
    let flag = "--account-id".to_owned();
    assert_eq!(accounts(&settings), [(ONE, flag.clone()), (THREE, flag), (TWO, place)]);
    assert_eq!(settings.accounts[2].label.as_deref(), Some("ACME"));
}

#[test]
fn duplicate_account_is_a_problem_that_names_both_places() {
    let machine = Machine::new().stdin(&format!("{ONE}\n{TWO}\n{TWO}\n")).set("CLOUDFLARE_API_TOKEN", "cfut_secret");
    let settings = machine.read(|options| {
        options.account_ids = vec![id(ONE)];
        options.accounts_file = Some(Path::new("-").to_owned());
    });
    let (message, hint) = failure(&settings);
    for part in [
        format!("duplicate account {ONE}: it is in line 1 of standard input and in --account-id"),
        format!("duplicate account {TWO}: it is in line 3 of standard input and in line 2 of standard input"),
    ] {
        assert!(message.contains(&part), "{message}");
    }
    assert_eq!(hint, "give each account once");
}

#[test]
fn several_accounts_of_a_profile_are_used() {
    let config = format!("[profiles.default]\naccount_ids = [\"{ONE}\", \"{TWO}\"]\n");
    let settings = Machine::new().file("config.toml", &config).read(|_| {});
    assert_eq!(settings.accounts.len(), 2);
    settings.require_all().unwrap_err();
    let config = format!("[profiles.default]\naccount_ids = [\"{ONE}\", \"{ONE}\"]\n");
    assert!(failure(&Machine::new().file("config.toml", &config).read(|_| {})).0.contains("duplicate account"));
}

#[test]
fn account_with_a_token_of_its_own_uses_it_before_everything_else() {
    let csv = format!("account_id,token_file,profile\n{ONE},own,\n{TWO},,acme\n{THREE},,\n");
    let machine = Machine::new()
        .file("config.toml", "[profiles.acme]\ntoken_file = \"token\"\n")
        .file("token", "cfat_secret")
        .file("own", "cfut_secret")
        .file("list.csv", &csv)
        .set("CLOUDFLARE_API_TOKEN", "0123456789");
    let settings = machine.read(|options| options.accounts_file = Some(machine.path("list.csv")));
    settings.require_all().unwrap();
    let kind = |account: &str| settings.authentication_for(&id(account)).unwrap().value.kind.clone();
    assert_eq!(kind(ONE), AuthenticationKind::UserToken);
    assert_eq!(kind(TWO), AuthenticationKind::AccountToken);
    assert_eq!(kind(THREE), AuthenticationKind::Token);
    assert_eq!(kind("00000000000000000000000000000000"), AuthenticationKind::Token);
    let source = settings.authentication_for(&id(TWO)).unwrap().source.to_string();
    assert!(source.starts_with("profile `acme` of "), "{source}");
}

#[test]
fn credentials_of_the_run_are_needed_only_by_accounts_without_their_own() {
    let machine = Machine::new().file("own", "cfut_secret");
    let all_own = machine.file("list.csv", &format!("account_id,token_file\n{ONE},own\n"));
    let list = |options: &mut Options| options.accounts_file = Some(all_own.path("list.csv"));
    all_own.read(list).require_all().unwrap();
    let one_shared = all_own.read(|options| {
        list(options);
        options.account_ids = vec![id(TWO)];
    });
    assert_eq!(failure(&one_shared).0, "there are no credentials");
}

#[test]
fn account_with_an_invalid_token_of_its_own_gets_no_other() {
    let machine = Machine::new()
        .file("config.toml", "[profiles.acme]\n")
        .file("list.csv", &format!("account_id,token_file,profile\n{ONE},none,\n{TWO},,acme\n{THREE},,acmee\n"))
        .set("CLOUDFLARE_API_TOKEN", "cfut_secret");
    let settings = machine.read(|options| options.accounts_file = Some(machine.path("list.csv")));
    assert!(settings.accounts.is_empty(), "{:?}", settings.accounts);
    let (message, hint) = failure(&settings);
    for part in
        ["none cannot be read", "line 3 of", "`acme` of", "has no token source", "line 4 of", "no profile `acmee`"]
    {
        assert!(message.contains(part), "{message}");
    }
    assert!(hint.contains("did you mean `acme`?"), "{hint}");
}

#[test]
fn token_of_a_profile_is_not_sent_to_the_base_url_of_another() {
    let config = "[profiles.default]\nbase_url = \"https://one.example/\"\n[profiles.same]\nbase_url = \"https://one.example\"\n\
        token_file = \"token\"\n[profiles.none]\ntoken_file = \"token\"\n\
        [profiles.other]\nbase_url = \"https://two.example\"\ntoken_file = \"token\"\n";
    let read = |profile: &str, base_url: Option<&str>| {
        let machine = Machine::new().file("config.toml", config).file("token", "cfut_secret");
        let machine = machine.file("list.csv", &format!("account_id,profile\n{ONE},{profile}\n"));
        machine.read(|options| {
            options.accounts_file = Some(machine.path("list.csv"));
            options.base_url = base_url.map(str::to_owned);
        })
    };
    read("same", None).require_all().unwrap();
    for (profile, url) in [("other", "https://two.example"), ("none", "https://api.cloudflare.com/client/v4")] {
        let (message, _) = failure(&read(profile, None));
        for part in ["line 2 of", url, "https://one.example/"] {
            assert!(message.contains(part), "{message}");
        }
    }
    read("none", Some("https://flag.example")).require_all().unwrap();
    read("other", Some("https://flag.example")).require_all().unwrap_err();
}

#[test]
fn standard_input_is_read_once() {
    let machine = Machine::new().stdin("cfut_secret\n");
    let settings = machine.read(|options| options.token_file = Some("-".into()));
    assert_eq!(settings.authentication.unwrap().value.kind, AuthenticationKind::UserToken);
    let settings = machine.read(|options| {
        options.token_file = Some("-".into());
        options.accounts_file = Some("-".into());
    });
    assert!(failure(&settings).0.contains("both --token-file and --accounts-file are `-`"));
}

#[test]
fn simulator_needs_accounts_of_flags_and_nothing_else() {
    let machine = configured()
        .file("list.csv", &format!("account_id,label,profile\n{ONE},ACME,unknown\n"))
        .set("CLOUDFLARE_API_TOKEN", "a b")
        .set("CLOUDFLARE_ACCOUNT_ID", TWO);
    let settings = machine.with_reader(
        |options| {
            options.accounts_file = Some(machine.path("list.csv"));
            options.account_ids = vec![id(THREE)];
        },
        |reader| reader.simulator_settings(),
    );
    settings.require_all().unwrap();
    assert_eq!(
        settings.accounts.iter().map(|account| account.account_id.value.as_str()).collect::<Vec<_>>(),
        [THREE, ONE]
    );
    assert!(settings.authentication.is_none() && settings.base_url.is_none() && settings.profile.is_none());
    assert_eq!(settings.output.value, Output::Table);
    let none = machine.with_reader(|_| {}, |reader| reader.simulator_settings());
    none.require_all().unwrap();
    assert!(none.accounts.is_empty());
}

/// The code blocks of a language in the documentation.
fn documented(language: &str) -> String {
    let text = include_str!("../../CONFIGURATION.md");
    let blocks: Vec<&str> = text.split("```").skip(1).step_by(2).collect();
    let mut blocks = blocks.iter().filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n'));
    blocks.next().unwrap().to_owned()
}

#[test]
fn documented_configuration_file_has_all_keys_and_is_valid() {
    let toml = documented("toml");
    for key in ["account_id", "account_ids", "base_url", "output", "timeout", "token_file", "token_command_timeout"] {
        assert!(toml.contains(&format!("\n{key} = ")), "{key}");
    }
    let machine = Machine::new().file("config.toml", &toml).file("customers.token", "cfut_secret");
    machine.read(|_| {}).require_all().unwrap();
    let customers = machine.read(|options| options.profile = Some("customers".to_owned()));
    customers.require_all().unwrap();
    assert_eq!((customers.accounts.len(), customers.output.value), (2, Output::Json));
    assert_eq!(machine.read(|options| options.profile = Some("staging".to_owned())).problems.len(), 1);
}

#[test]
fn documented_accounts_files_are_valid() {
    let config = "[profiles.acme]\ntoken_file = \"example.token\"\n";
    for (language, name, count) in [("text", "list", 2), ("csv", "list.csv", 2), ("json", "list.json", 3)] {
        let machine = Machine::new().file("config.toml", config).file("example.token", "cfut_secret");
        let machine = machine.set("CLOUDFLARE_API_TOKEN", "cfut_secret").file(name, &documented(language));
        let settings = machine.read(|options| options.accounts_file = Some(machine.path(name)));
        settings.require_all().unwrap();
        assert_eq!(settings.accounts.len(), count);
    }
}

#[test]
fn nothing_prints_a_secret() {
    let settings = configured().set("CLOUDFLARE_API_TOKEN", "cfut_hunter2").read(|_| {});
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[cfg(unix)]
#[tokio::test]
async fn token_command_runs_when_it_is_needed_and_its_failure_is_the_cause_of_the_calls_error() {
    let config = "[profiles.default]\ntoken_command = [\"sh\", \"-c\", \"echo $$; exit 5\"]\n";
    let machine = Machine::new().file("config.toml", config);
    let settings = machine.read(|options| options.account_ids = vec![id(ONE)]);
    settings.require_all().unwrap();
    let authentication = settings.authentication.unwrap().value;
    assert_eq!(authentication.kind, AuthenticationKind::Command { program: "sh".to_owned() });
    let client = zt_risk_scoring::Client::builder().credentials(authentication.credentials).account_id(id(ONE));
    let client = client.base_url("http://127.0.0.1:9").build().unwrap();
    let failure = Failure::from(client.behaviors().get().await.unwrap_err());
    assert_eq!(failure.exit_status(), crate::exit_status::ExitStatus::NotPermitted);
    let message = failure.to_string();
    assert!(message.contains("the token command `sh` failed (exit status: 5)"), "{message}");
}

#[test]
fn base_url_without_any_source_is_the_default() {
    let settings = Machine::new().read(|_| {});
    let url = settings.base_url.unwrap();
    assert_eq!((url.value.as_str(), url.source), (zt_risk_scoring::DEFAULT_BASE_URL, Source::Default));
}

#[cfg(unix)]
#[tokio::test]
async fn token_command_runs_once_and_again_if_the_token_is_rejected() {
    let server = httpmock::MockServer::start_async().await;
    let serve = |token: &str, status: u16, body: &str| {
        server.mock(|when, then| {
            when.header("authorization", format!("Bearer {token}"));
            then.status(status).header("content-type", "application/json").body(body);
        })
    };
    let old =
        serve("cfut_1", 401, r#"{"success": false, "errors": [{"code": 10000, "message": "Authentication error"}]}"#);
    let new = serve("cfut_2", 200, r#"{"success": true, "result": {"behaviors": {}}}"#);
    let machine = Machine::new();
    let runs = machine.path("runs");
    let script = format!("echo >> {0}; echo cfut_$(wc -l < {0} | tr -d ' ')", runs.display());
    let machine =
        machine.file("config.toml", &format!("[profiles.default]\ntoken_command = [\"sh\", \"-c\", \"{script}\"]\n"));
    let settings = machine.read(|options| options.account_ids = vec![id(ONE)]);
    assert!(!runs.exists(), "the command ran before the token was needed");
    let credentials = settings.authentication.unwrap().value.credentials;
    let client = zt_risk_scoring::Client::builder().credentials(credentials).account_id(id(ONE));
    let client = client.base_url(server.base_url()).build().unwrap();
    for _ in 0..3 {
        client.behaviors().get().await.unwrap();
    }
    assert_eq!((old.calls(), new.calls()), (1, 3));
    assert_eq!(std::fs::read_to_string(&runs).unwrap().lines().count(), 2);
}
