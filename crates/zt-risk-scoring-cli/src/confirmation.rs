//! Confirmation of changes: by a person, or by `--yes`.

use clap::Args;

use crate::failure::Failure;
use crate::session::Session;
use crate::terminal;

/// How a change is confirmed.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Confirmation {
    /// Make the change without asking
    #[arg(long, short)]
    yes: bool,
}

/// What a person decides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decision {
    Apply,
    Decline,
}

impl Confirmation {
    /// Rejects a change that nobody can confirm, before anything is sent.
    pub(crate) fn check(&self, session: &Session) -> Result<(), Failure> {
        if session.is_dry_run() { Ok(()) } else { require_confirmation(self.yes) }
    }

    /// Asks a question, unless the change is confirmed.
    pub(crate) fn ask(&self, question: &str) -> Result<Decision, Failure> {
        confirm(question, self.yes)
    }
}

/// Asks a question, unless the change is confirmed.
pub(crate) fn confirm(question: &str, is_confirmed: bool) -> Result<Decision, Failure> {
    if is_confirmed || terminal::confirm(question)? { Ok(Decision::Apply) } else { Ok(Decision::Decline) }
}

/// Rejects a change that nobody can confirm, before anything is sent.
pub(crate) fn require_confirmation(is_confirmed: bool) -> Result<(), Failure> {
    if is_confirmed || terminal::can_ask() {
        return Ok(());
    }
    Err(Failure::usage(
        "a change needs a confirmation, and there is no terminal to ask on; nothing was sent",
        "review the change with --dry-run, then confirm it with --yes",
    ))
}
