//! Classifies the change of a schema with formatted strings that responses begin or cease to use.
//!
//! In a schema that only requests use, a string has the type of its format. In other schemas it may have any text,
//! which is another type; see `passes/formatted.rs`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, State};
use xtask_codegen::policies::FORMATS;
use xtask_document::Fields;
use xtask_document::operation::operations;
use xtask_document::schemas::{SCHEMAS, named};
use xtask_document::walk::{ObjectKind, for_each_reference};

impl Comparison<'_> {
    /// Reports each schema with formatted strings that only requests use in one of the documents, but not in both.
    pub(super) fn compare_formats(&mut self) {
        let [was_sent, is_sent] = [self.old, self.new].map(sent_only);
        for name in was_sent.symmetric_difference(&is_sent) {
            let [before, after] = [self.old, self.new].map(|document| named(document, name).is_some_and(has_format));
            if before && after {
                let kind = ChangeKind::became(State::Received, !is_sent.contains(name));
                self.report(Verdict::BREAKS, &Location::new(name, Side::Api), kind);
            }
        }
    }
}

/// The names of schemas that requests use and success responses do not.
fn sent_only(document: &Value) -> BTreeSet<String> {
    let (mut sent, mut received) = (BTreeSet::new(), BTreeSet::new());
    for operation in operations(document) {
        let parameters = operation.parameters().into_iter();
        sent.extend(parameters.flat_map(|parameter| references(parameter.object, ObjectKind::Parameter)));
        sent.extend(operation.body().into_iter().flat_map(|body| references(body.object, ObjectKind::RequestBody)));
        received.extend(operation.successes().flat_map(|response| references(response.object, ObjectKind::Response)));
    }
    let received = reached(document, received);
    reached(document, sent).difference(&received).cloned().collect()
}

/// Schemas and all that they refer to, by name.
fn reached(document: &Value, mut pending: BTreeSet<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(name) = pending.pop_last() {
        let schema = named(document, &name);
        if reached.insert(name) {
            let schema = schema.and_then(Value::as_object);
            pending.extend(schema.into_iter().flat_map(|schema| references(schema, ObjectKind::Schema)));
        }
    }
    reached
}

/// The names of the schemas that an object refers to.
fn references(object: &Map<String, Value>, kind: ObjectKind) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for_each_reference(&mut Value::Object(object.clone()), kind, &mut |_, reference| {
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
            object.text("type") == Some("string") && object.get("format").is_some_and(is_typed)
                || object.values().any(has_format)
        }
        Value::Array(list) => list.iter().any(has_format),
        _ => false,
    }
}
