//! `cargo xtask spec fuzz-diff`: looks for changes of a document that `spec diff` classifies below their effect on
//! code.
//!
//! Mutants are derived from seeds, so a run is repeatable. A state file with the next seed and all findings makes it
//! resumable. Build it with `--profile tools`: the release profile aborts on a panic, and some mutants make the
//! generator panic.

use std::fmt;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::generate::write_file;
use crate::sdk::Sdk;
use xtask_diff::fuzz::{Subject, Tally};
use xtask_document::read::{UNDATED, read, sha256};
use xtask_import::{Import, Names, Settings, Slice};

/// The number of mutants that each thread tries before the state is written.
const BATCH: u64 = 50;

/// The settings of a run.
pub struct Fuzz {
    /// A document.
    pub from: PathBuf,
    /// The tag whose operations are used; by default, all operations.
    pub tag: Option<String>,
    /// The SDK whose slice is used.
    pub sdk: Option<Sdk>,
    /// The number of mutants.
    pub count: u64,
    /// The first seed.
    pub seed: u64,
    /// The state file.
    pub state: Option<PathBuf>,
    /// The number of threads; by default, the number of cores.
    pub threads: Option<NonZero<usize>>,
}

/// The result of a run, and the first seed of the next one.
#[derive(Default, Deserialize, Serialize)]
pub struct State {
    /// The hash of the mutated document, and the first seed; absent in older files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<(String, u64)>,
    next: u64,
    seconds: f64,
    tally: Tally,
}

impl Fuzz {
    /// Tries the mutants that are not in the state yet.
    ///
    /// # Errors
    ///
    /// If the document cannot be read, imported or generated, or the state cannot be read or written.
    pub fn run(&self) -> Result<State> {
        ensure!(cfg!(panic = "unwind"), "this build aborts on a panic; build with `--profile tools`");
        let document = self.document()?;
        let mut state = self.resumed((sha256(document.to_string()), self.seed))?;
        let subject = Subject::new(&document)?;
        let end = self.seed.saturating_add(self.count);
        let threads = self.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let share = BATCH.saturating_mul(threads.try_into().unwrap_or(1));
        // Panics of the generator are counted, not printed.
        std::panic::set_hook(Box::new(|_| {}));
        while state.next < end {
            let (start, stop) = (Instant::now(), end.min(state.next.saturating_add(share)));
            let (next, tally) = (AtomicU64::new(state.next), Mutex::new(std::mem::take(&mut state.tally)));
            thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        loop {
                            let seed = next.fetch_add(1, Ordering::Relaxed);
                            if seed >= stop {
                                break;
                            }
                            let outcome = subject.try_mutant(seed);
                            tally.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).add(outcome);
                        }
                    });
                }
            });
            state.tally = tally.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
            state.next = stop;
            state.seconds += start.elapsed().as_secs_f64();
            if let Some(path) = &self.state {
                write(path, &state)?;
            }
        }
        Ok(state)
    }

    /// The part of the document that is mutated.
    fn document(&self) -> Result<Value> {
        let (_, document) = read(&self.from)?;
        let import = match (&self.sdk, &self.tag) {
            (Some(sdk), _) => Import::of(&sdk.settings(), &document, UNDATED)?,
            (None, Some(tag)) => {
                let slice = Slice { tags: [tag.clone()].into(), ..Slice::default() };
                let names = Names::default();
                let (name, title, description) = ("fuzz", tag.as_str(), "A part of a document.");
                let settings = Settings { name, title, description, slice: &slice, names: &names, fixups: &[] };
                Import::of(&settings, &document, UNDATED)?
            }
            (None, None) => return Ok(document),
        };
        Ok(serde_json::from_str(&import.text)?)
    }

    fn resumed(&self, subject: (String, u64)) -> Result<State> {
        let Some(path) = self.state.as_deref().filter(|path| path.exists()) else {
            return Ok(State { next: self.seed, subject: Some(subject), ..State::default() });
        };
        let state =
            read_state(path).with_context(|| format!("{} is not a state file of this command", path.display()))?;
        ensure!(
            state.subject.as_ref().is_none_or(|of_state| *of_state == subject),
            "{} is the state of a run with another document or seed; use another file",
            path.display()
        );
        Ok(state)
    }
}

/// Writes the state to a temporary file, and renames it: an interruption or a full disk keeps the last state.
fn write(path: &Path, state: &State) -> Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    let temporary = PathBuf::from(temporary);
    write_file(&temporary, &serde_json::to_string_pretty(state)?)?;
    fs::rename(&temporary, path).with_context(|| format!("cannot write {}", path.display()))
}

fn read_state(path: &Path) -> Result<State> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

impl State {
    /// Checks that there is no finding.
    ///
    /// # Errors
    ///
    /// If there is one.
    pub fn check(&self) -> Result<()> {
        let count = self.tally.findings.len();
        ensure!(count == 0, "{count} mutants are classified below their effect on code");
        Ok(())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tried = self.tally.tried();
        let time = Duration::from_secs_f64(self.seconds.max(0.0)).as_secs();
        let rate = u64::checked_div(tried, time).map_or_else(String::new, |rate| format!(", {rate} a second"));
        writeln!(f, "{tried} mutants{rate}; the next seed is {}", self.next)?;
        for (class, count) in &self.tally.compared {
            writeln!(f, "  {class}: {count}")?;
        }
        let skipped = self.tally.skipped.values().copied().fold(0, u64::saturating_add);
        writeln!(f, "\nskipped ({skipped})")?;
        for (reason, count) in &self.tally.skipped {
            writeln!(f, "  {count}: {reason}")?;
        }
        writeln!(f, "\nclassified below their effect ({})", self.tally.findings.len())?;
        for finding in &self.tally.findings {
            let reported = finding.reported.as_deref().unwrap_or("nothing");
            writeln!(f, "  seed {}, reported as {reported}", finding.seed)?;
            for (heading, lines) in
                [("mutation", &finding.mutations), ("change", &finding.changes), ("surface", &finding.surface)]
            {
                lines.iter().try_for_each(|line| writeln!(f, "    {heading}: {line}"))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn state_of_another_document_or_seed_is_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let document = |id: &str| {
            let operation = json!({"operationId": id, "responses": {"200": {"description": "Things."}}});
            let info = json!({"title": "Things", "version": "1"});
            let document = json!({"openapi": "3.0.3", "info": info, "paths": {"/things": {"get": operation}}});
            let path = folder.path().join(format!("{id}.json"));
            fs::write(&path, document.to_string()).unwrap();
            path
        };
        let state = folder.path().join("state.json");
        let run = |id: &str, seed: u64| {
            let (from, state, threads) = (document(id), Some(state.clone()), NonZero::new(1));
            Fuzz { from, tag: None, sdk: None, count: 2, seed, state, threads }.run().map(|state| state.next)
        };
        assert_eq!(run("list_things", 3).unwrap(), 5);
        assert_eq!(run("list_things", 3).unwrap(), 5);
        for other in [run("other_things", 3), run("list_things", 4)] {
            let error = other.unwrap_err().to_string();
            assert!(
                error.ends_with("is the state of a run with another document or seed; use another file"),
                "{error}"
            );
        }
    }
}
