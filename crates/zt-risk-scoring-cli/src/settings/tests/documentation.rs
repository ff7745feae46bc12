//! The examples of `CONFIGURATION.md`.

use super::Machine;
use crate::options::Output;

/// The code blocks of a language in the documentation.
fn documented(language: &str) -> String {
    let text = include_str!("../../../CONFIGURATION.md");
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
