//! The report of an import, for its reviewer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::Import;
use crate::rules::{self, Applied, Loss};

impl Import {
    /// The list of all changes. Changes by rules are sorted by loss, the largest first.
    pub fn report(&self) -> String {
        let mut text = format!("{}: {} operations, {} schemas\n", self.revision, self.operations, self.schemas);
        if !self.missing.is_empty() {
            let missing = self.missing.join(", ");
            let _ = writeln!(text, "operations of names.operations that do not exist: {missing}");
        }
        if self.earlier_fixups > 0 {
            let _ = writeln!(text, "fixups that an earlier import applied: {}", self.earlier_fixups);
        }
        list(&mut text, "fixups of this SDK", self.fixups.iter().cloned());
        self.list_applied(&mut text);
        let named: BTreeSet<_> = self.named.iter().map(|(_, name)| name).collect();
        let renamed = |names: &BTreeMap<String, String>| {
            let others = names.iter().filter(|(vendors, ours)| vendors != ours && !named.contains(ours));
            others.map(|(vendors, ours)| format!("{vendors}: {ours}")).collect::<Vec<_>>()
        };
        list(&mut text, "renamed operations", renamed(&self.renamed.operations));
        list(&mut text, "renamed schemas", renamed(&self.renamed.schemas));
        let given = self.named.iter().map(|(place, name)| format!("{place}: {name}"));
        list(&mut text, "named schemas that had no name", given);
        text
    }

    fn list_applied(&self, text: &mut String) {
        for loss in [Loss::Drops, Loss::Narrows, Loss::Widens, Loss::Lossless] {
            let mut by_rule: BTreeMap<&str, Vec<&Applied>> = BTreeMap::new();
            for applied in self.applied.iter().filter(|applied| applied.loss == loss) {
                by_rule.entry(applied.rule).or_default().push(applied);
            }
            if !by_rule.is_empty() {
                let _ = writeln!(text, "\nchanges by rules, {loss}: {}", loss.effect());
            }
            for (rule, applied) in by_rule {
                let definition = rules::ALL.iter().find(|definition| definition.name == rule);
                let (why, seen_in) = definition.map_or(("", ""), |definition| (definition.why, definition.seen_in));
                let times = if applied.len() == 1 { "once".to_owned() } else { format!("{} times", applied.len()) };
                let _ = writeln!(text, "\n{rule} ({loss}), {times}: {why} (evidence: {seen_in})");
                for Applied { place, what, .. } in applied {
                    let _ = writeln!(text, "  {place}: {what}");
                }
            }
        }
    }
}

fn list(text: &mut String, heading: &str, lines: impl IntoIterator<Item = String>) {
    let lines: Vec<_> = lines.into_iter().collect();
    if !lines.is_empty() {
        let _ = writeln!(text, "\n{heading} ({}):", lines.len());
    }
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
