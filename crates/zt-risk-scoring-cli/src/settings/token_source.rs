//! Where a profile or an account has its token from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::authentication::Authentication;
use super::problems::Problems;
use super::source::Source;
use super::token_command::TokenCommand;
use super::token_file;

/// Where a token comes from.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum TokenSource {
    File(PathBuf),
    Command(TokenCommand),
}

impl TokenSource {
    /// The source that the keys of a file describe, if they do. Relative paths are relative to the file's directory.
    pub(super) fn new(
        token_file: Option<&Path>,
        token_command: Option<&[String]>,
        timeout: Option<Duration>,
        directory: &Path,
    ) -> Result<Option<Self>, &'static str> {
        match (token_file, token_command) {
            (Some(_), Some(_)) => Err("has both token_file and token_command"),
            (_, None) if timeout.is_some() => Err("has token_command_timeout, but no token_command"),
            (Some(path), None) if path == "-" => {
                Err("has the token_file `-`; standard input can only be given as a flag")
            }
            (Some(path), None) => Ok(Some(Self::File(directory.join(path)))),
            (None, Some(words)) => match TokenCommand::new(words, timeout, directory) {
                Some(command) => Ok(Some(Self::Command(command))),
                None => Err("has a token_command without a program"),
            },
            (None, None) => Ok(None),
        }
    }
}

/// The credentials of all sources. Each file is read once, and accounts with one command share its token.
#[derive(Default)]
pub(super) struct Tokens(BTreeMap<TokenSource, Option<Authentication>>);

impl Tokens {
    /// The credentials of a source, which is set at a place. `None` if there is a problem, which is recorded the first time.
    pub(super) fn get(
        &mut self,
        source: TokenSource,
        place: &Source,
        problems: &mut Problems,
    ) -> Option<Authentication> {
        if let Some(known) = self.0.get(&source) {
            return known.clone();
        }
        let authentication = match &source {
            TokenSource::File(path) => problems.record(token_file::read(path)),
            TokenSource::Command(command) => Some(command.authentication(place)),
        };
        self.0.insert(source, authentication.clone());
        authentication
    }
}
