//! Commands that print a token.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use zt_risk_scoring::{ApiToken, CachedTokenProvider, Credentials, TokenWithExpiry};

use super::authentication::{Authentication, AuthenticationKind};
use super::problems::problem;
use super::source::Source;
use super::token_file::{MAX_BYTES, single_line};
use crate::text;

/// A command that prints a token: a program and its arguments, without a shell.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct TokenCommand {
    program: PathBuf,
    arguments: Vec<String>,
    timeout: Duration,
}

impl TokenCommand {
    pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// A program without a slash is looked up in `PATH`. A relative path is relative to the directory. `None` without a program.
    pub(super) fn new(words: &[String], timeout: Option<Duration>, directory: &Path) -> Option<Self> {
        let (program, arguments) = words.split_first().filter(|(program, _)| !program.is_empty())?;
        let is_name = Path::new(program).components().count() == 1 && !program.contains(std::path::is_separator);
        let program = if is_name { PathBuf::from(program) } else { directory.join(program) };
        let timeout = timeout.unwrap_or(Self::DEFAULT_TIMEOUT);
        Some(Self { program, arguments: arguments.to_vec(), timeout })
    }

    /// Credentials that run the command when they are first needed, and again if the API rejects the token.
    /// A failure names the place where the command is set.
    pub(super) fn authentication(&self, place: &Source) -> Authentication {
        /// The command's own timeout comes first, since its error names the command.
        const GRACE: Duration = Duration::from_secs(5);
        let command = self.clone();
        let hint = format!("run the token command `{}` of {place} by hand to see why it fails", self.name());
        let provider = CachedTokenProvider::new(move || {
            let (command, hint) = (command.clone(), hint.clone());
            async move {
                let token = command.run().await.map_err(|error| problem(error.to_string(), hint))?;
                Ok(TokenWithExpiry::from(token))
            }
        });
        let provider = provider.fetch_timeout(self.timeout.saturating_add(GRACE));
        let kind = AuthenticationKind::Command { program: self.name() };
        Authentication { credentials: Credentials::provider(provider), kind }
    }

    /// The program's name. Arguments may be confidential.
    fn name(&self) -> String {
        text::printable(&self.program.to_string_lossy())
    }

    /// Runs the command. What it prints to standard error reaches the user. No error repeats what it prints to standard output.
    async fn run(&self) -> Result<ApiToken, Box<dyn Error + Send + Sync>> {
        let failed = |reason: String| format!("the token command `{}` {reason}", self.name());
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(format!("could not be started: {error}")))?;
        let Ok(result) = tokio::time::timeout(self.timeout, output(&mut child)).await else {
            // Waits for the end, so that no zombie is left.
            let _ = child.kill().await;
            return Err(failed(format!("took longer than {} s, and was ended", self.timeout.as_secs())).into());
        };
        let printed = result.map_err(failed)?;
        let token = single_line(printed).map_err(|reason| failed(format!("printed no token: its output {reason}")))?;
        Ok(ApiToken::new(token).map_err(|error| failed(format!("printed no token: {error}")))?)
    }
}

/// What a child prints, at most a byte more than a token may have. It is an error if the child fails.
async fn output(child: &mut Child) -> Result<Vec<u8>, String> {
    let unreadable = |error: io::Error| format!("failed: {error}");
    let mut printed = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        stdout.take(limit).read_to_end(&mut printed).await.map_err(unreadable)?;
    }
    if printed.len() > MAX_BYTES {
        // Its pipe is closed. It may wait for something else.
        child.kill().await.map_err(unreadable)?;
        return Ok(printed);
    }
    let status = child.wait().await.map_err(unreadable)?;
    if status.success() { Ok(printed) } else { Err(format!("failed ({status})")) }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn command(words: &[&str], timeout: Duration) -> TokenCommand {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        TokenCommand::new(&words, Some(timeout), Path::new("/directory")).unwrap()
    }

    async fn run(script: &str) -> Result<ApiToken, String> {
        let command = command(&["sh", "-c", script], Duration::from_secs(20));
        command.run().await.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn token_is_the_line_that_the_command_prints() {
        let token = ApiToken::new("cfut_secret").unwrap();
        assert_eq!(run("echo cfut_secret").await.unwrap(), token);
        assert_eq!(run("printf 'cfut_secret\\r\\n'").await.unwrap(), token);
    }

    #[tokio::test]
    async fn no_shell_sees_the_arguments() {
        let command = command(&["echo", "$HOME;id"], Duration::from_secs(20));
        assert_eq!(command.run().await.unwrap(), ApiToken::new("$HOME;id").unwrap());
    }

    #[tokio::test]
    async fn standard_input_of_the_command_is_empty() {
        assert_eq!(run("read line || echo end").await.unwrap(), ApiToken::new("end").unwrap());
    }

    #[tokio::test]
    async fn failing_command_is_an_error_without_its_output() {
        for (script, reason) in [
            ("echo hunter2; exit 3", "failed (exit status: 3)"),
            ("kill -9 $$", "failed (signal: 9"),
            ("true", "printed no token: its output is empty"),
            ("echo hunter2; echo hunter2", "its output has several lines"),
            ("echo the hunter2", "printed no token: "),
            ("yes hunter2", "its output has more than 16 KiB"),
            ("yes hunter2; sleep 60", "its output has more than 16 KiB"),
        ] {
            let error = run(script).await.unwrap_err();
            assert!(error.starts_with("the token command `sh` ") && error.contains(reason), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[tokio::test]
    async fn missing_program_is_an_error() {
        let error = command(&["no-such-program"], Duration::from_secs(20)).run().await.unwrap_err().to_string();
        assert!(error.contains("`no-such-program` could not be started"), "{error}");
    }

    #[tokio::test]
    async fn command_that_takes_too_long_is_killed() {
        let directory = tempfile::TempDir::new().unwrap();
        let file = directory.path().join("pid");
        let script = format!("echo $$ > {}; exec sleep 60", file.display());
        let start = Instant::now();
        let error = command(&["sh", "-c", &script], Duration::from_secs(1)).run().await.unwrap_err().to_string();
        assert!(error.contains("took longer than 1 s"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
        let pid = std::fs::read_to_string(file).unwrap();
        let status =
            std::process::Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status().unwrap();
        assert!(!status.success(), "the process {pid} still runs");
    }

    #[test]
    fn program_is_a_name_or_a_path_relative_to_the_file() {
        let program = |word: &str| command(&[word], TokenCommand::DEFAULT_TIMEOUT).program;
        assert_eq!(program("op"), Path::new("op"));
        assert_eq!(program("./op"), Path::new("/directory/./op"));
        assert_eq!(program("bin/op"), Path::new("/directory/bin/op"));
        assert_eq!(program("/bin/op"), Path::new("/bin/op"));
        assert_eq!(TokenCommand::new(&[], None, Path::new("/")), None);
        assert_eq!(TokenCommand::new(&[String::new()], None, Path::new("/")), None);
    }
}
