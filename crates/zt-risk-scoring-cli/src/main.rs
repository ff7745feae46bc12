//! `zt-risk`: Cloudflare's Zero Trust risk scoring on the command line.
//!
//! The program parses arguments, calls the SDK, and prints the result. It is a crate of its own so that the SDK depends
//! on neither an argument parser nor the simulator.

mod arguments;
mod behaviors;
mod connection;
mod exit_status;
mod failure;
mod generate;
mod options;
mod records;
#[allow(dead_code, reason = "the commands that use it are not connected yet")]
mod scenario;
mod simulate;
mod terminal;
mod text;
mod toml_file;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

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
    match arguments.command {
        Command::Simulate(simulate) => return simulate::run(simulate, &arguments.options).await,
        Command::Completions(completions) => generate::completions(&completions, Arguments::command())?,
        Command::Man(man) => generate::man(&man, Arguments::command())?,
        Command::Behaviors { command } => {
            let connection = Connection::open(&arguments.options).await?;
            behaviors::run(command, &connection, arguments.options.output.unwrap_or_default()).await?;
        }
    }
    Ok(ExitStatus::Done)
}
