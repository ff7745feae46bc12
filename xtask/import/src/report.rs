//! What an import did to what, for whoever reviews it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::Import;
use crate::rules::{self, Applied, Loss};

impl Import {
    /// The changes as a list. Of the rules' changes, those with a loss are first.
    pub fn report(&self) -> String {
        let mut text = format!("{}: {} operations, {} schemas\n", self.revision, self.operations, self.schemas);
        if !self.missing.is_empty() {
            let missing = self.missing.join(", ");
            let _ = writeln!(text, "operations that names.operations lists, and that are not there: {missing}");
        }
        if self.fixed > 0 {
            let _ = writeln!(text, "fixups that it has had before: {}", self.fixed);
        }
        list(&mut text, "fixups of this SDK", self.fixups.iter().cloned());
        self.list_applied(&mut text);
        let named: BTreeSet<_> = self.named.iter().map(|(_, name)| name).collect();
        let renamed = |names: &BTreeMap<String, String>| {
            let others = names.iter().filter(|(vendors, ours)| vendors != ours && !named.contains(ours));
            others.map(|(vendors, ours)| format!("{vendors}: {ours}")).collect::<Vec<_>>()
        };
        list(&mut text, "operations that have new names", renamed(&self.renamed.operations));
        list(&mut text, "schemas that have new names", renamed(&self.renamed.schemas));
        let given = self.named.iter().map(|(place, name)| format!("{place}: {name}"));
        list(&mut text, "schemas that had no name", given);
        text
    }

    fn list_applied(&self, text: &mut String) {
        for loss in [Loss::Drops, Loss::Narrows, Loss::Widens, Loss::Lossless] {
            let mut by_rule: BTreeMap<&str, Vec<&Applied>> = BTreeMap::new();
            for applied in self.applied.iter().filter(|applied| applied.loss == loss) {
                by_rule.entry(applied.rule).or_default().push(applied);
            }
            for (rule, applied) in by_rule {
                let known = rules::ALL.iter().find(|known| known.name == rule);
                let (why, seen_in) = known.map_or(("", ""), |known| (known.why, known.seen_in));
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
