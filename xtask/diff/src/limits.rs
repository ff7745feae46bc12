//! Compares sets of valid values, which generated code does not show.

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location, Versions};
use super::kind::{ChangeKind, Effect};
use super::operations::text_of;
use super::shape::{DEEPEST, alternatives, is_free_form, scalar_of, type_of, values};
use xtask_document::resolved::{References, ResolvedSchema};

impl<'a> Comparison<'a> {
    /// Whether the server accepts the values that published crates send.
    pub(super) fn new_fits_old_values(&self, [before, after]: Versions<'_, 'a>, location: &Location) -> bool {
        // A parameter is sent as text.
        let is_text = location.is_parameter && before.is_scalar() && type_of(after) == Some("string");
        let is_list = location.is_parameter && type_of(after) == Some("array");
        let items = after.get("items").filter(|_| is_list);
        let after_item = items.map(|items| ResolvedSchema::of(&self.new_references, items));
        let is_item =
            after_item.is_some_and(|item| fits(&self.old_references, before, &self.new_references, &item, DEEPEST));
        is_text && scalar_of(after) == "string" && values(after).is_none()
            || is_item
            || fits(&self.old_references, before, &self.new_references, after, DEEPEST)
    }

    /// Reports a changed limit. The server may reject requests that were valid, unless more values are valid now.
    pub(super) fn report_limit(&mut self, keyword: &str, limits: [Option<&Value>; 2], location: &Location) {
        let effect = effect(keyword, limits);
        let may_fail = location.side == Side::Request && effect != Effect::Wider;
        let [old, new] = limits.map(|value| value.map(text_of));
        let kind = ChangeKind::Limit { keyword: keyword.to_owned(), old, new, effect };
        self.report(Verdict { breaks_published: may_fail, ..Verdict::DOCUMENTS }, location, kind);
    }
}

/// The effect of a changed limit on the set of valid values.
fn effect(keyword: &str, [old, new]: [Option<&Value>; 2]) -> Effect {
    let is_set = |value: Option<&Value>| value.is_some_and(|value| *value != Value::Bool(false));
    match (is_set(old), is_set(new)) {
        (false, true) => return Effect::Narrower,
        (true, false) => return Effect::Wider,
        _ => {}
    }
    let is_max = keyword.starts_with("max");
    match old.and_then(Value::as_f64).zip(new.and_then(Value::as_f64)) {
        Some((old, new)) if old != new && (is_max || keyword.starts_with("min")) => {
            if is_max == (new < old) {
                Effect::Narrower
            } else {
                Effect::Wider
            }
        }
        _ => Effect::Other,
    }
}

/// Whether every value of a schema is valid for another schema. Only scalars and unions are compared.
pub(super) fn fits<'a>(
    references: &References<'a>,
    schema: &ResolvedSchema<'a>,
    other_references: &References<'a>,
    other: &ResolvedSchema<'a>,
    depth: usize,
) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    if is_free_form(other) {
        return true;
    }
    if let Some((_, all)) = alternatives(schema) {
        return all
            .iter()
            .all(|one| fits(references, &ResolvedSchema::of(references, one), other_references, other, depth));
    }
    if let Some((_, all)) = alternatives(other) {
        return all.iter().any(|one| {
            let one = ResolvedSchema::of(other_references, one);
            fits(references, schema, other_references, &one, depth)
        });
    }
    if values(other).is_some_and(|others| values(schema).is_none_or(|values| !values.is_subset(&others))) {
        return false;
    }
    let (of, other_of) = (scalar_of(schema), scalar_of(other));
    let is_known = schema.is_scalar() || values(schema).is_some();
    let is_number = other_of == "number" && type_of(schema) == Some("integer");
    let is_text = other_of == "string" && type_of(schema) == Some("string");
    is_known && (of == other_of || is_number || is_text)
}
