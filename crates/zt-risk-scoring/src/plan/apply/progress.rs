//! What applying a plan has done so far, and the outcomes that follow from it.

use std::collections::BTreeMap;

use super::super::Plan;
use super::{Applied, ApplyError, ApplyErrorKind, ChangeRecord, Mismatch, MismatchKind, RequestRecord};
use crate::{BehaviorId, BehaviorMap, BehaviorSettings, Error, Response};

/// What applying a plan has done so far.
pub(super) struct Progress<'a> {
    plan: &'a Plan,
    record: ChangeRecord,
    /// How many PUTs were tried.
    writes: u32,
    /// Whether a PUT may have been sent.
    may_have_written: bool,
    /// The error of the last PUT.
    failed_write: Option<Error>,
    /// Whether a PUT was meant to repair the side effects of an earlier one.
    has_repaired: bool,
}

/// A behavior that is written.
type Entry = (BehaviorId, BehaviorSettings);

/// What follows from a read.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// These entries are written.
    Write(Vec<Entry>),
    /// The account is compared with what was meant.
    Finish,
    /// Something that the plan covers is neither as it saw it nor as it means it to be.
    Outdated(Vec<Mismatch>),
    /// The last PUT failed, and is not sent again.
    Unwritten,
}

/// Whether a behavior exists and has the given settings.
fn has(found: &BehaviorMap, id: &BehaviorId, settings: &BehaviorSettings) -> bool {
    found.get(id).is_some_and(|found| settings == found)
}

impl<'a> Progress<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let record = ChangeRecord::begin(plan);
        Self { plan, record, writes: 0, may_have_written: false, failed_write: None, has_repaired: false }
    }

    pub(super) fn writes(&self) -> u32 {
        self.writes
    }

    pub(super) fn failed_write(&self) -> Option<&Error> {
        self.failed_write.as_ref()
    }

    pub(super) fn record_read(&mut self, response: &Result<Response<BehaviorMap>, Error>) {
        let outcome = response.as_ref().map(Response::metadata);
        self.record.requests.push(RequestRecord::new("GET", outcome));
        self.record.after = response.as_ref().ok().map(|response| response.value().clone());
        if self.record.before.is_none() {
            self.record.before.clone_from(&self.record.after);
        }
    }

    pub(super) fn record_write<T>(&mut self, response: Result<Response<T>, Error>) {
        let outcome = response.as_ref().map(Response::metadata);
        self.record.requests.push(RequestRecord::new("PUT", outcome));
        self.writes = self.writes.saturating_add(1);
        self.may_have_written |= response.as_ref().map_or_else(Error::may_have_been_sent, |_| true);
        self.failed_write = response.err();
    }

    /// What follows from a read. A PUT that failed can be repeated or not.
    pub(super) fn next(&mut self, found: &BehaviorMap, can_repeat: bool) -> Next {
        let outdated = Mismatch::outdated(self.plan, found);
        let changes = self.plan.changes().iter().filter(|(id, change)| !has(found, id, &change.after));
        let pending: Vec<_> = changes.map(|(id, change)| (id.clone(), change.after.clone())).collect();
        let has_failed = self.failed_write.is_some();
        let has_written = self.writes > 0 && !has_failed;
        if pending.is_empty() && (outdated.is_empty() || self.may_have_written) {
            // What is outdated does not change by the plan, so it may be a side effect of the PUT.
            let is_due = outdated.iter().any(|mismatch| mismatch.found.is_some()) && (has_failed || !self.has_repaired);
            return if is_due && can_repeat { self.repair(outdated, found) } else { Next::Finish };
        }
        if has_written || self.has_repaired {
            // A behavior that the plan changes had its new settings, so another client has changed it since.
            Next::Finish
        } else if !outdated.is_empty() {
            Next::Outdated(outdated)
        } else if has_failed && !can_repeat {
            Next::Unwritten
        } else {
            Next::Write(pending)
        }
    }

    /// Writes everything that the plan covers, and records what was wrong.
    fn repair(&mut self, outdated: Vec<Mismatch>, found: &BehaviorMap) -> Next {
        self.has_repaired = true;
        let not_requested = |mismatch| Mismatch { kind: MismatchKind::NotRequested, ..mismatch };
        self.record.repaired = outdated.into_iter().map(not_requested).collect();
        Next::Write(self.covered(found))
    }

    /// Everything that the plan covers, as it means it to be.
    fn covered(&self, found: &BehaviorMap) -> Vec<Entry> {
        let managed = self.plan.managed().filter(|(id, _)| found.get(id).is_some());
        managed.map(|(id, change)| (id.clone(), change.after)).collect()
    }

    /// The account has the settings of the plan. Everything else must be as it was before.
    pub(super) fn finish(mut self) -> Result<Applied, ApplyError> {
        self.compare();
        if self.record.mismatches.is_empty() {
            let rollback = self.rollback();
            return Ok(Applied::new(self.record.end(), rollback, self.may_have_written));
        }
        let message = describe("after the change, the account is not as it was meant to be", &self.record.mismatches);
        let source = self.failed_write.take();
        Err(self.fail(ApplyErrorKind::Mismatch, message).with_source(source))
    }

    /// Records what is not as it was meant to be.
    fn compare(&mut self) {
        if let (Some(before), Some(after)) = (&self.record.before, &self.record.after) {
            self.record.mismatches = Mismatch::after(self.plan, before, after);
        }
    }

    /// Some behaviors are neither as the plan saw them nor as it means them to be.
    pub(super) fn outdated(mut self, mismatches: Vec<Mismatch>) -> ApplyError {
        let message = describe("the plan is outdated; plan again", &mismatches);
        self.record.mismatches = mismatches;
        let source = self.failed_write.take();
        self.fail(ApplyErrorKind::Outdated, message).with_source(source)
    }

    /// The last PUT failed, and the account is not as the plan means it to be.
    pub(super) fn unwritten(mut self) -> ApplyError {
        self.compare();
        let is_known = |mismatch: &Mismatch| mismatch.kind == MismatchKind::NotApplied;
        let message = if self.record.mismatches.iter().all(is_known) {
            "the change was not made".to_owned()
        } else {
            describe("the change was not made, and others were", &self.record.mismatches)
        };
        let source = self.failed_write.take();
        self.fail(ApplyErrorKind::Write, message).with_source(source)
    }

    /// The behaviors could not be read.
    pub(super) fn unread(mut self, read: Error) -> ApplyError {
        let (kind, message) = if self.may_have_written {
            (ApplyErrorKind::Unknown, "the change may have been made, but the behaviors could not be read afterwards")
        } else if self.failed_write.is_some() {
            (ApplyErrorKind::Write, "the change was not made")
        } else {
            (ApplyErrorKind::Read, "the behaviors could not be read, so nothing was written")
        };
        // The failure of the PUT says more than that of the read after it.
        let source = self.failed_write.take().or(Some(read));
        self.fail(kind, message.to_owned()).with_source(source)
    }

    fn fail(self, kind: ApplyErrorKind, message: String) -> ApplyError {
        let rollback = self.may_have_written.then(|| self.rollback());
        ApplyError::new(kind, message, self.record, rollback)
    }

    /// The plan that brings back the settings from before: of the behaviors that the plan covers, what it saw, and of others that
    /// changed, what the first read found. It does not cover the rest, so later changes of these do not outdate it.
    fn rollback(&self) -> Plan {
        let (Some(before), Some(after)) = (&self.record.before, &self.record.after) else {
            return self.plan.reversed();
        };
        let settings = before.iter().map(|(id, behavior)| (id.clone(), BehaviorSettings::from(behavior)));
        let mut earlier: BTreeMap<_, _> = settings.filter(|(id, settings)| !has(after, id, settings)).collect();
        earlier.extend(self.plan.managed().map(|(id, change)| (id.clone(), change.before)));
        Plan::restoring(self.plan.target().clone(), after.clone(), &earlier)
    }
}

/// The most behaviors that a message describes.
const MAX_DESCRIBED: usize = 5;

fn describe(message: &str, mismatches: &[Mismatch]) -> String {
    let mut list: Vec<_> = mismatches.iter().take(MAX_DESCRIBED).map(ToString::to_string).collect();
    if let Some(more) = mismatches.len().checked_sub(MAX_DESCRIBED).filter(|more| *more > 0) {
        list.push(format!("and {more} more"));
    }
    format!("{message}: {}", list.join("; "))
}
