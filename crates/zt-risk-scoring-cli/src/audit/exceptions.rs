//! The exceptions of the policy: they accept findings until they expire.

use chrono::NaiveDate;

use super::engine::{Checks, Violation};
use super::finding::{Check, Finding, Outcome, Subject};
use super::key::Key;
use super::policy::Exception;
use super::rule::Rule;

/// Accepts the findings that an exception of the account matches, and checks the exceptions themselves.
pub(super) fn apply(checks: &mut Checks<'_>, today: NaiveDate) {
    let (policy, account_id) = (checks.policy, checks.account_id);
    let of_account = policy.exceptions.iter().enumerate();
    for (index, exception) in
        of_account.filter(|(_, exception)| exception.account.eq_ignore_ascii_case(account_id.as_str()))
    {
        let key = Key::new(["exceptions", &index.to_string()]);
        let subject = Subject::Exception {
            rule: exception.rule,
            behavior: exception.behavior.clone(),
            integration: exception.integration.clone(),
        };
        if let Some(until) = exception.until {
            let violation = (until < today).then(|| Violation {
                actual: format!("until {until}"),
                expected: "no expired exception".to_owned(),
                message: format!("the exception for {} expired after {until}", matched(exception)),
            });
            let is_expired = violation.is_some();
            checks.add(Rule::ExceptionExpired, subject.clone(), key.clone(), violation);
            if is_expired {
                continue;
            }
        }
        let is_used = accept(&mut checks.checks, exception);
        let violation = (!is_used).then(|| Violation {
            actual: "no finding".to_owned(),
            expected: "a finding to accept".to_owned(),
            message: format!("the exception for {} matches no finding", matched(exception)),
        });
        checks.add(Rule::ExceptionUnused, subject, key, violation);
    }
}

/// Accepts what an exception matches. Returns whether there is any, also if another exception accepted it before.
fn accept(checks: &mut [Check], exception: &Exception) -> bool {
    let mut is_used = false;
    for check in checks {
        match &check.outcome {
            Outcome::Found(finding) if matches(exception, finding) => {
                is_used = true;
                check.outcome = Outcome::Accepted { finding: finding.clone(), reason: exception.reason.clone() };
            }
            Outcome::Accepted { finding, .. } => is_used |= matches(exception, finding),
            Outcome::Found(_) | Outcome::Passed => {}
        }
    }
    is_used
}

fn matches(exception: &Exception, finding: &Finding) -> bool {
    let is_same = |wanted: &Option<String>, actual: &Option<String>| wanted.is_none() || wanted == actual;
    !finding.rule.is_about_exceptions()
        && exception.rule.is_none_or(|rule| rule == finding.rule)
        && is_same(&exception.behavior, &finding.behavior)
        && is_same(&exception.integration, &finding.integration)
}

/// What an exception matches, for messages.
fn matched(exception: &Exception) -> String {
    let parts = [exception.rule.map(Rule::id), exception.behavior.as_deref(), exception.integration.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
