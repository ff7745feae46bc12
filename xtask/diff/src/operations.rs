//! What changes in operations mean.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use xtask_document::operation::{METHODS, Operation, component, operations, route};

/// Operations by method and path, without the names of the path's parameters: they are no part of a request.
type Operations<'a> = BTreeMap<(String, &'a str), Operation<'a>>;

impl<'a> Comparison<'a> {
    pub(super) fn compare_operations(&mut self) {
        let (mut gone, came) = (by_route(self.old), by_route(self.new));
        let mut new = Vec::new();
        for (route, operation) in came {
            match gone.remove(&route) {
                Some(earlier) => self.compare_operation(&earlier, &operation),
                None => new.push(operation),
            }
        }
        // One that is elsewhere under its old name is the same one.
        let mut by_id: BTreeMap<_, _> =
            gone.iter().filter_map(|(route, operation)| Some((operation.id()?, route.clone()))).collect();
        for operation in new {
            let location = Location::new(place(&operation), Side::Api);
            let earlier = operation.id().and_then(|id| by_id.remove(id)).and_then(|route| gone.remove(&route));
            match earlier {
                Some(earlier) => {
                    self.tell(Verdict::BREAKS_PUBLISHED, &location, format!("it was {}", place(&earlier)));
                    self.compare_operation(&earlier, &operation);
                }
                None => self.tell(Verdict::ADDS, &location, "there is a new operation"),
            }
        }
        for operation in gone.into_values() {
            self.tell(Verdict::BREAKS_PUBLISHED, &Location::new(place(&operation), Side::Api), "the operation is gone");
        }
    }

    fn compare_operation(&mut self, old: &Operation<'a>, new: &Operation<'a>) {
        let location = Location::new(place(new), Side::Api);
        let id = |operation: &Operation<'a>| operation.id().unwrap_or("none");
        if id(old) != id(new) {
            self.tell(Verdict::BREAKS, &location, format!("the operation id was {} and is {}", id(old), id(new)));
        }
        self.compare_deprecation(old.object.get("deprecated"), new.object.get("deprecated"), &location);
        self.compare_parameters(old, new, &location.place);
        self.compare_request_bodies(old.object.get("requestBody"), new.object.get("requestBody"), &location.place);
        self.compare_responses(old.object.get("responses"), new.object.get("responses"), &location.place);
        let compared = ["deprecated", "operationId", "parameters", "requestBody", "responses"];
        self.tell_others(Some(old.object), Some(new.object), &compared, &location);
    }

    pub(super) fn compare_deprecation(&mut self, old: Option<&Value>, new: Option<&Value>, location: &Location) {
        let is = |value: Option<&Value>| value == Some(&Value::Bool(true));
        if is(old) != is(new) {
            let what = if is(new) { "it is deprecated" } else { "it is no longer deprecated" };
            self.tell(Verdict::ADDS, location, what);
        }
    }

    /// Compares what is said about paths and about the API as a whole. Another revision has another version of course.
    pub(super) fn compare_surroundings(&mut self) {
        let (old, new) = (object(self.old.get("paths")), object(self.new.get("paths")));
        let before: BTreeMap<_, _> = old.map(|(path, item)| (route(path), item)).collect();
        for (path, item) in new {
            if let Some(earlier) = before.get(&route(path)) {
                let compared: Vec<_> = METHODS.into_iter().chain(["parameters"]).collect();
                self.tell_others(earlier.as_object(), item.as_object(), &compared, &Location::new(path, Side::Api));
            }
        }
        let location = Location::new("the document", Side::Api);
        self.tell_others(self.old.as_object(), self.new.as_object(), &["components", "info", "paths"], &location);
        let of = |document: &'a Value, key| document.get(key).and_then(Value::as_object);
        let info = Location::new("info", Side::Api);
        self.tell_others(of(self.old, "info"), of(self.new, "info"), &["version"], &info);
        let components = Location::new("components", Side::Api);
        let compared = ["parameters", "requestBodies", "responses", "schemas"];
        self.tell_others(of(self.old, "components"), of(self.new, "components"), &compared, &components);
    }
}

fn by_route(document: &Value) -> Operations<'_> {
    operations(document).map(|operation| ((route(operation.path), operation.method), operation)).collect()
}

fn place(operation: &Operation<'_>) -> String {
    format!("{} {}", operation.method.to_uppercase(), operation.path)
}

/// What an object has.
pub(super) fn object(value: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let object = value.and_then(Value::as_object);
    object.into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

/// What a reference to a component of any kind leads to; the reference itself, if that is nothing.
pub(super) fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    component(document, value).unwrap_or(value)
}
