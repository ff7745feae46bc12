//! Failures: what is printed to standard error, and the exit status.

use std::error::Error as _;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use serde::Serialize;
use zt_risk_scoring::{ApiMessage, Error, ErrorKind, REVISION};

use crate::arguments::Output;
use crate::json;

/// The exit status if the call failed.
const FAILED: u8 = 1;
/// The exit status if the arguments or the configuration are invalid.
const INVALID: u8 = 2;

/// The status with which a proxy asks for credentials.
const PROXY_AUTHENTICATION_REQUIRED: u16 = 407;

/// What the user can do about a proxy.
const PROXY_HINT: &str = "check the proxy in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or exclude the host with NO_PROXY";

/// Why there is no result.
pub(crate) enum Failure {
    /// The SDK returned an error.
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

/// A failure as programs read it.
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
    /// Prints the failure, and returns the exit status.
    pub(crate) fn report(&self, output: Output) -> ExitCode {
        match self {
            Self::Sdk(error) => {
                match output {
                    Output::Table => print_line(&format!("error: {}; hint: {}", with_causes(error), hint(error))),
                    Output::Json => print_json(Report {
                        kind: error.kind().as_str(),
                        message: with_causes(error),
                        status: error.status().map(|status| status.as_u16()),
                        errors: error.errors(),
                        cf_ray: error.cf_ray(),
                        attempts: error.attempts(),
                        retry_after_s: error.retry_after().map(seconds),
                    }),
                }
                ExitCode::from(if error.kind() == ErrorKind::Configuration { INVALID } else { FAILED })
            }
            Self::Output(error) => {
                let message = format!("the result could not be written: {error}");
                match output {
                    Output::Table => print_line(&format!("error: {message}")),
                    Output::Json => print_json(Report { kind: "output", message, ..Report::default() }),
                }
                ExitCode::from(FAILED)
            }
        }
    }
}

/// Prints the problem of invalid arguments, or the help or version that the arguments ask for. Returns the exit status.
pub(crate) fn report_usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Failure::Output(error).report(Output::Table),
            _ => ExitCode::SUCCESS,
        };
    }
    let message = match error.kind() {
        // Here clap's text is the help of a command.
        clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a subcommand is missing".to_owned(),
        _ => error.to_string().lines().map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" "),
    };
    let message = message.trim_start_matches("error: ").to_owned();
    if json {
        print_json(Report { kind: "usage", message, ..Report::default() });
    } else {
        print_line(&format!("error: {message}; hint: run `zt-risk --help` for the arguments"));
    }
    ExitCode::from(INVALID)
}

fn print_json(error: Report<'_>) {
    match json::line(&ErrorObject { error }) {
        Ok(json) => print_line(&json),
        Err(error) => print_line(&format!("error: {error}")),
    }
}

/// Prints a line to standard error. If that fails, the exit status alone reports the failure.
fn print_line(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
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

/// Whole seconds, rounded up, so that the user does not wait too briefly.
fn seconds(wait: Duration) -> u64 {
    wait.as_secs().saturating_add((wait.subsec_nanos() > 0).into())
}

/// What the user can do about an error.
fn hint(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Configuration => "run `zt-risk --help` for the options and the environment variables".to_owned(),
        _ if error.status().is_some_and(|status| status.as_u16() == PROXY_AUTHENTICATION_REQUIRED) => {
            PROXY_HINT.to_owned()
        }
        ErrorKind::RateLimited => match error.retry_after() {
            Some(_) => "wait for the stated time before the next call".to_owned(),
            None => "wait five minutes before the next call; the API may reject every call until then".to_owned(),
        },
        ErrorKind::Server if error.cf_ray().is_some() => {
            "try again later; if the error persists, send the cf-ray to Cloudflare's support".to_owned()
        }
        ErrorKind::Server => "try again later".to_owned(),
        _ if error.unexpected_body().is_some() => {
            "the response does not look like the API's; check the base URL, and proxies or firewalls in between"
                .to_owned()
        }
        ErrorKind::Authentication => {
            "check CLOUDFLARE_API_TOKEN, or CLOUDFLARE_EMAIL with CLOUDFLARE_API_KEY".to_owned()
        }
        ErrorKind::Permission => "grant the token the permission Zero Trust Read for this account".to_owned(),
        ErrorKind::Plan => "use an account with an Enterprise plan, which risk scoring requires".to_owned(),
        ErrorKind::NotFound => "check the account id".to_owned(),
        ErrorKind::UnexpectedStatus => "check the base URL".to_owned(),
        ErrorKind::UnexpectedBody => {
            "the API sends no such body; check the base URL, and proxies or firewalls in between".to_owned()
        }
        ErrorKind::Decode => {
            format!("update zt-risk: this version supports revision {REVISION} of the API")
        }
        ErrorKind::Connection => connection_hint(&error.to_string()).to_owned(),
        ErrorKind::Timeout => "try again, or allow more time with --timeout".to_owned(),
        _ => "look up the error's code in Cloudflare's documentation".to_owned(),
    }
}

/// What the user can do about a connection that failed. The SDK has one kind for all causes, so its message is read;
/// tests make each cause.
///
/// A host may have any word in its name, but neither a space, an apostrophe nor a capital letter.
fn connection_hint(message: &str) -> &'static str {
    if message.contains("the proxy") {
        PROXY_HINT
    } else if message.contains("TLS") {
        "check the scheme and the port of the base URL, and which versions of TLS the server supports"
    } else if message.contains("'s certificate") || message.contains("client certificate") {
        "check the base URL, this machine's clock, and which certificates the system trusts"
    } else {
        "check the network and the base URL"
    }
}
