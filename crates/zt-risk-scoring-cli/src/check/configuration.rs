//! The settings, and where each comes from.

use clap::ValueEnum as _;
use url::Url;
use zt_risk_scoring::ClientBuilder;
use zt_risk_scoring::external::cloudflare_client::sdk::check_base_url;

use super::fact::Fact;
use super::report::Report;
use crate::exit_status::ExitStatus;
use crate::options::Options;
use crate::session::Account;
use crate::settings::{Authentication, AuthenticationKind, Settings, Source, Sourced};
use crate::text::printable;

/// Adds each setting, and each problem of the settings.
pub(super) fn check(options: &Options, settings: &Settings, report: &mut Report) {
    if options.simulate.is_some() {
        report.add(None, Fact::ok("base_url", "a simulator in this process").source("--simulate"));
    } else {
        add_files(settings, report);
        add_base_url(settings, report);
        for (name, address) in proxies(|name| std::env::var(name).ok()) {
            report.add(None, Fact::ok("proxy", address).source(name));
        }
        if let Some(authentication) = &settings.authentication {
            report.add(None, credentials(authentication));
        }
    }
    add_limits(settings, report);
    for account in &settings.accounts {
        let row = Account::from(account);
        let id = &account.account_id;
        report.add(Some(&row), Fact::ok("account", &id.value).source(&id.source));
        if let Some(authentication) = &account.authentication {
            report.add(Some(&row), credentials(authentication));
        }
    }
    for warning in &settings.warnings {
        report.add(None, Fact::warning("configuration", warning));
    }
    let missing = [("credentials", &settings.missing_credentials), ("account", &settings.missing_accounts)];
    let missing = missing.into_iter().filter_map(|(subject, problem)| Some((subject, problem.as_ref()?)));
    let problems = settings.problems.iter().map(|problem| ("configuration", problem));
    for (subject, problem) in problems.chain(missing) {
        report.add_problem(None, Fact::invalid(subject, problem), ExitStatus::Usage);
    }
}

fn add_files(settings: &Settings, report: &mut Report) {
    let file = settings.config_file.as_ref().map(|path| printable(&path.to_string_lossy()));
    report.add(None, Fact::ok("configuration_file", file.as_deref().unwrap_or("none")));
    if let Some(profile) = &settings.profile {
        report.add(None, Fact::ok("profile", printable(profile)).source(file.unwrap_or_default()));
    }
}

fn add_base_url(settings: &Settings, report: &mut Report) {
    // One that is invalid is among the problems.
    let Some(Sourced { value: url, source }) = &settings.base_url else { return };
    let is_encrypted = check_base_url(url, false).is_ok();
    let fact = if is_encrypted {
        Fact::ok("base_url", url)
    } else {
        Fact::warning("base_url", url).advice("use https: plain http sends the credentials unencrypted")
    };
    report.add(None, fact.source(source));
}

/// The variables that name a proxy, and its address without the user and the password, or the hosts that are reached without one.
fn proxies(variable: impl Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let names = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let value = |name| variable(name).filter(|value| !value.is_empty());
    let addresses = names.into_iter().filter_map(|name| Some((name, proxy_address(&value(name)?))));
    let exceptions = ["NO_PROXY", "no_proxy"].into_iter();
    let exceptions = exceptions.filter_map(|name| Some((name, format!("none for {}", printable(&value(name)?)))));
    addresses.chain(exceptions).collect()
}

fn proxy_address(value: &str) -> String {
    let url = if value.contains("://") { Url::parse(value) } else { Url::parse(&format!("http://{value}")) };
    let address = url.ok().and_then(|url| {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
    });
    address.unwrap_or_else(|| "an address that cannot be read".to_owned())
}

fn add_limits(settings: &Settings, report: &mut Report) {
    let (timeout, source) = match &settings.timeout {
        Some(timeout) => (timeout.value, &timeout.source),
        None => (ClientBuilder::DEFAULT_TIMEOUT, &Source::Default),
    };
    report.add(None, Fact::ok("timeout", format!("{} s", timeout.as_secs())).source(source));
    let output = &settings.output;
    let name = output.value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    report.add(None, Fact::ok("output", name).source(&output.source));
}

fn credentials(authentication: &Sourced<Authentication>) -> Fact {
    let fact = match &authentication.value.kind {
        AuthenticationKind::AccountToken => Fact::ok("credentials", "API token of an account"),
        AuthenticationKind::UserToken => Fact::ok("credentials", "API token of a user"),
        AuthenticationKind::Token => Fact::ok("credentials", "API token"),
        AuthenticationKind::Command { program } => {
            Fact::ok("credentials", format!("API token that the command `{program}` prints"))
        }
        AuthenticationKind::GlobalKey => Fact::ok("credentials", "global API key of a user")
            .advice("prefer an API token, which can be limited to the permissions that it needs"),
    };
    fact.source(&authentication.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_named_without_their_passwords() {
        let variables = [
            ("HTTPS_PROXY", "http://user:secret@proxy.example:3128/"),
            ("all_proxy", "user:secret@other.example"),
            ("HTTP_PROXY", ""),
            ("no_proxy", "localhost"),
        ];
        let found =
            proxies(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()));
        let expected = [
            ("HTTPS_PROXY", "http://proxy.example:3128"),
            ("all_proxy", "http://other.example"),
            ("no_proxy", "none for localhost"),
        ];
        assert_eq!(found, expected.map(|(name, address)| (name, address.to_owned())));
        assert_eq!(proxy_address("http://user:secret@[x"), "an address that cannot be read");
    }
}
