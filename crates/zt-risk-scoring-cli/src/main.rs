//! `zt-risk`: Cloudflare's Zero Trust risk scoring on the command line.
//!
//! The program parses arguments, calls the SDK, and prints the result. It is a crate of its own so that the SDK depends
//! on neither an argument parser nor the simulator.

#![allow(
    rustdoc::bare_urls,
    rustdoc::broken_intra_doc_links,
    reason = "the doc comments of arguments are the help of the program, which has brackets of its own"
)]

mod arguments;
mod audit;
mod behaviors;
mod changes;
mod check;
mod complete;
mod confirmation;
mod exit_status;
mod failure;
mod fleet;
mod generate;
mod identity;
mod integrations;
mod mistyped;
mod options;
mod records;
mod scenario;
#[cfg(test)]
mod schema;
mod session;
mod settings;
mod simulate;
mod terminal;
mod text;
mod toml_file;
mod trace;
mod users;

use std::process::ExitCode;

use arguments::{Arguments, Subcommands, prepared_command};
use exit_status::ExitStatus;
use failure::Failure;
use options::Output;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse_arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            let output = options::requested_output(std::env::args_os());
            return failure::report_usage(&error, output).into();
        }
    };
    trace::install(arguments.options.verbose, terminal::print_message);
    // The configuration file may ask for another format, once it is read.
    let mut output = arguments.options.output.unwrap_or_default();
    let status = run(arguments, &mut output).await.unwrap_or_else(|failure| {
        failure::print_failure(&failure, output);
        failure.exit_status()
    });
    status.into()
}

async fn run(arguments: Arguments, output: &mut Output) -> Result<ExitStatus, Failure> {
    let Arguments { mut options, command } = arguments;
    options.restore_accounts(std::env::args_os()).map_err(|name| {
        Failure::usage(format!("the argument '{name}' cannot be used multiple times"), "put all accounts into one file")
    })?;
    match command {
        Subcommands::Check(arguments) => check::run(&arguments, &options, output).await,
        Subcommands::Behaviors { command } => behaviors::run(command, &options, output).await,
        Subcommands::Users { command } => users::run(command, &options, output).await,
        Subcommands::Integrations { command } => integrations::run(command, &options, output).await,
        Subcommands::Simulate(simulate) => simulate::run(simulate, &options).await,
        Subcommands::Completions(completions) => generate::completions(&completions, prepared_command()),
        Subcommands::Man(man) => generate::man(&man, prepared_command()),
    }
}
