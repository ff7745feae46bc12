//! The base URL of a tenant, as an argument.

use zt_risk_scoring::NewIntegration;

use crate::failure::Failure;

/// Checks the value of `--tenant-url`. The URL may have a password, so no message repeats it; clap's would.
///
/// # Errors
///
/// If the SDK rejects the URL, or it is no base URL with https and without credentials.
pub(super) fn check(text: &str) -> Result<(), Failure> {
    problem(text).map_or(Ok(()), |problem| {
        Err(Failure::usage(format!("--tenant-url: {problem}"), "write it as in https://tenant.okta.com"))
    })
}

/// What is wrong with a URL.
fn problem(text: &str) -> Option<String> {
    if let Err(error) = NewIntegration::okta(text) {
        let message = error.to_string();
        return Some(message.split("; write it").next().unwrap_or_default().to_owned());
    }
    const SCHEME: &str = "https://";
    let Some((_, rest)) = text.split_at_checked(SCHEME.len()).filter(|(scheme, _)| scheme.eq_ignore_ascii_case(SCHEME))
    else {
        return Some("the tenant URL does not begin with https://".to_owned());
    };
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let part = match rest {
        _ if authority.is_empty() => return Some("the tenant URL has no host".to_owned()),
        _ if authority.contains('@') => "credentials",
        _ if rest.contains('?') => "a query",
        _ if rest.contains('#') => "a fragment",
        _ => return None,
    };
    Some(format!("the tenant URL has {part}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenant_url_is_a_base_url_with_https() {
        for url in ["https://tenant.okta.com", "HTTPS://tenant.okta.com:443/", "https://ü.example/a@b"] {
            assert_eq!(problem(url), None, "{url}");
        }
        for (url, part) in [
            ("http://tenant.okta.com", "does not begin with https://"),
            ("ftp://tenant.okta.com", "does not begin with https://"),
            ("https:tenant.okta.com", "does not begin with https://"),
            ("https:///tenant.okta.com", "has no host"),
            ("https://", "is not an absolute URL"),
            ("mailto:a@example.com", "has no host"),
            ("https://user:secret@tenant.okta.com", "has credentials"),
            ("https://secret@tenant.okta.com", "has credentials"),
            ("https://@tenant.okta.com", "has credentials"),
            ("https://tenant.okta.com?secret", "has a query"),
            ("https://tenant.okta.com/#secret", "has a fragment"),
        ] {
            let problem = problem(url).unwrap();
            assert!(problem.contains(part) && !problem.contains("secret"), "{url}: {problem}");
        }
    }
}
