//! Failures: what is printed to standard error, and the exit status.

mod hint;
mod report;

use std::fmt;
use std::io;
use std::path::Path;

use zt_risk_scoring::{ApplyError, ApplyErrorKind, Error, ErrorKind, PlanError};

use crate::exit_status::ExitStatus;

#[cfg(test)]
pub(crate) use report::ErrorObject;
pub(crate) use report::{ErrorRecord, print_failure, print_hints, report_usage};

/// Why there is no result.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A call that changes nothing failed.
    Read(Error),
    /// A call that changes something failed.
    Write(Error),
    /// No plan could be made.
    Plan(PlanError),
    /// A plan could not be applied, or its effect is not verified.
    Apply(Box<ApplyError>),
    /// Something that the arguments name does not exist.
    Missing(Problem),
    /// The API sent a part of a list.
    Incomplete(Problem),
    /// A call that changes something succeeded, but what was read afterwards is not as it is meant to be.
    NotVerified(Problem),
    /// The arguments, the configuration or a file are invalid.
    Usage(Problem),
    /// The result could not be written.
    Output(io::Error),
}

/// What is wrong, and what to do about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A problem is the cause of a call's error if there is no token to send.
impl std::error::Error for Problem {}

/// The problem because of which there is no token, if that is the cause of an error.
fn problem_of_token<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Problem> {
    std::iter::successors(Some(error), |error| error.source()).find_map(|error| error.downcast_ref())
}

impl Failure {
    /// Invalid arguments, an invalid configuration or an invalid file. The message says what is wrong and where, and the hint what
    /// to do.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage(Problem { message: message.into(), hint: hint.into() })
    }

    /// A file of the result could not be written.
    pub(crate) fn output_file(path: &Path, error: &io::Error) -> Self {
        Self::Output(io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// A change that the API accepted, and whose effect is not as it is meant to be.
    pub(crate) fn not_verified(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::NotVerified(Problem { message: message.into(), hint: hint.into() })
    }

    /// A list of which the API sent a part.
    pub(crate) fn incomplete(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Incomplete(Problem { message: message.into(), hint: hint.into() })
    }

    /// Something that the arguments name, and that the API does not list.
    pub(crate) fn missing(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Missing(Problem { message: message.into(), hint: hint.into() })
    }

    /// The error of the call that failed, if one did.
    pub(crate) fn call_error(&self) -> Option<&Error> {
        match self {
            Self::Read(error) | Self::Write(error) => Some(error),
            Self::Plan(error) => error.call_error(),
            Self::Apply(error) => error.call_error(),
            Self::Missing(_) | Self::Incomplete(_) | Self::NotVerified(_) | Self::Usage(_) | Self::Output(_) => None,
        }
    }

    /// The exit status if the failure is that of the only account.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Read(error) => status_of_read(error),
            Self::Write(error) => status_of_write(error),
            Self::Plan(error) => error.call_error().map_or(ExitStatus::Usage, status_of_read),
            Self::Apply(error) => match (error.kind(), error.call_error()) {
                (ApplyErrorKind::Target, _) => ExitStatus::Usage,
                (ApplyErrorKind::Read, Some(call)) => status_of_read(call),
                (_, Some(call)) if !error.may_have_written() => status_of_write(call),
                _ => ExitStatus::WriteNotVerified,
            },
            Self::NotVerified(_) => ExitStatus::WriteNotVerified,
            Self::Missing(_) | Self::Usage(_) => ExitStatus::Usage,
            Self::Incomplete(_) | Self::Output(_) => ExitStatus::Failed,
        }
    }

    /// The exit status if the failure is that of one of several accounts. An account for which no plan can be made does not mean that
    /// the arguments are invalid: they may fit the other accounts, which may be changed.
    pub(crate) fn exit_status_among_several(&self) -> ExitStatus {
        match self {
            Self::Missing(_) | Self::Plan(_) => ExitStatus::SomeFailed,
            _ => self.exit_status().among_several(),
        }
    }
}

fn status_of_read(error: &Error) -> ExitStatus {
    match error.kind() {
        // Something in between blocked the call, and not the API.
        ErrorKind::Authentication | ErrorKind::Permission if error.unexpected_body().is_some() => ExitStatus::Failed,
        ErrorKind::Configuration => ExitStatus::Usage,
        ErrorKind::Authentication | ErrorKind::Permission => ExitStatus::NotPermitted,
        ErrorKind::Plan => ExitStatus::PlanLacksFeature,
        ErrorKind::RateLimited => ExitStatus::RateLimited,
        _ => ExitStatus::Failed,
    }
}

/// A write that was rejected, or that may have been made, has a status of its own.
fn status_of_write(error: &Error) -> ExitStatus {
    if error.status().is_some() || error.may_have_been_sent() {
        ExitStatus::WriteNotVerified
    } else {
        status_of_read(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        Self::Apply(Box::new(error))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// The message, on one line.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&report::message(self))
    }
}
