//! What it means for strings with a format that responses begin or cease to use a schema.
//!
//! In a schema of requests only, such a string has the format's type. In others it may have any text, and has another type;
//! see `passes/formatted.rs`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, State};
use xtask_codegen::policies::FORMATS;
use xtask_document::operation::{component, is_success, operations};
use xtask_document::pointer::escape;
use xtask_document::schemas::{SCHEMAS, named};
use xtask_document::walk::{ObjectKind, for_each_reference};

impl Comparison<'_> {
    /// Compares which of the schemas that both documents have are used by requests only, if they have such strings.
    pub(super) fn compare_formats(&mut self) {
        let [was_sent, is_sent] = [self.old, self.new].map(sent_only);
        for name in was_sent.symmetric_difference(&is_sent) {
            let [before, after] = [self.old, self.new].map(|document| named(document, name).is_some_and(has_format));
            if before && after {
                let kind = ChangeKind::Became { state: State::Received, holds: !is_sent.contains(name) };
                self.report(Verdict::BREAKS, &Location::new(name, Side::Api), kind);
            }
        }
    }
}

/// The names of schemas that requests use, and no success does.
fn sent_only(document: &Value) -> BTreeSet<String> {
    let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations(document) {
        let shared = document.pointer(&format!("/paths/{}/parameters", escape(operation.path)));
        let parameters = [operation.object.get("parameters"), shared].into_iter().flatten().filter_map(Value::as_array);
        sent.extend(parameters.flatten().flat_map(|parameter| references(document, parameter, ObjectKind::Parameter)));
        let body = operation.object.get("requestBody");
        sent.extend(body.into_iter().flat_map(|body| references(document, body, ObjectKind::RequestBody)));
        let responses = operation.object.get("responses").and_then(Value::as_object).into_iter().flatten();
        let successes = responses.filter(|(status, _)| is_success(status));
        received.extend(successes.flat_map(|(_, response)| references(document, response, ObjectKind::Response)));
    }
    let received = reached(document, received);
    reached(document, sent).difference(&received).cloned().collect()
}

/// The schemas of some names, and all that they refer to.
fn reached(document: &Value, mut pending: BTreeSet<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop_last() {
        let schema = named(document, &name);
        if reached.insert(name) {
            pending.extend(schema.into_iter().flat_map(|schema| references(document, schema, ObjectKind::Schema)));
        }
    }
    reached
}

/// The names of the schemas that a part of a document refers to.
fn references(document: &Value, part: &Value, kind: ObjectKind) -> BTreeSet<String> {
    let mut part = if kind == ObjectKind::Schema { part } else { component(document, part).unwrap_or(part) }.clone();
    let mut names = BTreeSet::new();
    for_each_reference(&mut part, kind, &mut |_, reference| {
        names.extend(reference.strip_prefix(SCHEMAS).map(str::to_owned));
        None
    });
    names
}

/// Whether a schema itself has a string of a format that the generator has a type for.
fn has_format(schema: &Value) -> bool {
    let is_typed = |format: &Value| format.as_str().is_some_and(|format| FORMATS.contains(&format));
    match schema {
        Value::Object(object) => {
            object.get("type").is_some_and(|of| of == "string") && object.get("format").is_some_and(is_typed)
                || object.values().any(has_format)
        }
        Value::Array(list) => list.iter().any(has_format),
        _ => false,
    }
}
