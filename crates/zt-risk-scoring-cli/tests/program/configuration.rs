//! Arguments and settings that are invalid.

use crate::support::{ACCOUNT_ID, TOKEN, error_object, list, message_and_hint, stderr, stdout, zt_risk};

#[test]
fn account_of_the_arguments_overrides_the_one_of_the_environment() {
    let output = list(404, &[], "", &["--account-id", "short"]);
    assert_eq!(output.status.code(), Some(2));
    let (message, _) = message_and_hint(&output);
    assert!(message.contains("5 characters") && message.contains("--account-id"), "{message}");
}

#[test]
fn simulation_ignores_the_environment_and_its_proxy() {
    let environment = [
        ("CLOUDFLARE_API_TOKEN", "\n"),
        ("CLOUDFLARE_EMAIL", "a@example.com"),
        ("CLOUDFLARE_ACCOUNT_ID", "../../user"),
        ("CLOUDFLARE_BASE_URL", "nonsense"),
        ("http_proxy", "http://127.0.0.1:1"),
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("ALL_PROXY", "http://127.0.0.1:1"),
    ];
    let output = zt_risk(&["behaviors", "list", "--simulate"], &environment);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// Checks that a run was rejected: that it printed this part of a message, with a hint, and in JSON as well.
fn assert_rejected(arguments: &[&str], environment: &[(&str, &str)], part: &str) {
    let output = zt_risk(arguments, environment);
    let (message, hint) = message_and_hint(&output);
    assert!(message.contains(part) && !hint.is_empty(), "{arguments:?} {environment:?}: {message}: {hint}");
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));

    let output = zt_risk(&[arguments, &["--output", "json"]].concat(), environment);
    let error = error_object(&output);
    assert_eq!((error["kind"].as_str(), error["attempts"].as_u64()), (Some("usage"), Some(0)));
    assert_eq!((error["message"].as_str(), error["hint"].as_str()), (Some(&*message), Some(&*hint)));
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""));
}

#[test]
fn invalid_configuration_prints_the_problem_and_exits_with_2() {
    let list = ["behaviors", "list"];
    let token = ("CLOUDFLARE_API_TOKEN", TOKEN);
    for (environment, arguments, part) in [
        (&[][..], &[][..], "there are no credentials; there is no account id"),
        (&[("CLOUDFLARE_EMAIL", "a@example.com")], &[], "CLOUDFLARE_API_KEY is not set"),
        (&[token, ("CLOUDFLARE_API_KEY", "k")], &[], "contradict"),
        (&[("CLOUDFLARE_API_TOKEN", "a b")], &[], "contains a space"),
        (&[token], &[], "there is no account id"),
        (&[token], &["--base-url", "http://example.com"], "plain http"),
        (&[token], &["--base-url", "example.com"], "in full"),
    ] {
        assert_rejected(&[&list[..], arguments].concat(), environment, part);
    }
}

#[test]
fn invalid_proxy_prints_the_problem_and_exits_with_2() {
    let settings = [("CLOUDFLARE_API_TOKEN", TOKEN), ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID)];
    for (proxy, part) in [
        (&[("HTTPS_PROXY", "http://user:pass word@proxy.example")][..], "HTTPS_PROXY"),
        (&[("HTTPS_PROXY", ""), ("ALL_PROXY", "socks5://proxy.example")], "ALL_PROXY: SOCKS"),
    ] {
        let output = zt_risk(&["behaviors", "list"], &[&settings, proxy].concat());
        let (message, _) = message_and_hint(&output);
        assert!(message.contains(part) && !message.contains("pass word"), "{message}");
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn invalid_arguments_print_the_problem_and_exit_with_2() {
    for (arguments, part) in [
        (&[][..], "subcommand"),
        (&["nonsense"], "nonsense"),
        (&["--nonsense"], "--nonsense"),
        (&["behaviors"], "subcommand"),
        (&["behaviors", "list", "--timeout", "0"], "at least 1"),
        (&["behaviors", "list", "--timeout", "99999999999999999999"], "at most 86400"),
        (&["behaviors", "list", "--account-id", "short"], "--account-id"),
        (&["behaviors", "list", "--simulate", "--base-url", "https://example.com"], "--base-url"),
        (&["--simulate", "behaviors", "list", "--base-url", "https://example.com"], "--base-url"),
        (&["--base-url", "https://example.com", "behaviors", "list", "--simulate"], "--base-url"),
        (&["--simulate", "behaviors", "--allow-plain-http", "list"], "--allow-plain-http"),
        (&["behaviors", "list", "--simulate", "--allow-plain-http"], "--allow-plain-http"),
    ] {
        assert_rejected(arguments, &[], part);
    }
    let (message, _) = message_and_hint(&zt_risk(&["behaviors", "list", "--output", "xml"], &[]));
    assert!(message.contains("xml"), "{message}");
}

#[test]
fn help_lists_the_environment_variables_and_exit_status() {
    let output = zt_risk(&["--help"], &[]);
    for part in ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "HTTPS_PROXY", "Exit status"] {
        assert!(stdout(&output).contains(part), "{part}");
    }
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn value_that_may_be_confidential_is_not_repeated() {
    for arguments in [
        &["behaviors", "list", "--account-id", TOKEN][..],
        &["users", "show", "ana@example.com"],
        &["users", "reset", "ana@example.com"],
    ] {
        for output in ["table", "json"] {
            let output = zt_risk(&[arguments, &["--output", output]].concat(), &[]);
            assert_eq!(output.status.code(), Some(2));
            let text = stderr(&output);
            assert!(text.contains("[invalid value]") && !text.contains("ana@example.com"), "{text}");
        }
    }
}
