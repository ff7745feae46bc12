//! Compares operations.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, Part, State};
use xtask_document::Fields;
use xtask_document::operation::{METHODS, Operation, operations, route};

/// Operations by route and method. A route has no names of path parameters, since requests do not contain them.
type Operations<'a> = BTreeMap<(String, &'a str), Operation<'a>>;

impl<'a> Comparison<'a> {
    pub(super) fn compare_operations(&mut self) {
        let (mut removed, after) = (by_route(self.old), by_route(self.new));
        let mut new = Vec::new();
        for (route, operation) in after {
            match removed.remove(&route) {
                Some(earlier) => self.compare_operation(&earlier, &operation),
                None => new.push(operation),
            }
        }
        // An operation with another route and its old id is the same operation.
        let mut by_id: BTreeMap<_, _> =
            removed.iter().filter_map(|(route, operation)| Some((operation.id()?, route.clone()))).collect();
        for operation in new {
            let location = Location::new(operation.route(), Side::Api);
            let earlier = operation.id().and_then(|id| by_id.remove(id)).and_then(|route| removed.remove(&route));
            match earlier {
                Some(earlier) => {
                    let kind = ChangeKind::replaced(Part::Route, Some(&earlier.route()), Some(&operation.route()));
                    self.report(Verdict::BREAKS_PUBLISHED, &location, kind);
                    self.compare_operation(&earlier, &operation);
                }
                None => self.report(Verdict::ADDS, &location, ChangeKind::added(Part::Operation)),
            }
        }
        for operation in removed.into_values() {
            let location = Location::new(operation.route(), Side::Api);
            self.report(Verdict::BREAKS_PUBLISHED, &location, ChangeKind::removed(Part::Operation));
        }
    }

    fn compare_operation(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let location = Location::new(new.route(), Side::Api);
        if old.id() != new.id() {
            self.report(Verdict::BREAKS, &location, ChangeKind::replaced(Part::OperationId, old.id(), new.id()));
        }
        self.compare_deprecation(old.object.get("deprecated"), new.object.get("deprecated"), &location);
        self.compare_dates(old.object, new.object, &location);
        self.compare_security(old, new, &location);
        self.compare_parameters(old, new, &location.place);
        self.compare_request_bodies(old, new, &location.place);
        self.compare_responses(old, new, &location.place);
        let callbacks = [old, new].map(|operation| operation.object.get("callbacks"));
        self.compare_entries(Part::Callback, callbacks, &location);
        let compared = [
            "callbacks",
            "deprecated",
            "operationId",
            "parameters",
            "requestBody",
            "responses",
            "security",
            DATES[0].1,
            DATES[1].1,
        ];
        self.report_others([old.object, new.object].map(Some), &compared, &location);
    }

    pub(super) fn compare_deprecation(&mut self, old: Option<&Value>, new: Option<&Value>, location: &Location) {
        let is = |value: Option<&Value>| value == Some(&Value::Bool(true));
        if is(old) != is(new) {
            self.report(Verdict::ADDS, location, ChangeKind::became(State::Deprecated, is(new)));
        }
    }

    /// Compares the dates of deprecation and removal.
    fn compare_dates(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, location: &Location) {
        for (part, key) in DATES {
            if old.get(key) != new.get(key) {
                let [old, new] = [old, new].map(|object| object.get(key).map(text_of));
                self.report(Verdict::DOCUMENTS, location, ChangeKind::replaced(part, old.as_deref(), new.as_deref()));
            }
        }
    }

    /// Compares path items, and the fields of the document except its version, which every revision changes.
    pub(super) fn compare_document(&mut self) {
        let paths = |document: &'a Value| document.entries("paths").iter();
        let before: BTreeMap<_, _> = paths(self.old).map(|(path, item)| (route(path), item)).collect();
        for (path, item) in paths(self.new) {
            if let Some(earlier) = before.get(&route(path)) {
                let compared: Vec<_> = METHODS.into_iter().chain(["parameters"]).collect();
                self.report_others([earlier, item].map(Value::as_object), &compared, &Location::new(path, Side::Api));
            }
        }
        let location = Location::new("the document", Side::Api);
        let compared = ["components", "info", "paths", "security"];
        self.report_others([self.old, self.new].map(Value::as_object), &compared, &location);
        let info = Location::new("info", Side::Api);
        self.report_others([self.old, self.new].map(|document| Some(document.entries("info"))), &["version"], &info);
        let components = Location::new("components", Side::Api);
        let all = [self.old, self.new].map(|document| document.entries("components"));
        let entries = [
            (Part::Callback, "callbacks"),
            (Part::Header, "headers"),
            (Part::Link, "links"),
            (Part::SecurityScheme, "securitySchemes"),
        ];
        for (part, key) in entries {
            self.compare_entries(part, all.map(|all| all.get(key)), &components);
        }
        let compared = ["parameters", "requestBodies", "responses", "schemas"];
        let compared: Vec<_> = compared.into_iter().chain(entries.map(|(_, key)| key)).collect();
        self.report_others(all.map(Some), &compared, &components);
    }
}

/// The extensions whose values are dates.
const DATES: [(Part, &str); 2] = [(Part::SunsetDate, "x-sunset"), (Part::DeprecationDate, "x-deprecation-date")];

/// A value as text.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn by_route(document: &Value) -> Operations<'_> {
    operations(document).map(|operation| ((route(operation.path), operation.method), operation)).collect()
}
