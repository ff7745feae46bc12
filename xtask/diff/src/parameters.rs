//! Compares parameters, which are positional arguments of generated methods.

use std::collections::BTreeMap;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, Part, State};
use xtask_document::operation::{Operation, Parameter, names_in};
use xtask_document::resolved::ResolvedSchema;

/// The place of a parameter, and its key there. A path parameter is identified by its position, since its name is not
/// sent. Names of headers are case-insensitive (RFC 9110, section 5.1).
type Key<'a> = (&'a str, String);

type Parameters<'a> = BTreeMap<Key<'a>, Parameter<'a>>;

impl<'a> Comparison<'a> {
    pub(super) fn compare_parameters(&mut self, old: &Operation<'a>, new: &Operation<'a>, operation: &str) {
        let (before, after) = (parameters(old), parameters(new));
        let location = |parameter: &Parameter<'a>| {
            Location::new(format!("{operation}, {} parameter {}", parameter.place, parameter.name), Side::Request)
        };
        for (_, parameter) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            let verdict = Verdict::breaks(parameter.is_required());
            self.report(verdict, &location(parameter), ChangeKind::removed(Part::Parameter));
        }
        self.compare_header_order(&before, &after, operation);
        for (key, parameter) in &after {
            let location = location(parameter);
            match before.get(key) {
                Some(earlier) => self.compare_parameter(earlier, parameter, location),
                None => {
                    let required = parameter.is_required();
                    let part = if required { Part::RequiredParameter } else { Part::OptionalParameter };
                    self.report(Verdict::breaks(required), &location, ChangeKind::added(part));
                }
            }
        }
    }

    /// Compares the order of the arguments for headers. The generator sorts them by name, case-sensitively.
    fn compare_header_order(&mut self, before: &Parameters<'a>, after: &Parameters<'a>, operation: &str) {
        let ordered = |these: &Parameters<'a>, others: &Parameters<'a>| {
            let common = these.iter().filter(|(key, _)| key.0 == "header" && others.contains_key(*key));
            let names: BTreeMap<_, _> = common.map(|(key, parameter)| (parameter.name, key.clone())).collect();
            names.into_values().collect::<Vec<_>>()
        };
        if ordered(before, after) != ordered(after, before) {
            let location = Location::new(operation, Side::Request);
            self.report(Verdict::BREAKS, &location, ChangeKind::changed(Part::HeaderOrder));
        }
    }

    fn compare_parameter(&mut self, old: &Parameter<'a>, new: &Parameter<'a>, location: Location) {
        if old.name != new.name {
            self.report(
                Verdict::DOCUMENTS,
                &location,
                ChangeKind::replaced(Part::Name, Some(old.name), Some(new.name)),
            );
        }
        let required = (old.is_required(), new.is_required());
        if required.0 != required.1 {
            self.report(Verdict::breaks(required.1), &location, ChangeKind::became(State::Required, required.1));
        }
        self.compare_deprecation(old.object.get("deprecated"), new.object.get("deprecated"), &location);
        self.compare_style(old, new, &location);
        let compared = ["deprecated", "explode", "in", "name", "required", "schema", "style"];
        self.report_others([old.object, new.object].map(Some), &compared, &location);
        match (old.schema(), new.schema()) {
            (Some(old), Some(new)) => {
                self.compare(old, new, location.required(required == (true, true)).parameter());
            }
            (None, None) => {}
            (_, is) => {
                self.report(Verdict::BREAKS_PUBLISHED, &location, ChangeKind::became(State::Described, is.is_some()));
            }
        }
    }

    /// Compares how values are encoded. `explode` has an effect on lists and objects only.
    fn compare_style(&mut self, old: &Parameter<'a>, new: &Parameter<'a>, location: &Location) {
        let schema = new.schema().map(|schema| ResolvedSchema::of(&self.new_references, schema));
        let is_compound = schema.is_some_and(|schema| !schema.is_scalar());
        if old.style() != new.style() {
            let kind = ChangeKind::replaced(Part::Style, Some(old.style()), Some(new.style()));
            self.report(Verdict::BREAKS_PUBLISHED, location, kind);
        } else if old.explodes() != new.explodes() {
            let kind = ChangeKind::became(State::Exploded, new.explodes());
            self.report(if is_compound { Verdict::BREAKS_PUBLISHED } else { Verdict::DOCUMENTS }, location, kind);
        }
    }
}

fn parameters<'a>(operation: &Operation<'a>) -> Parameters<'a> {
    let in_path: Vec<_> = names_in(operation.path).collect();
    let key = |parameter: &Parameter<'a>| {
        Some(match parameter.place {
            "path" => in_path.iter().position(|in_path| *in_path == parameter.name)?.to_string(),
            "header" => parameter.name.to_lowercase(),
            _ => parameter.name.to_owned(),
        })
    };
    let parameters = operation.parameters().into_iter();
    parameters.filter_map(|parameter| Some(((parameter.place, key(&parameter)?), parameter))).collect()
}
