//! The report of decoded examples.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, bail};

use super::Examples;
use super::compare::Differences;
use super::validate::Fit;
use crate::groups::list;

/// Selects one kind of differences.
type Kind = fn(&Differences) -> &[String];

/// The kinds of differences: name, selector, and whether they are a fault of the generated types.
const KINDS: [(&str, Kind, bool); 5] = [
    ("declared values lost", |found| &found.lost, true),
    ("nulls lost that the schema does not allow", |found| &found.lost_nulls, false),
    ("undeclared values lost", |found| &found.lost_undeclared, false),
    ("values changed", |found| &found.changed, true),
    ("values added", |found| &found.added, false),
];

impl Examples {
    /// Checks that no example was rejected that fits its schema, and that no declared value was lost or changed.
    ///
    /// # Errors
    ///
    /// If one was, a group has no client, or no example was decoded.
    pub fn check(&self) -> Result<()> {
        let rejected = self.rejected.iter().filter(|(.., fit)| *fit == Fit::Fits).count();
        let mut wrong = Vec::new();
        if !self.failures.is_empty() {
            wrong.push(format!("{} of {} groups have no client", self.failures.len(), self.groups));
        }
        if self.same == 0 && self.different.is_empty() && self.rejected.is_empty() {
            wrong.push("no example of a successful JSON response was decoded".to_owned());
        }
        if rejected > 0 {
            wrong.push(format!("examples that fit their schema and were rejected: {rejected}"));
        }
        for (name, of, _) in KINDS.into_iter().filter(|(.., is_fault)| *is_fault) {
            let count: usize = self.different.iter().map(|(_, found, _)| of(found).len()).sum();
            if count > 0 {
                wrong.push(format!("{name}: {count}"));
            }
        }
        if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
    }

    fn totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decoded = self.same.saturating_add(self.different.len());
        writeln!(
            f,
            "{} of {} groups with examples have a client",
            self.groups.saturating_sub(self.failures.len()),
            self.groups
        )?;
        writeln!(f, "{decoded} examples decoded, {} of them without a difference", self.same)?;
        let of_fit = |is: fn(&Fit) -> bool| self.rejected.iter().filter(|(.., fit)| is(fit)).count();
        writeln!(
            f,
            "{} examples rejected: {} fit their schema, {} do not, {} have one that cannot be checked",
            self.rejected.len(),
            of_fit(|fit| *fit == Fit::Fits),
            of_fit(|fit| matches!(fit, Fit::Misfits(_))),
            of_fit(|fit| matches!(fit, Fit::Unknown(_))),
        )?;
        for (name, of, _) in KINDS {
            let counts: Vec<_> = self.different.iter().map(|(_, found, _)| of(found).len()).collect();
            let examples = counts.iter().filter(|count| **count > 0).count();
            writeln!(f, "{name}: {} in {examples} examples", counts.iter().sum::<usize>())?;
        }
        Ok(())
    }
}

impl fmt::Display for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.totals(f)?;
        let failures = self.failures.iter().map(|(group, why)| format!("{group}: {why}"));
        list(f, "groups without a client", failures)?;
        for (heading, is) in [
            ("rejected, and fit their schema", (|fit| *fit == Fit::Fits) as fn(&Fit) -> bool),
            ("rejected, other", |fit| *fit != Fit::Fits),
        ] {
            let rejected = self.rejected.iter().filter(|(.., fit)| is(fit));
            list(f, heading, rejected.map(|(place, why, fit)| format!("{place}: {why}; {fit}")))?;
        }
        for (name, of, _) in KINDS {
            let mut lines: BTreeMap<String, usize> = BTreeMap::new();
            for (place, found, fit) in &self.different {
                for difference in of(found) {
                    let note = if *fit == Fit::Fits { String::new() } else { format!("; {fit}") };
                    let times = lines.entry(format!("{place}: {difference}{note}")).or_default();
                    *times = times.saturating_add(1);
                }
            }
            let text =
                |(line, times): (String, usize)| if times == 1 { line } else { format!("{line} ({times} times)") };
            list(f, name, lines.into_iter().map(text))?;
        }
        list(f, "examples of operations that no client has", self.not_generated.iter().cloned())?;
        list(f, "examples of responses that are read as bytes or not at all", self.without_type.iter().cloned())?;
        list(f, "examples of media types that the client does not ask for", self.not_accepted.iter().cloned())?;
        list(f, "examples that the document only links to", self.external.iter().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn different(lost: &[&str], undeclared: &[&str]) -> (String, Differences, Fit) {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        let found = Differences { lost: owned(lost), lost_undeclared: owned(undeclared), ..Differences::default() };
        ("GET /a 200".to_owned(), found, Fit::Fits)
    }

    #[test]
    fn round_trip_without_examples_fails() {
        let error = Examples::default().check().unwrap_err().to_string();
        assert_eq!(error, "no example of a successful JSON response was decoded");
    }

    #[test]
    fn only_faults_of_the_generated_types_fail() {
        let rejected = |fit| ("GET /b 200".to_owned(), "no text".to_owned(), fit);
        let mut examples = Examples {
            groups: 1,
            same: 2,
            rejected: vec![rejected(Fit::Misfits("odd".to_owned()))],
            different: vec![different(&[], &["/x"])],
            ..Examples::default()
        };
        examples.check().unwrap();
        examples.rejected.push(rejected(Fit::Fits));
        examples.different.push(different(&["/y", "/y"], &[]));
        let error = examples.check().unwrap_err().to_string();
        assert_eq!(error, "examples that fit their schema and were rejected: 1; declared values lost: 2");
        let text = examples.to_string();
        for part in [
            "4 examples decoded, 2 of them without a difference",
            "2 examples rejected: 1 fit their schema, 1 do not, 0 have one",
            "declared values lost: 2 in 1 examples",
            "  GET /a 200: /y (2 times)\n",
            "  GET /b 200: no text; it does not fit its schema: odd\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
