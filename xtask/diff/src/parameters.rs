//! What changes in parameters mean: a generated method takes them by position.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::operations::resolved;
use xtask_document::operation::{Operation, names_in};
use xtask_document::walk::escape;

/// Where a parameter is sent, and what tells it from others there. For those of the path, that is their position; their
/// names are not sent. The name of a header has no case (RFC 9110, section 5.1).
type Key<'a> = (&'a str, String);

type Parameters<'a> = BTreeMap<Key<'a>, &'a Value>;

impl<'a> Comparison<'a> {
    pub(super) fn compare_parameters(&mut self, old: &Operation<'a>, new: &Operation<'a>, operation: &str) {
        let (before, after) = (parameters(self.old, old), parameters(self.new, new));
        let location = |kind: &str, parameter: &Value| {
            Location::new(format!("{operation}, {kind} parameter {}", name(parameter)), Side::Request)
        };
        for (key, parameter) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            let verdict = Verdict::breaks(is_required(parameter));
            self.tell(verdict, &location(key.0, parameter), "the parameter is gone");
        }
        self.compare_order_of_headers(&before, &after, operation);
        for (key, parameter) in &after {
            let location = location(key.0, parameter);
            match before.get(key) {
                Some(earlier) => self.compare_parameter(earlier, parameter, location),
                None => {
                    let required = is_required(parameter);
                    let word = if required { "required" } else { "optional" };
                    self.tell(Verdict::breaks(required), &location, format!("there is a new {word} parameter"));
                }
            }
        }
    }

    /// Compares the order of the arguments of headers, which is that of their names as they are written.
    fn compare_order_of_headers(&mut self, before: &Parameters<'a>, after: &Parameters<'a>, operation: &str) {
        let ordered = |these: &Parameters<'a>, others: &Parameters<'a>| {
            let common = these.iter().filter(|(key, _)| key.0 == "header" && others.contains_key(*key));
            let names: BTreeMap<_, _> =
                common.map(|(key, parameter)| (name(parameter).to_owned(), key.clone())).collect();
            names.into_values().collect::<Vec<_>>()
        };
        if ordered(before, after) != ordered(after, before) {
            let location = Location::new(operation, Side::Request);
            self.tell(Verdict::BREAKS, &location, "the order of its header parameters changed");
        }
    }

    fn compare_parameter(&mut self, old: &'a Value, new: &'a Value, location: Location) {
        if name(old) != name(new) {
            self.tell(Verdict::DOCUMENTS, &location, format!("it was called {}", name(old)));
        }
        if is_required(old) != is_required(new) {
            let what = if is_required(new) { "it is required now" } else { "it is optional now" };
            self.tell(Verdict::breaks(is_required(new)), &location, what);
        }
        self.compare_deprecation(old.get("deprecated"), new.get("deprecated"), &location);
        let compared = ["deprecated", "in", "name", "required", "schema"];
        self.tell_others(old.as_object(), new.as_object(), &compared, &location);
        let required = is_required(old) && is_required(new);
        match (old.get("schema"), new.get("schema")) {
            (Some(old), Some(new)) => self.compare(old, new, location.required(required).parameter()),
            (None, None) => {}
            _ => self.tell(Verdict::BREAKS_PUBLISHED, &location, "whether it has a schema changed"),
        }
    }
}

fn name(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn is_required(parameter: &Value) -> bool {
    parameter.get("required") == Some(&Value::Bool(true))
}

/// The parameters of an operation and of its path; what the operation says of one is what counts.
fn parameters<'a>(document: &'a Value, operation: &Operation<'a>) -> Parameters<'a> {
    let shared = document.pointer(&format!("/paths/{}/parameters", escape(operation.path)));
    let own = operation.object.get("parameters");
    let in_path: Vec<_> = names_in(operation.path).collect();
    [shared, own]
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .map(|parameter| resolved(document, parameter))
        .filter_map(|parameter| {
            let kind = parameter.get("in")?.as_str()?;
            let key = match kind {
                "path" => in_path.iter().position(|in_path| *in_path == name(parameter))?.to_string(),
                "header" => name(parameter).to_lowercase(),
                _ => name(parameter).to_owned(),
            };
            Some(((kind, key), parameter))
        })
        .collect()
}
