//! Compares the credentials that operations need.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Verdict;
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, Part, State};
use xtask_document::operation::Operation;

/// One set of credentials: the schemes, (`scheme`, none), and the scopes, (`scheme`, `scope`), that it must have.
type Needs<'a> = BTreeSet<(&'a str, Option<&'a str>)>;

impl<'a> Comparison<'a> {
    /// Compares the sets of credentials that are sufficient. If one no longer is, requests that worked may fail.
    pub(super) fn compare_security(&mut self, old: &Operation<'a>, new: &Operation<'a>, location: &Location) {
        let (before, after) = (sufficient(self.old, old), sufficient(self.new, new));
        if before == after {
            return;
        }
        let remain_sufficient = before.iter().all(|had| after.iter().any(|needs| needs.is_subset(had)));
        let verdict = Verdict { breaks_published: !remain_sufficient, ..Verdict::DOCUMENTS };
        let is_public = |all: &BTreeSet<Needs<'a>>| all.iter().any(BTreeSet::is_empty);
        if is_public(&before) != is_public(&after) {
            self.report(verdict, location, ChangeKind::became(State::Public, is_public(&after)));
        }
        let (old, new): (Needs<'a>, Needs<'a>) =
            (before.into_iter().flatten().collect(), after.into_iter().flatten().collect());
        for need @ (scheme, scope) in old.symmetric_difference(&new) {
            let (part, name) = match scope {
                None => (Part::SecurityScheme, (*scheme).to_owned()),
                Some(scope) => (Part::Scope, format!("{scheme}: {scope}")),
            };
            self.report(verdict, location, ChangeKind::named(part, name, old.contains(need), new.contains(need)));
        }
        if old == new {
            self.report(verdict, location, ChangeKind::changed(Part::SecurityAlternative));
        }
    }
}

/// Every set of credentials that is sufficient for an operation. A public operation needs the empty set.
fn sufficient<'a>(document: &'a Value, operation: &Operation<'a>) -> BTreeSet<Needs<'a>> {
    let security = operation.object.get("security").or_else(|| document.get("security")).and_then(Value::as_array);
    let of = |schemes: &'a Value| {
        let schemes = schemes.as_object().into_iter().flatten();
        schemes
            .flat_map(|(scheme, scopes)| {
                let scopes = scopes.as_array().into_iter().flatten().filter_map(Value::as_str);
                [None].into_iter().chain(scopes.map(Some)).map(|scope| (scheme.as_str(), scope))
            })
            .collect()
    };
    let all: BTreeSet<Needs<'a>> = security.into_iter().flatten().map(of).collect();
    if all.is_empty() { [BTreeSet::new()].into() } else { all }
}
