//! Compares which values are valid, of what the code shows nothing.

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location};
use super::kind::{ChangeKind, Effect};
use super::operations::text_of;
use super::shape::{alternatives, is_free_form, scalar, type_of, values};
use xtask_document::resolved::{References, ResolvedSchema};

/// How deep unions are looked into.
pub(super) const DEEPEST: usize = 4;

impl<'a> Comparison<'a> {
    /// Whether the server accepts what published crates send.
    pub(super) fn new_fits_old_values(
        &self,
        before: &ResolvedSchema<'a>,
        after: &ResolvedSchema<'a>,
        location: &Location,
    ) -> bool {
        // A parameter is sent as text.
        let is_text = location.is_parameter && before.is_scalar() && type_of(after) == Some("string");
        let is_list = location.is_parameter && type_of(after) == Some("array");
        let items = after.get("items").filter(|_| is_list);
        let after_item = items.map(|items| ResolvedSchema::of(&self.new_references, items));
        let is_item =
            after_item.is_some_and(|item| fits(&self.old_references, before, &self.new_references, &item, DEEPEST));
        let has_any_text = scalar(type_of(after), after.get("format").and_then(Value::as_str)) == "string";
        is_text && has_any_text && values(after).is_none()
            || is_item
            || fits(&self.old_references, before, &self.new_references, after, DEEPEST)
    }

    /// Reports another limit of values. A request that was valid may be rejected if fewer values are.
    pub(super) fn report_limit(
        &mut self,
        keyword: &str,
        old: Option<&Value>,
        new: Option<&Value>,
        location: &Location,
    ) {
        let effect = effect(keyword, old, new);
        let may_fail = location.side == Side::Request && effect != Effect::Wider;
        let [old, new] = [old, new].map(|value| value.map(text_of));
        let kind = ChangeKind::Limit { keyword: keyword.to_owned(), old, new, effect };
        self.report(Verdict { breaks_published: may_fail, ..Verdict::DOCUMENTS }, location, kind);
    }
}

/// What another limit does to the set of valid values.
fn effect(keyword: &str, old: Option<&Value>, new: Option<&Value>) -> Effect {
    let is_set = |value: Option<&Value>| value.is_some_and(|value| *value != Value::Bool(false));
    match (is_set(old), is_set(new)) {
        (false, true) => return Effect::Narrower,
        (true, false) => return Effect::Wider,
        _ => {}
    }
    let numbers = old.and_then(Value::as_f64).zip(new.and_then(Value::as_f64));
    match numbers {
        Some((old, new)) if keyword.starts_with("max") && new < old => Effect::Narrower,
        Some((old, new)) if keyword.starts_with("min") && new > old => Effect::Narrower,
        Some((old, new)) if keyword.starts_with("max") && new > old => Effect::Wider,
        Some((old, new)) if keyword.starts_with("min") && new < old => Effect::Wider,
        _ => Effect::Other,
    }
}

/// Whether every value of a schema is one of another schema, as far as both are scalars or unions.
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
    let format = |schema: &ResolvedSchema<'a>| schema.get("format").and_then(Value::as_str);
    let (of, other_of) = (scalar(type_of(schema), format(schema)), scalar(type_of(other), format(other)));
    let is_known = schema.is_scalar() || values(schema).is_some();
    let is_number = other_of == "number" && type_of(schema) == Some("integer");
    let is_text = other_of == "string" && type_of(schema) == Some("string");
    is_known && (of == other_of || is_number || is_text)
}
