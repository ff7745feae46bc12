//! `cargo xtask spec fuzz-diff`: looks for changes of a document that `spec diff` classifies below their effect on code.
//!
//! Mutants come from seeds, so a run is repeatable, and a state file makes it resumable: it holds the next seed and all
//! that was found. Build it with `--profile tools`: the release profile aborts on a panic, and some mutants make the
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
use xtask_diff::fuzz::{Subject, Tally};
use xtask_document::read::{UNDATED, read};
use xtask_import::{Import, Names, Settings, Slice};

use crate::generate::write_file;
use crate::sdk::Sdk;

/// How many mutants a thread tries before the state is written.
const BATCH: u64 = 50;

/// What is mutated, how often, and where the state is kept.
pub struct Fuzz {
    /// A document.
    pub from: PathBuf,
    /// The tag whose operations are taken from it; all unless given.
    pub tag: Option<String>,
    /// The SDK whose part is taken from it.
    pub sdk: Option<Sdk>,
    /// How many mutants are made.
    pub count: u64,
    /// The first seed.
    pub seed: u64,
    /// Where the state is kept.
    pub state: Option<PathBuf>,
    /// How many threads run; as many as there are cores unless given.
    pub threads: Option<NonZero<usize>>,
}

/// The result of a run, and the seed that the next one begins with.
#[derive(Default, Deserialize, Serialize)]
pub struct State {
    next: u64,
    seconds: f64,
    tally: Tally,
}

impl Fuzz {
    /// Tries the mutants that the state does not have yet.
    ///
    /// # Errors
    ///
    /// If the document cannot be read, imported or generated, or the state cannot be read or written.
    pub fn run(&self) -> Result<State> {
        ensure!(cfg!(panic = "unwind"), "this build aborts on a panic; build with `--profile tools`");
        let subject = Subject::new(&self.document()?)?;
        let mut state = self.resumed()?;
        let end = self.seed.saturating_add(self.count);
        let threads = self.threads.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get);
        let share = BATCH.saturating_mul(threads.try_into().unwrap_or(1));
        // Expected panics are part of the result.
        std::panic::set_hook(Box::new(|_| {}));
        while state.next < end {
            let (begin, stop) = (Instant::now(), end.min(state.next.saturating_add(share)));
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
            state.seconds += begin.elapsed().as_secs_f64();
            if let Some(path) = &self.state {
                write_file(path, &serde_json::to_string_pretty(&state)?)?;
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

    fn resumed(&self) -> Result<State> {
        let fresh = State { next: self.seed, ..State::default() };
        let Some(path) = self.state.as_deref().filter(|path| path.exists()) else { return Ok(fresh) };
        read_state(path).with_context(|| format!("{} holds no state of this command", path.display()))
    }
}

fn read_state(path: &Path) -> Result<State> {
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

impl State {
    /// Checks that nothing was found.
    ///
    /// # Errors
    ///
    /// If something was.
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
