//! How a failure is printed.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use zt_risk_scoring::{ApplyError, ApplyErrorKind, Error, ErrorKind};

use super::{Failure, hint, problem_of_token};
use crate::exit_status::ExitStatus;
use crate::options::Output;
use crate::{terminal, text};

/// A failure as programs read it.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub(crate) struct ErrorRecord {
    /// What kind of failure it is: that of the SDK, such as `rate_limited`, or `usage`, `incomplete`, `not_verified` or `output`. It stays the same in every
    /// version.
    pub(crate) kind: Cow<'static, str>,
    /// What went wrong, on one line.
    pub(crate) message: String,
    /// What to do about it. Empty if there is nothing to say.
    pub(crate) hint: String,
    /// The HTTP status of the response, if there was one.
    pub(crate) status: Option<u16>,
    /// The API's own errors: objects with a `code` and a `message`.
    pub(crate) errors: Vec<Value>,
    /// The id of the request, which Cloudflare's support asks for.
    pub(crate) cf_ray: Option<String>,
    /// How many requests were sent.
    pub(crate) attempts: u32,
    /// How many seconds to wait before the next call.
    pub(crate) retry_after_s: Option<u64>,
}

/// What standard error has, if results are JSON.
#[derive(JsonSchema, Serialize)]
pub(crate) struct ErrorObject {
    /// Why there is no result.
    error: ErrorRecord,
}

impl From<&Failure> for ErrorRecord {
    fn from(failure: &Failure) -> Self {
        let kind = match failure {
            Failure::Read(error) | Failure::Write(error) => error.kind().as_str(),
            Failure::Plan(error) => error.call_error().map_or(error.kind().as_str(), |call| call.kind().as_str()),
            Failure::Apply(error) => return error.as_ref().into(),
            Failure::Missing(_) => ErrorKind::NotFound.as_str(),
            Failure::Incomplete(_) => "incomplete",
            Failure::NotVerified(_) => "not_verified",
            Failure::Usage(_) => "usage",
            Failure::Output(_) => "output",
        };
        Self::new(kind, message(failure), hint::hint(failure), failure.call_error())
    }
}

impl From<&ApplyError> for ErrorRecord {
    fn from(error: &ApplyError) -> Self {
        let message = text::printable(&with_causes(error));
        Self::new(error.kind().as_str(), message, hint::hint_of_apply(error), error.call_error())
    }
}

impl ErrorRecord {
    /// A change whose response was not waited for, because Ctrl-C was pressed twice.
    pub(crate) fn interrupted() -> Self {
        Self {
            kind: ApplyErrorKind::Unknown.as_str().into(),
            message: "interrupted: the change may have been made".to_owned(),
            hint: hint::UNKNOWN_EFFECT.to_owned(),
            ..Self::default()
        }
    }

    fn new(kind: &'static str, message: String, hint: String, call: Option<&Error>) -> Self {
        let errors = call.map(Error::errors).unwrap_or_default();
        Self {
            kind: kind.into(),
            message,
            hint,
            status: call.and_then(Error::status).map(|status| status.as_u16()),
            errors: errors.iter().filter_map(|error| serde_json::to_value(error).ok()).collect(),
            cf_ray: call.and_then(Error::cf_ray).map(str::to_owned),
            attempts: call.map(Error::attempts).unwrap_or_default(),
            retry_after_s: call.and_then(Error::retry_after).map(whole_seconds),
        }
    }
}

/// What went wrong, with its causes, on one line.
pub(super) fn message(failure: &Failure) -> String {
    let text = match failure {
        Failure::Read(error) | Failure::Write(error) => with_causes(error),
        Failure::Plan(error) => with_causes(error),
        Failure::Apply(error) => with_causes(error.as_ref()),
        Failure::Missing(problem)
        | Failure::Incomplete(problem)
        | Failure::NotVerified(problem)
        | Failure::Usage(problem) => problem.message.clone(),
        Failure::Output(error) => format!("the result could not be written: {error}"),
    };
    text::printable(&text)
}

/// Prints a failure to standard error.
pub(crate) fn print_failure(failure: &Failure, output: Output) {
    print_record(failure.into(), output);
}

/// Prints what the user can do about the failures of some rows, each hint once. The rows of tables and CSV have none.
pub(crate) fn print_hints(hints: impl IntoIterator<Item = String>) {
    let mut printed = BTreeSet::from([String::new()]);
    for hint in hints {
        if !printed.contains(&hint) {
            terminal::print_message(&format!("hint: {hint}"));
            printed.insert(hint);
        }
    }
}

/// Prints the problem of invalid arguments, or the help or version that the arguments ask for. Returns the exit status.
pub(crate) fn report_usage(error: &clap::Error, output: Output) -> ExitStatus {
    use clap::error::ErrorKind as Kind;

    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                print_failure(&Failure::Output(error), Output::Table);
                ExitStatus::Failed
            }
            _ => ExitStatus::Done,
        };
    }
    // clap's text is the problem, then tips, the usage and a pointer to the help. Each is a paragraph.
    let text = text::printable_lines(&without_confidential_value(error));
    let mut paragraphs = text.split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    let message = match error.kind() {
        // Here clap's text is the help of a command, or lists all of them.
        Kind::DisplayHelpOnMissingArgumentOrSubcommand | Kind::MissingSubcommand => {
            "a subcommand is missing".to_owned()
        }
        _ => paragraphs.next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    };
    let tip = paragraphs.find_map(|paragraph| paragraph.strip_prefix("tip: ").map(str::to_owned));
    let hint = tip.unwrap_or_else(|| "run it with --help for its arguments and examples".to_owned());
    print_record(ErrorRecord { kind: "usage".into(), message, hint, ..ErrorRecord::default() }, output);
    ExitStatus::Usage
}

/// The text of a problem. A token that is given as an account id, or an e-mail address as a user id, must not reach the log of a CI.
fn without_confidential_value(error: &clap::Error) -> String {
    let text = error.to_string();
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let (argument, value) = (context(ContextKind::InvalidArg), context(ContextKind::InvalidValue));
    if value.is_empty() || !(argument.starts_with("--account-id") || argument.starts_with("<USER>")) {
        return text;
    }
    text.replacen(&format!("'{value}'"), "'[invalid value]'", 1)
}

fn print_record(error: ErrorRecord, output: Output) {
    let line = match output {
        Output::Json | Output::Ndjson => {
            text::json_line(&ErrorObject { error }).unwrap_or_else(|error| format!("error: {error}"))
        }
        _ if error.hint.is_empty() => format!("error: {}", error.message),
        _ => format!("error: {}\nhint: {}", error.message, error.hint),
    };
    terminal::print_message(&line);
}

/// An error and its causes, on one line.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    // The SDK's errors around it say no more than that there is no token.
    if let Some(problem) = problem_of_token(error) {
        return if error.is::<Error>() { problem.message.clone() } else { format!("{error}: {problem}") };
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Whole seconds, rounded up, so that the user does not wait too briefly.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add((wait.subsec_nanos() > 0).into())
}
