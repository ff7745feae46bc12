//! The exit status of the program.

use std::process::ExitCode;

/// How the program ended. [`worst`](Self::worst) decides where several hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum ExitStatus {
    /// Everything was done, and there is nothing to report.
    Done = 0,
    /// A call failed, or the result could not be written.
    Failed = 1,
    /// The arguments or the configuration are invalid. Nothing was sent.
    Usage = 2,
    /// An audit has findings, or a plan or a diff has changes.
    Findings = 3,
    /// The credentials are rejected, or lack a permission.
    NotPermitted = 4,
    /// The account's plan does not include risk scoring.
    PlanLacksFeature = 5,
    /// The API rejects calls because there were too many.
    RateLimited = 6,
    /// Of several accounts, some or all failed.
    SomeFailed = 7,
    /// A write was rejected, may have been made, or did not have the effect that it was meant to have.
    WriteNotVerified = 8,
    /// Ctrl-C ended the program before everything was done.
    Interrupted = 130,
}

impl ExitStatus {
    /// All statuses, from the one that hides all others to the one that hides none.
    const BY_PRECEDENCE: [Self; 10] = [
        Self::Usage,
        Self::WriteNotVerified,
        Self::NotPermitted,
        Self::PlanLacksFeature,
        Self::RateLimited,
        Self::SomeFailed,
        Self::Failed,
        Self::Interrupted,
        Self::Findings,
        Self::Done,
    ];

    /// The status that counts, where several hold. Without any, everything was done.
    pub(crate) fn worst(statuses: impl IntoIterator<Item = Self>) -> Self {
        let statuses: Vec<Self> = statuses.into_iter().collect();
        Self::BY_PRECEDENCE.into_iter().find(|status| statuses.contains(status)).unwrap_or(Self::Done)
    }

    /// The status of a run over several accounts in which one account has this one.
    pub(crate) fn among_several(self) -> Self {
        match self {
            Self::Failed | Self::NotPermitted | Self::PlanLacksFeature | Self::RateLimited => Self::SomeFailed,
            other => other,
        }
    }

    /// [`Findings`](Self::Findings) if there is something to report.
    pub(crate) fn findings(has_findings: bool) -> Self {
        if has_findings { Self::Findings } else { Self::Done }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus::{self, *};

    #[test]
    fn worst_status_follows_the_documented_order() {
        assert_eq!(ExitStatus::worst([]), Done);
        for (statuses, worst) in [
            ([Findings, Failed], Failed),
            ([Failed, SomeFailed], SomeFailed),
            ([SomeFailed, RateLimited], RateLimited),
            ([NotPermitted, WriteNotVerified], WriteNotVerified),
            ([WriteNotVerified, Usage], Usage),
            ([Interrupted, Findings], Interrupted),
            ([Failed, Interrupted], Failed),
        ] {
            assert_eq!(ExitStatus::worst(statuses), worst, "{statuses:?}");
        }
    }

    #[test]
    fn failure_of_one_of_several_accounts_has_one_status() {
        for status in [Failed, NotPermitted, PlanLacksFeature, RateLimited] {
            assert_eq!(status.among_several(), SomeFailed);
        }
        for status in [Done, Usage, Findings, WriteNotVerified, Interrupted] {
            assert_eq!(status.among_several(), status);
        }
    }
}
