//! Runs the generator in a process of its own, with a memory limit.
//!
//! Some documents make the generator allocate more memory than the machine has, or panic. A process with a limit fails
//! alone, and its parent reports the document and the slice. The allocator (the crate `cap`) enforces the limit, since
//! not every operating system enforces one.

use std::io::{self, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::packages::Packages;
use crate::policies::envelope_unions;
use crate::{client, duplicates, mocks, sdk, supported};
use xtask_document::{Document, open_api};

/// Where the generator runs, and how much memory it may take.
pub struct GeneratorProcess {
    program: PathBuf,
    memory_mib: usize,
}

/// What is sent to the process.
#[derive(Deserialize, Serialize)]
struct Job {
    document: Document,
    packages: Packages,
}

/// The code of a document.
#[derive(Deserialize, Serialize)]
pub struct Code {
    /// The low-level client.
    pub client: String,
    /// The typed mocks.
    pub mocks: String,
    /// The methods of the SDK; nothing, if there is no package for them.
    pub sdk: Option<String>,
}

impl GeneratorProcess {
    /// A process of this program, whose command line must have the task [`run_worker`].
    ///
    /// # Errors
    ///
    /// If the operating system does not say what this program is.
    pub fn of_this_program(memory_mib: usize) -> io::Result<Self> {
        Ok(Self::of(std::env::current_exe()?, memory_mib))
    }

    /// A process of another program that does the same.
    pub fn of(program: impl Into<PathBuf>, memory_mib: usize) -> Self {
        Self { program: program.into(), memory_mib }
    }

    /// The code of a document.
    ///
    /// # Errors
    ///
    /// If no code can be generated from it.
    pub fn run(&self, document: Document, packages: Packages) -> Result<Code, Error> {
        // The unchanged document is checked, before the policies.
        open_api::check(&document.value)?;
        supported::check(&document.value)?;
        let job = serde_json::to_vec(&Job { document, packages });
        let job = job.map_err(|source| Error::Pipe { what: "input", source })?;
        let output = self.output(&job).map_err(|source| Error::Process { program: self.program.clone(), source })?;
        if output.status.success() {
            return serde_json::from_slice(&output.stdout).map_err(|source| Error::Pipe { what: "output", source });
        }
        Err(self.failure(&output))
    }

    /// What the process writes for an input.
    fn output(&self, input: &[u8]) -> io::Result<Output> {
        let mut child = Command::new(&self.program)
            .args(["generator", "--memory-mib", &self.memory_mib.to_string()])
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A process that failed does not read on; its own error says more than this one.
            let _ = stdin.write_all(input);
        }
        child.wait_with_output()
    }

    fn failure(&self, output: &Output) -> Error {
        let text = String::from_utf8_lossy(&output.stderr);
        if let Some(message) = panic_message(&text) {
            return Error::Generator { message: format!("the generator failed: {message}") };
        }
        let text = one_line(&text);
        match text.strip_prefix("error: ") {
            Some(error) => Error::Generator { message: error.to_owned() },
            None if text.contains("memory allocation of") => Error::Memory { limit_mib: self.memory_mib },
            None => Error::Generator { message: format!("the generator stopped ({}): {text}", output.status) },
        }
    }
}

/// What a panic says, without the place in the generator's source.
fn panic_message(text: &str) -> Option<String> {
    let (_, panic) = text.split_once(" panicked at ")?;
    let (_, message) = panic.split_once('\n')?;
    let message = message.split_once("\nnote: ").map_or(message, |(message, _)| message);
    Some(one_line(message))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The work of the process: reads a document from the input, and writes its code to the output.
///
/// # Errors
///
/// If the input is not from [`GeneratorProcess`], or the document cannot be generated from.
pub fn run_worker(input: impl Read, output: impl Write) -> Result<(), Error> {
    let job = serde_json::from_reader(BufReader::new(input));
    let Job { mut document, packages } = job.map_err(|source| Error::Pipe { what: "input", source })?;
    // The client, the mocks and the SDK see the same envelopes.
    envelope_unions::apply(&mut document.value);
    let client = client::generate(&document, packages.front())?;
    duplicates::check("the client", &client)?;
    let mocks = mocks::generate(&document, &packages.api)?;
    duplicates::check("the mocks", &mocks)?;
    let sdk = packages.sdk.as_ref().map(|sdk| sdk::generate(&document, &client, &packages, sdk)).transpose()?;
    sdk.iter().try_for_each(|sdk| duplicates::check("the SDK", sdk))?;
    let [client, mocks] = [&client, &mocks].map(prettyplease::unparse);
    let code = Code { client, mocks, sdk: sdk.as_ref().map(prettyplease::unparse) };
    serde_json::to_writer(output, &code).map_err(|source| Error::Pipe { what: "output", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_by_what_it_says() {
        let text = "\nthread 'main' (7) panicked at /src/method.rs:477:29:\nnot yet implemented: no schema: {\n  a\n}\n\
                    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
        assert_eq!(panic_message(text).as_deref(), Some("not yet implemented: no schema: { a }"));
        assert_eq!(panic_message("error: something else\n"), None);
    }
}
