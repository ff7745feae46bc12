//! Failures on standard error, and the exit status.

use std::error::Error as _;
use std::io;
use std::process::ExitCode;

use serde::Serialize;
use zt_risk_scoring::{ApiMessage, Error, ErrorKind, REVISION};

use crate::arguments::Output;

/// The call failed.
const FAILED: u8 = 1;
/// The arguments or the configuration cannot be used.
const UNUSABLE: u8 = 2;

/// Why there is no result.
pub(crate) enum Failure {
    /// The SDK says so.
    Sdk(Error),
    /// The result could not be written.
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sdk(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// A failure for programs.
#[derive(Default, Serialize)]
struct Report<'a> {
    kind: &'a str,
    message: String,
    status: Option<u16>,
    errors: &'a [ApiMessage],
    cf_ray: Option<&'a str>,
    attempts: u32,
    retry_after_s: Option<u64>,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    error: Report<'a>,
}

impl Failure {
    /// Prints the failure and says with what status to exit.
    pub(crate) fn report(&self, output: Output) -> ExitCode {
        match self {
            Self::Sdk(error) => {
                match output {
                    Output::Table => eprintln!("error: {}; hint: {}", with_causes(error), hint(error)),
                    Output::Json => print_json(Report {
                        kind: error.kind().as_str(),
                        message: with_causes(error),
                        status: error.status().map(|status| status.as_u16()),
                        errors: error.errors(),
                        cf_ray: error.cf_ray(),
                        attempts: error.attempts(),
                        retry_after_s: error.retry_after().map(|wait| wait.as_secs()),
                    }),
                }
                ExitCode::from(if error.kind() == ErrorKind::Configuration { UNUSABLE } else { FAILED })
            }
            Self::Output(error) => {
                let message = format!("the result could not be written: {error}");
                match output {
                    Output::Table => eprintln!("error: {message}"),
                    Output::Json => print_json(Report { kind: "output", message, ..Report::default() }),
                }
                ExitCode::from(FAILED)
            }
        }
    }
}

/// Reports arguments that make no sense, or prints the help that was asked for.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if json && error.use_stderr() {
        let message = error.to_string();
        let message = message.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        print_json(Report { kind: "usage", message, ..Report::default() });
    } else if let Err(error) = error.print() {
        eprintln!("error: the help could not be written: {error}");
    }
    if error.use_stderr() { ExitCode::from(UNUSABLE) } else { ExitCode::SUCCESS }
}

fn print_json(error: Report<'_>) {
    match serde_json::to_string(&ErrorObject { error }) {
        Ok(json) => eprintln!("{json}"),
        Err(error) => eprintln!("error: {error}"),
    }
}

/// An error and its causes, on one line.
fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.replace(char::is_control, " ")
}

/// What to do about an error.
fn hint(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Configuration => "see `zt-risk --help` for the options and the environment".to_owned(),
        _ if error.unexpected_body().is_some() => {
            "this did not come from the API; check the base URL, and what stands between here and there".to_owned()
        }
        ErrorKind::Authentication => {
            "check CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL with CLOUDFLARE_API_KEY".to_owned()
        }
        ErrorKind::Permission => "give the token the permission Zero Trust Read for this account".to_owned(),
        ErrorKind::Plan => "risk scoring needs an Enterprise plan".to_owned(),
        ErrorKind::NotFound => "check the account id".to_owned(),
        ErrorKind::RateLimited => match error.retry_after() {
            Some(wait) => format!("wait {} s; until then every call is refused", wait.as_secs()),
            None => "wait five minutes; until then every call may be refused".to_owned(),
        },
        ErrorKind::Server => "try again later; if it lasts, give the cf-ray to the vendor's support".to_owned(),
        ErrorKind::UnexpectedStatus => "check the base URL".to_owned(),
        ErrorKind::Decode => {
            format!("this version speaks revision {REVISION} of the API; a newer one may read the answer")
        }
        ErrorKind::Connection => "check the network and the base URL".to_owned(),
        ErrorKind::Timeout => "try again, or allow more time with --timeout".to_owned(),
        _ => "see the error's code in the vendor's documentation".to_owned(),
    }
}
