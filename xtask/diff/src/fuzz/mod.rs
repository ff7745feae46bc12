//! Finds changes of documents that are classified below their effect on code.
//!
//! A seed makes a mutant of a document. The mutant is imported, and a client is generated from it. The two public
//! surfaces show the effect of the mutation: a removed or changed line breaks users, an added one does not. A mutant
//! fails if [`compare`] reports less. If it reports a breaking change, nothing is worse, and no code is generated.
//!
//! Only the types of the code are compared. What fails at run time needs a test that says so.

mod api;
mod dice;
mod schemas;

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use xtask_document::pointer::escape;

use crate::change::Class;
use crate::surface::Surface;
use crate::{Error, compare, imported, worst};
use dice::{Dice, Mutation};

/// How many surface changes and changes of the document a finding lists.
const MOST_LISTED: usize = 5;

/// A document of which mutants are made.
pub struct Subject {
    document: Value,
    surface: Surface,
    /// Schemas to build others from.
    schemas: Vec<Value>,
}

/// What became of a mutant.
pub enum Outcome {
    /// The comparison reports at least the effect on the code, as this class.
    Agrees(Option<Class>),
    /// It cannot be imported or generated, for this reason.
    Skipped(String),
    /// The comparison reports less than the effect on the code, or panicked.
    Fails(Finding),
}

/// A mutant that failed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Finding {
    /// The mutant's seed.
    pub seed: u64,
    /// What was mutated, and where.
    pub mutations: Vec<String>,
    /// The class of the worst reported change.
    pub reported: Option<String>,
    /// Some of the reported changes.
    pub changes: Vec<String>,
    /// Some of the changes of the public surface.
    pub surface: Vec<String>,
}

impl Subject {
    /// Imports a document and generates its client.
    ///
    /// # Errors
    ///
    /// If it cannot be imported or generated.
    pub fn new(document: &Value) -> Result<Self, Error> {
        let document = imported(document)?;
        let surface = Surface::of_document(&document)?;
        let schemas = dice::schemas(&document);
        Ok(Self { document, surface, schemas })
    }

    /// A mutant, and what was mutated. The same seed makes the same mutant.
    pub fn mutant(&self, seed: u64) -> (Value, Vec<String>) {
        let mut dice = Dice { random: Rng::with_seed(seed), schemas: &self.schemas };
        let mut mutant = self.document.clone();
        let count = *dice.one(&[1, 1, 1, 1, 1, 2, 2, 3]).unwrap_or(&1);
        let mut mutations = Vec::new();
        for _ in 0..count {
            mutations.extend(mutate(&mut mutant, &mut dice));
        }
        (mutant, mutations)
    }

    /// Compares a mutant with the document, and its client with that of the document.
    pub fn try_mutant(&self, seed: u64) -> Outcome {
        let (mutant, mutations) = self.mutant(seed);
        let finding = |reported: Option<Class>, changes, surface| {
            Outcome::Fails(Finding {
                seed,
                mutations,
                reported: reported.map(|class| class.to_string()),
                changes,
                surface,
            })
        };
        let panicked = |stage: &str, panic: &str| vec![format!("{stage} panicked: {panic}")];
        let new = match caught(|| imported(&mutant)) {
            Ok(Ok(new)) => new,
            Ok(Err(error)) => return Outcome::Skipped(reason(&error)),
            Err(panic) => return finding(None, panicked("the import", &panic), Vec::new()),
        };
        let changes = match caught(|| compare(&self.document, &new)) {
            Ok(changes) => changes,
            Err(panic) => return finding(None, panicked("the comparison", &panic), Vec::new()),
        };
        let reported = worst(&changes);
        if reported == Some(Class::Breaking) {
            return Outcome::Agrees(reported);
        }
        let surface = match caught(|| Surface::of_document(&new)) {
            Ok(Ok(surface)) => surface,
            Ok(Err(error)) => return Outcome::Skipped(reason(&error)),
            Err(panic) => return Outcome::Skipped(format!("the generator panicked: {}", blanked(&panic))),
        };
        let diff = self.surface.compare(&surface);
        let [expected, class] = [diff.worst(), reported].map(|class| class.unwrap_or(Class::Documentation));
        if class <= expected {
            return Outcome::Agrees(reported);
        }
        let changes = changes.iter().take(MOST_LISTED).map(ToString::to_string).collect();
        finding(reported, changes, diff.of_class(expected).take(MOST_LISTED).map(ToString::to_string).collect())
    }
}

/// Applies one mutation, and says what and where.
fn mutate(document: &mut Value, dice: &mut Dice<'_>) -> Option<String> {
    const TRIES: usize = 20;
    let sites = dice::sites(document);
    (0..TRIES).find_map(|_| {
        let tables = [schemas::ALL, schemas::ALL, api::ALL];
        let Mutation { name, kind, apply } = dice.one(tables).and_then(|table| dice.one(table))?;
        let places: Vec<_> = sites.iter().filter(|(_, of)| kind(*of)).collect();
        let (place, _) = dice.one(&places)?;
        let target = document.pointer_mut(place)?;
        let before = target.clone();
        apply(dice, target);
        if *target == before {
            return None;
        }
        let shown = |value: &Value| value.to_string().chars().take(400).collect::<String>();
        let what =
            if place.is_empty() { String::new() } else { format!(": {} became {}", shown(&before), shown(target)) };
        Some(format!("{name} at {}{what}", if place.is_empty() { "/" } else { place }))
    })
}

/// Runs something that may panic. The message of the panic is the error.
fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let panic: &(dyn Any + Send) = panic.as_ref();
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        text.unwrap_or("no message").to_owned()
    })
}

/// An error without names and numbers, so that equal ones can be counted.
fn reason(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    blanked(&text)
}

fn blanked(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = line.split('"').enumerate().map(|(index, part)| if index % 2 == 0 { part } else { "…" });
    let words = parts.collect::<String>();
    let is_place =
        |word: &str| word.contains(['/', '#', '{', '[']) || word.contains(|char: char| char.is_ascii_digit());
    let words = words.split(' ').map(|word| if is_place(word) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(160).collect()
}

/// Counts outcomes.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Tally {
    /// How many mutants were compared, by the reported class.
    pub compared: BTreeMap<String, u64>,
    /// How many were skipped, by the reason.
    pub skipped: BTreeMap<String, u64>,
    /// Those that failed.
    pub findings: Vec<Finding>,
}

impl Tally {
    /// Adds an outcome.
    pub fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Agrees(class) => {
                let class = class.map_or_else(|| "nothing changed".to_owned(), |class| class.to_string());
                self.compared.entry(class).or_default()
            }
            Outcome::Skipped(reason) => self.skipped.entry(reason).or_default(),
            Outcome::Fails(finding) => return self.findings.push(finding),
        };
        *count = count.saturating_add(1);
    }

    /// How many mutants it has counted.
    pub fn tried(&self) -> u64 {
        let counts = self.compared.values().chain(self.skipped.values()).copied();
        counts.fold(self.findings.len().try_into().unwrap_or(u64::MAX), u64::saturating_add)
    }
}

/// The place of a part of an object or a list.
fn below(place: &str, key: &str) -> String {
    format!("{place}/{}", escape(key))
}

#[cfg(test)]
mod tests;
