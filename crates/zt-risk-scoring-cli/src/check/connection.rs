//! What responses say of the quota and of this machine's clock.

use std::time::{Duration, SystemTime};

use chrono::DateTime;
use zt_risk_scoring::Metadata;

use super::fact::Fact;
use super::report::Report;
use crate::exit_status::ExitStatus;
use crate::text::printable;

/// More than a clock may differ: the vendor's signatures and the expiry of tokens depend on it.
const MAX_SKEW: Duration = Duration::from_secs(60);

/// What the responses said.
#[derive(Default)]
pub(super) struct Seen {
    /// By how much this machine's clock differs, and whether it is ahead.
    skew: Option<(Duration, bool)>,
    /// The quotas with the fewest requests left.
    quotas: Vec<SeenQuota>,
}

struct SeenQuota {
    name: String,
    remaining: u64,
    reset_after: Option<Duration>,
}

impl Seen {
    /// Adds the headers of a response that arrived now.
    pub(super) fn add(&mut self, metadata: &Metadata, now: SystemTime) {
        let date = metadata.headers().get("date").and_then(|date| date.to_str().ok());
        if let Some(date) = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
            self.skew = Some(match now.duration_since(date.into()) {
                Ok(ahead) => (ahead, true),
                Err(behind) => (behind.duration(), false),
            });
        }
        for limit in metadata.rate_limits() {
            let Some(remaining) = limit.remaining else { continue };
            let quota = SeenQuota { name: limit.name.clone(), remaining, reset_after: limit.reset_after };
            match self.quotas.iter_mut().find(|known| known.name == quota.name) {
                Some(known) if known.remaining <= remaining => {}
                Some(known) => *known = quota,
                None => self.quotas.push(quota),
            }
        }
    }
}

/// Adds the quota and the clock.
pub(super) fn check(seen: &Seen, report: &mut Report) {
    for quota in &seen.quotas {
        let reset = quota.reset_after.map(|after| format!(", full again in {} s", after.as_secs())).unwrap_or_default();
        let value = format!("{} requests left{reset}", quota.remaining);
        let name = printable(&quota.name);
        let fact = if quota.remaining == 0 { Fact::warning("quota", value) } else { Fact::ok("quota", value) };
        report.add(None, fact.source(format!("header ratelimit, `{name}`")));
    }
    if seen.quotas.is_empty() {
        report.add(None, Fact::unknown("quota", "no response had a header with it"));
    }
    match seen.skew {
        None => report.add(None, Fact::unknown("clock", "no response had a date")),
        Some((skew, _)) if skew <= MAX_SKEW => {
            report.add(None, Fact::ok("clock", "within a minute of the server's").source("header date"));
        }
        Some((skew, is_ahead)) => {
            let direction = if is_ahead { "ahead of" } else { "behind" };
            let fact = Fact::problem("clock", format!("{} s {direction} the server's", skew.as_secs()))
                .source("header date")
                .advice("set this machine's clock, for example by NTP");
            report.add_problem(None, fact, ExitStatus::Failed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fact::Verdict;

    fn clock(skew: Option<(u64, bool)>) -> (Verdict, String, ExitStatus) {
        let skew = skew.map(|(seconds, is_ahead)| (Duration::from_secs(seconds), is_ahead));
        let mut report = Report::new(false);
        check(&Seen { skew, quotas: Vec::new() }, &mut report);
        let status = report.status();
        let (_, fact) = report.facts.pop().unwrap();
        (fact.verdict, fact.value, status)
    }

    #[test]
    fn clock_that_differs_by_more_than_a_minute_is_a_problem() {
        for ok in [(0, true), (60, true), (60, false)] {
            assert_eq!(clock(Some(ok)).0, Verdict::Ok);
        }
        let ahead = (Verdict::Problem, "61 s ahead of the server's".to_owned(), ExitStatus::Failed);
        assert_eq!(clock(Some((61, true))), ahead);
        assert_eq!(clock(Some((3600, false))).1, "3600 s behind the server's");
        assert_eq!(clock(None).0, Verdict::Unknown);
    }
}
