//! Compares cycles of schemas: one field of a type that contains itself is a `Box`.
//!
//! The generator chooses the field, and boxes all optional properties of that type alike. So a new property of one
//! schema may change a field of another schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, State};
use xtask_document::Fields;
use xtask_document::keywords::branches;
use xtask_document::schemas::{reference, schemas};

/// The schemas that each schema contains, except in a list or a map.
type Contained<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

impl Comparison<'_> {
    /// Compares the cycles that contain named schemas.
    pub(super) fn compare_cycles(&mut self) {
        let (before, after) = (contained(self.old), contained(self.new));
        let used: BTreeSet<&str> = before.values().flatten().copied().collect();
        let (old, new) = (cyclic(&before), cyclic(&after));
        let none = BTreeSet::new();
        for name in used.into_iter().filter(|name| after.contains_key(name)) {
            let [was, is] = [&old, &new].map(|cyclic| cyclic.get(name).unwrap_or(&none));
            if was != is {
                let kind = ChangeKind::became(State::Boxed, !is.is_empty());
                self.report(Verdict::BREAKS, &Location::new(name, Side::Api), kind);
            }
        }
    }
}

fn contained(document: &Value) -> Contained<'_> {
    schemas(document).iter().map(|(name, schema)| (name.as_str(), targets(schema))).collect()
}

/// The named schemas that a schema contains.
fn targets(schema: &Value) -> BTreeSet<&str> {
    let (mut targets, mut pending) = (BTreeSet::new(), vec![schema]);
    while let Some(schema) = pending.pop() {
        if let Some(name) = reference(schema) {
            targets.insert(name);
            continue;
        }
        pending.extend(schema.entries("properties").values());
        pending.extend(branches(schema).flat_map(|(_, branches)| branches));
    }
    targets
}

/// The schemas on cycles and on paths between cycles, and the edges between these schemas.
fn cyclic<'a>(contained: &Contained<'a>) -> Contained<'a> {
    let forward = without_dead_ends(contained.clone());
    let mut backward = Contained::new();
    for (name, targets) in &forward {
        backward.entry(name).or_default();
        for target in targets {
            backward.entry(target).or_default().insert(name);
        }
    }
    let backward = without_dead_ends(backward);
    let is_cyclic = |name: &&str| backward.contains_key(name);
    let kept = forward.into_iter().filter(|(name, _)| is_cyclic(name));
    kept.map(|(name, targets)| (name, targets.into_iter().filter(is_cyclic).collect())).collect()
}

/// A graph without the nodes from which no path leads to a cycle.
fn without_dead_ends<'a>(mut graph: Contained<'a>) -> Contained<'a> {
    let mut sources = BTreeMap::<&str, Vec<&str>>::new();
    for (name, targets) in &graph {
        targets.iter().for_each(|target| sources.entry(target).or_default().push(name));
    }
    let is_unknown = |name: &&&'a str| !graph.contains_key(**name);
    let mut ends: Vec<&str> = sources.keys().filter(is_unknown).copied().collect();
    ends.extend(graph.iter().filter(|(_, targets)| targets.is_empty()).map(|(name, _)| *name));
    while let Some(end) = ends.pop() {
        graph.remove(end);
        for source in sources.remove(end).into_iter().flatten() {
            if let Some(targets) = graph.get_mut(source)
                && targets.remove(end)
                && targets.is_empty()
            {
                ends.push(source);
            }
        }
    }
    graph
}
