//! `zt-risk`: Cloudflare's Zero Trust risk scoring on the command line.
//!
//! The program parses arguments, calls the SDK, and prints the result. It is a crate of its own so that the SDK depends
//! on neither an argument parser nor the simulator.

mod arguments;
mod behaviors;
mod connection;
mod failure;
mod json;
mod output;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, Output};
use connection::Connection;
use failure::Failure;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return failure::report_usage(&error, arguments::wants_json(std::env::args_os())),
    };
    // clap does not see a conflict between a global option before a subcommand and one after it.
    if let Some(conflict) = arguments.conflict() {
        return failure::report_usage(&conflict, arguments.options.output == Output::Json);
    }
    let output = arguments.options.output;
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(output),
    }
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    let connection = Connection::open(&arguments.options).await?;
    match arguments.command {
        Command::Behaviors { command } => behaviors::run(command, &connection, arguments.options.output).await,
    }
}
