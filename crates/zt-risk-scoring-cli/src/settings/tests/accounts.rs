//! Accounts of flags, files and profiles, and their credentials.

use std::path::Path;

use super::{Machine, ONE, THREE, TWO, accounts, configured, failure, id};
use crate::options::{Options, Output};
use crate::settings::AuthenticationKind;

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
