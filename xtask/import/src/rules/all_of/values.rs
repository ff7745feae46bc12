//! Merges an `allOf` whose parts are not all objects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::{Log, Loss, Rule};
use super::overridden;
use super::parts::{Part, parts};
use xtask_document::Fields;
use xtask_document::envelope::{alias, is_free_form};
use xtask_document::keywords::{KEYWORDS, Role, gives_shape, role, without_annotations};
use xtask_document::resolved::{References, ResolvedSchema, size};
use xtask_document::schemas::{named_schemas, reference};
use xtask_document::walk::for_each_schema;

pub(in super::super) const VALUES: Rule = Rule {
    name: "all-of-values",
    why: "the generator makes an enum without variants of parts that contradict each other, ignores a type beside `allOf`, \
          and panics at an enum there; vendors intend that the later part overrides the earlier one",
    seen_in: "Discord, openapi.json: 153 schemas with an enum; Cloudflare, openapi.json of 2024-08-06: 4 responses that are \
              an object and text",
    loss: Loss::Widens,
    apply: merge_values,
};

/// The most steps of the place at which parts are merged. A list may be its own item.
const DEEPEST: usize = 32;

/// The keywords with a schema for the values in a value.
const CONTENTS: [&str; 2] = ["additionalProperties", "items"];

fn merge_values(document: &mut Value, log: &mut Log<'_>) {
    let original = named_schemas(document);
    let references = References::of(&original);
    // A schema is visited before the schemas in it, so those of the merged parts are merged, too.
    for_each_schema(document, &mut |place, schema| {
        if !schema.contains_key("allOf") || log.too_large.is_some() {
            return;
        }
        let whole = Value::Object(schema.clone());
        let parts = parts(&references, &whole, false);
        match Merged::of(&references, &whole, &parts) {
            Some(_) if place.matches('/').count() > DEEPEST => {
                *schema = last_part(&whole);
                log.note(place, "replaced its `allOf` by the last part, since the parts contain each other");
            }
            Some(merged) => {
                if log.copy(place, || merged.schema.values().map(size).fold(1, usize::saturating_add)) {
                    log.note_loss(merged.loss(), place, merged.description());
                    *schema = merged.schema;
                }
            }
            None => {
                if schema.remove("enum").is_some() {
                    log.note(place, "dropped its `enum` beside `allOf` and a union");
                }
            }
        }
    });
}

/// The last part of a schema that gives a shape, at every depth.
fn last_part(whole: &Value) -> Map<String, Value> {
    let mut last = whole;
    while let Some(part) = last.list("allOf").iter().rfind(|part| gives_shape(part)) {
        last = part;
    }
    last.as_object().cloned().unwrap_or_default()
}

/// The type of a part, by `type` or by a keyword that gives the shape of one type.
fn type_of<'a>(part: &Part<'a>) -> Option<&'a str> {
    let (schema, values) = (part.schema, part.schema.list("enum"));
    schema.text("type").or(match () {
        () if schema.contains_key("properties") => Some("object"),
        () if schema.contains_key("items") => Some("array"),
        () if !values.is_empty() && values.iter().all(Value::is_string) => Some("string"),
        () => None,
    })
}

fn is_numeric(kind: &str) -> bool {
    kind == "integer" || kind == "number"
}

/// The type of merged parts: that of the last object or list, or else of the last part. A scalar does not override an
/// object, of which all properties would be lost. Values that are integers and numbers are integers.
fn merged_type<'a>(parts: &[Part<'a>]) -> Option<&'a str> {
    let mut types = parts.iter().rev().filter_map(type_of);
    let structure = types.clone().find(|kind| *kind == "object" || *kind == "array");
    let last = structure.or_else(|| types.next())?;
    let integer = types.find(|kind| *kind == "integer" && is_numeric(last));
    Some(integer.unwrap_or(last))
}

/// Whether a part allows values of a type.
fn allows(part: &Part<'_>, kind: Option<&str>) -> bool {
    let (Some(own), Some(kind)) = (type_of(part), kind) else { return true };
    own == kind || is_numeric(own) && is_numeric(kind)
}

/// The schema that replaces a schema with `allOf`.
struct Merged<'p, 'a> {
    schema: Map<String, Value>,
    /// The type of its values.
    kind: Option<&'a str>,
    /// The parts that allow values of this type.
    parts: Vec<&'p Part<'a>>,
    /// Whether other parts are of another type.
    is_type_lost: bool,
    /// The keywords and the properties that differ between parts.
    overridden: BTreeSet<String>,
    /// Whether the parts have different formats.
    is_format_lost: bool,
    /// Whether it refers to one of the parts.
    is_alias: bool,
}

impl<'p, 'a> Merged<'p, 'a> {
    /// Merges the parts of a schema; `None` if the generator supports its `allOf` as it is, or it has a union.
    fn of(references: &References<'a>, whole: &'a Value, parts: &'p [Part<'a>]) -> Option<Self> {
        let resolved = ResolvedSchema::of(references, whole);
        let is_union = resolved.union_branches().next().is_some();
        if is_union || alias(whole).is_some() || is_free_form(&resolved) {
            return None;
        }
        let kind = merged_type(parts);
        let allowing: Vec<_> = parts.iter().filter(|part| allows(part, kind)).collect();
        let (is_type_lost, schema) = (allowing.len() != parts.len(), resolved.to_schema());
        let mut merged = Self {
            schema,
            kind,
            parts: allowing,
            is_type_lost,
            overridden: BTreeSet::new(),
            is_format_lost: false,
            is_alias: false,
        };
        merged.set_type(parts);
        merged.set_format();
        merged.set_enum();
        CONTENTS.into_iter().for_each(|keyword| merged.set_content(keyword));
        merged.compare_properties();
        let annotates = |part: &'a Value| is_free_form(&ResolvedSchema::of(references, part));
        let is_supported = kind == Some("object") && merged.loss() == Loss::Lossless;
        if is_supported && !whole.list("allOf").iter().all(annotates) {
            return None;
        }
        if let Some(named) = whole.list("allOf").iter().rfind(|part| merged.is_same(references, part)) {
            if merged.loss() == Loss::Lossless && merged.is_repeated(whole) {
                return None;
            }
            if !merged.may_list_values() && merged.parts.iter().any(|part| part.schema.contains_key("enum")) {
                merged.overridden.insert("enum".to_owned());
            }
            merged.make_alias(whole, named);
        }
        Some(merged)
    }

    /// Keeps the keywords of the merged type, and the title of a part that is no component: a title may be the name of
    /// a type.
    fn set_type(&mut self, all: &[Part<'a>]) {
        let title = all.iter().rev().filter(|part| !part.is_shared).find_map(|part| part.schema.get("title"));
        self.set("title", title.cloned());
        let Some(kind) = self.kind else { return };
        self.set("type", Some(kind.into()));
        let is_of = |name: &String| {
            let of_type = KEYWORDS.iter().find(|keyword| keyword.name == name).and_then(|keyword| keyword.of_type);
            of_type.is_none_or(|of_type| of_type == kind) && (name != "required" || kind == "object")
        };
        self.schema.retain(|name, _| is_of(name));
    }

    /// Keeps a format that no part contradicts.
    fn set_format(&mut self) {
        let formats: BTreeSet<_> = self.parts.iter().filter_map(|part| part.schema.text("format")).collect();
        let may_have_format = self.kind.is_none_or(|kind| kind == "string" || is_numeric(kind));
        let only = formats.first().filter(|_| formats.len() == 1 && may_have_format);
        self.is_format_lost = formats.len() > 1;
        self.set("format", only.map(|format| Value::from(*format)));
    }

    /// Keeps the values that all parts list, or those of the last list if there are none.
    fn set_enum(&mut self) {
        let lists: Vec<_> =
            self.parts.iter().map(|part| part.schema.list("enum")).filter(|list| !list.is_empty()).collect();
        let is_scalar = self.kind.is_none_or(|kind| kind != "object" && kind != "array");
        let last = lists.last().copied().filter(|_| is_scalar).unwrap_or_default();
        let is_common = |value: &&Value| lists.iter().all(|list| list.contains(value));
        let common: Vec<_> = last.iter().filter(is_common).cloned().collect();
        let is_any_empty = self.parts.iter().any(|part| part.schema.get("enum").is_some_and(|list| *list == json!([])));
        if is_any_empty || common.is_empty() && self.schema.contains_key("enum") {
            self.overridden.insert("enum".to_owned());
        }
        let values = if common.is_empty() { last.to_vec() } else { common };
        self.set("enum", (!values.is_empty()).then(|| values.into()));
    }

    /// Combines the schemas of a keyword, which are merged afterwards.
    fn set_content(&mut self, keyword: &str) {
        let mut schemas: Vec<&Value> = Vec::new();
        let all = self.parts.iter().filter_map(|part| part.schema.get(keyword));
        for schema in all.filter(|schema| gives_shape(schema) || **schema == false) {
            schemas
                .retain(|earlier| without_annotations(earlier) != without_annotations(schema) || schema.is_boolean());
            schemas.push(schema);
        }
        if schemas.iter().any(|schema| schema.is_boolean()) {
            let last = schemas.last().copied();
            if schemas.iter().any(|schema| Some(*schema) != last) {
                self.overridden.insert(keyword.to_owned());
            }
            schemas = last.into_iter().collect();
        }
        match schemas.as_slice() {
            [] => {}
            [only] => self.set(keyword, Some((*only).clone())),
            several => self.set(keyword, Some(json!({"allOf": several}))),
        }
    }

    /// Notes the properties that have different schemas.
    fn compare_properties(&mut self) {
        let mut seen: BTreeMap<&str, &Value> = BTreeMap::new();
        for (name, schema) in self.parts.iter().flat_map(|part| part.schema.entries("properties")) {
            if let Some(earlier) = seen.insert(name, schema).filter(|earlier| gives_shape(earlier))
                && gives_shape(schema)
                && without_annotations(earlier) != without_annotations(schema)
            {
                self.overridden.insert(name.clone());
            }
        }
    }

    /// Whether a part is a component that allows the same values as the schema.
    fn is_same(&self, references: &References<'a>, part: &'a Value) -> bool {
        if reference(part).is_none() {
            return false;
        }
        let resolved = ResolvedSchema::of(references, part).to_schema();
        let is_same = |name: &str| match (self.schema.get(name), resolved.get(name)) {
            (Some(Value::Array(own)), Some(Value::Array(others))) if name == "enum" => {
                own.len() == others.len() && own.iter().all(|value| others.contains(value))
            }
            (own, other) => own == other,
        };
        self.shape().all(is_same)
    }

    /// Whether no part gives another shape than the schema. The generator then uses the component among the parts.
    fn is_repeated(&self, whole: &Value) -> bool {
        let is_same = |part: &Part<'a>| {
            self.shape().all(|name| part.schema.get(name).is_none_or(|value| self.schema.get(name) == Some(value)))
        };
        whole.get("enum").is_none()
            && self.shape().all(|name| name == "type" || whole.get(name).is_none())
            && self.parts.iter().copied().all(is_same)
    }

    /// Makes the schema an alias of a component. The other parts only annotate it.
    fn make_alias(&mut self, whole: &Value, named: &Value) {
        let others = whole.list("allOf").iter().filter(|part| *part != named && reference(part).is_none());
        let is_kept = |name: &str| name != "allOf" && name != "required" && role(name) != Role::Shape;
        let keywords = others.chain([whole]).filter_map(Value::as_object).flatten().filter(|(name, _)| is_kept(name));
        let schema: Map<_, _> = keywords.map(|(name, value)| (name.clone(), value.clone())).collect();
        let nullable = self.schema.remove("nullable").filter(|_| schema.contains_key("nullable"));
        self.schema = schema;
        self.set("nullable", nullable);
        self.set("allOf", Some(json!([named])));
        self.is_alias = true;
    }

    /// Whether the crates keep an enum of values of its type.
    fn may_list_values(&self) -> bool {
        self.kind.is_none_or(|kind| kind == "string")
    }

    /// The keywords that give a shape, other than `allOf` and references, and `required`.
    fn shape(&self) -> impl Iterator<Item = &'static str> {
        let may_list_values = self.may_list_values();
        let is_shape =
            |name: &str| role(name) == Role::Shape && name != "$ref" && name != "allOf" || name == "required";
        let names = KEYWORDS.iter().map(|keyword| keyword.name).filter(move |name| is_shape(name));
        names.filter(move |name| *name != "enum" || may_list_values)
    }

    fn set(&mut self, keyword: &str, value: Option<Value>) {
        match value {
            Some(value) => drop(self.schema.insert(keyword.to_owned(), value)),
            None => drop(self.schema.remove(keyword)),
        }
    }

    fn loss(&self) -> Loss {
        let is_lossless = self.overridden.is_empty() && !self.is_format_lost && !self.is_type_lost;
        if is_lossless { Loss::Lossless } else { Loss::Widens }
    }

    /// The change, in words.
    fn description(&self) -> String {
        let mut what =
            if self.is_alias { "replaced its `allOf` by one of the parts" } else { "merged its parts" }.to_owned();
        if let Some(kind) = self.kind.filter(|_| self.is_type_lost) {
            what += &format!("; ignored parts of another type than {kind}");
        }
        if self.is_alias && !self.overridden.is_empty() {
            let names: Vec<_> = self.overridden.iter().map(String::as_str).collect();
            what += &format!("; ignored {} beside it", names.join(", "));
        } else {
            what += &overridden(&self.overridden);
        }
        if self.is_format_lost {
            what += "; dropped its format, which differs between parts";
        }
        what
    }
}

#[cfg(test)]
mod tests;
