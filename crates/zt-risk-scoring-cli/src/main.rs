//! `zt-risk`: Cloudflare's Zero Trust risk scoring on the command line.
//!
//! The program parses arguments, calls the SDK, and prints the result. It is a crate of its own so that the SDK depends
//! on neither an argument parser nor the simulator.

mod arguments;
#[allow(dead_code, reason = "the command is wired once accounts can be read")]
mod audit;
mod behaviors;
mod connection;
mod exit_status;
mod failure;
mod options;
mod output;
mod text;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use connection::Connection;
use exit_status::ExitStatus;
use failure::Failure;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let output = options::requested_output(std::env::args_os());
            return failure::report_usage(&error, output).into();
        }
    };
    let output = arguments.options.output.unwrap_or_default();
    let status = run(arguments).await.unwrap_or_else(|failure| {
        failure::print_failure(&failure, output);
        failure.exit_status()
    });
    status.into()
}

async fn run(arguments: Arguments) -> Result<ExitStatus, Failure> {
    let connection = Connection::open(&arguments.options).await?;
    match arguments.command {
        Command::Behaviors { command } => {
            behaviors::run(command, &connection, arguments.options.output.unwrap_or_default()).await?;
        }
    }
    Ok(ExitStatus::Done)
}
