//! Merges the parts of an `allOf`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::missing_types::implied_type;
use super::super::{Log, Loss};
use super::parts::{Description, Part, Source, allows_all, annotations, compatible, includes, nullable, parts};
use super::{is_all_of_objects, listed};
use crate::hoist::Names;
use xtask_document::naming::pascal;
use xtask_document::resolved::{References, size};
use xtask_document::walk::escape;

/// Keywords that can contradict each other.
const CONFLICTING: [&str; 4] = ["anyOf", "enum", "format", "oneOf"];

/// How deep lists and maps are merged in place.
const DEEPEST: usize = 32;

/// How many characters of a component's name begin the names of what is nested in it. Chains of schemas that are merged
/// with each other would have names of any length.
const LONGEST_START: usize = 64;

/// Where a schema stands in the result.
pub(super) struct At {
    /// What it is called if it becomes a component.
    pub(super) name: String,
    /// A JSON pointer (RFC 6901).
    pub(super) place: String,
    /// Whether other schemas use it as a part. What is nested in it is named, or every one of them would merge it
    /// again, and without end if it leads back.
    pub(super) is_shared: bool,
}

impl At {
    fn below(&self, step: &str, name: &str) -> Self {
        let Self { name: outer, place, is_shared } = self;
        Self { name: format!("{outer}{name}"), place: format!("{place}/{step}"), is_shared: *is_shared }
    }

    fn shared(&self, is_shared: bool) -> Self {
        Self { name: self.name.clone(), place: self.place.clone(), is_shared }
    }

    fn property(&self, name: &str) -> Self {
        self.below(&format!("properties/{}", escape(name)), &pascal(name))
    }
}

/// Copies schemas of a document, with every `allOf` of objects merged.
pub(super) struct Merger<'a, 'l, 'd> {
    pub(super) references: &'a References<'a>,
    pub(super) objects: &'a BTreeSet<String>,
    pub(super) names: Names,
    pub(super) log: &'l mut Log<'d>,
    /// The names of merged components, by their parts. A cycle of parts leads back to the same name.
    merged: BTreeMap<Vec<*const Map<String, Value>>, String>,
    /// Merged components that have a name and no content yet.
    pending: Vec<(String, Vec<Part<'a>>)>,
}

impl<'a, 'l, 'd> Merger<'a, 'l, 'd> {
    pub(super) fn of(
        references: &'a References<'a>,
        objects: &'a BTreeSet<String>,
        names: Names,
        log: &'l mut Log<'d>,
    ) -> Self {
        Self { references, objects, names, log, merged: BTreeMap::new(), pending: Vec::new() }
    }

    /// Of how many parts a schema consists. As many are looked at to merge it.
    pub(super) fn count(&mut self, schema: &'a Value) -> usize {
        let count = if self.log.too_large.is_some() { 0 } else { parts(self.references, schema, false).len() };
        self.log.copy("/components/schemas", || count);
        count
    }

    /// A schema that no other one holds.
    pub(super) fn outermost(&mut self, schema: &'a Value, at: &At) -> Value {
        // The document is rejected.
        if self.log.too_large.is_some() {
            return Value::Null;
        }
        if self.is_all_of_objects(schema) {
            return self.object(&parts(self.references, schema, at.is_shared), at);
        }
        self.nested(schema, at)
    }

    /// Adds the components that have got a name.
    pub(super) fn finish(mut self, document: &mut Value) {
        while let Some((name, parts)) = self.pending.pop().filter(|_| self.log.too_large.is_none()) {
            let start = name.chars().take(LONGEST_START).collect();
            let at = At { place: format!("/components/schemas/{}", escape(&name)), name: start, is_shared: true };
            let mut schema = self.object(&parts, &at);
            self.names.give(name, &mut schema);
        }
        self.names.insert(document);
    }

    fn is_all_of_objects(&self, schema: &Value) -> bool {
        schema.as_object().is_some_and(|schema| is_all_of_objects(self.objects, schema))
    }

    fn schema(&mut self, schema: &'a Value, at: &At) -> Value {
        match self.is_all_of_objects(schema) {
            true if at.is_shared => self.component(parts(self.references, schema, true), at),
            true => self.object(&parts(self.references, schema, false), at),
            false => self.nested(schema, at),
        }
    }

    /// A schema that is merged of nothing, but may hold some that are.
    fn nested(&mut self, schema: &'a Value, at: &At) -> Value {
        let Some(schema) = schema.as_object() else { return schema.clone() };
        let mut copy = Map::new();
        for (keyword, value) in schema {
            let value = match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    let copies =
                        properties.iter().map(|(name, schema)| (name.clone(), self.schema(schema, &at.property(name))));
                    Value::Object(copies.collect())
                }
                ("items", _) => self.schema(value, &at.below(keyword, "Item")),
                ("additionalProperties", _) => self.schema(value, &at.below(keyword, "Value")),
                ("not", _) => self.schema(value, &at.below(keyword, "Not")),
                ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
                    let copies = branches.iter().enumerate().map(|(index, branch)| {
                        self.schema(branch, &at.below(&format!("{keyword}/{index}"), &format!("Variant{index}")))
                    });
                    Value::Array(copies.collect())
                }
                _ => value.clone(),
            };
            copy.insert(keyword.clone(), value);
        }
        Value::Object(copy)
    }

    /// A reference to the component that is merged of parts.
    fn component(&mut self, parts: Vec<Part<'a>>, at: &At) -> Value {
        let key = parts.iter().map(|part| std::ptr::from_ref(part.schema)).collect();
        let name = self.merged.entry(key).or_insert_with(|| {
            let name = self.names.free(&at.name);
            self.log.note_loss(Loss::Lossless, &at.place, format!("it has the name {name}"));
            self.pending.push((name.clone(), parts));
            name
        });
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// One object of parts that are objects.
    fn object(&mut self, parts: &[Part<'a>], at: &At) -> Value {
        let mut lost = BTreeSet::new();
        let mut merged = self.merge(parts, at, "", &mut lost);
        if !merged.contains_key("type") {
            merged.insert("type".to_owned(), Value::from(implied_type(&merged).unwrap_or("object")));
        }
        let are_limited = merged.get("additionalProperties").is_some_and(|others| !allows_all(others));
        let loss = if lost.is_empty() && !are_limited { Loss::Lossless } else { Loss::Widens };
        let count = parts.iter().filter(|part| part.keywords().any(|(keyword, _)| keyword != "type")).count();
        let what = format!("{count} parts are merged{}", listed(&lost));
        self.log.note_loss(loss, &at.place, what);
        Value::Object(merged)
    }

    /// What all parts describe together. Of keywords that contradict each other, the last one is kept.
    fn merge(&mut self, parts: &[Part<'a>], at: &At, path: &str, lost: &mut BTreeSet<String>) -> Map<String, Value> {
        let sizes = parts.iter().flat_map(|part| part.schema.values()).map(size);
        if !self.log.copy(&at.place, || sizes.fold(parts.len(), usize::saturating_add)) {
            return Map::new();
        }
        let Collected { keywords, required, properties, items, others, conflicts } = Collected::of(parts);
        lost.extend(conflicts.into_iter().map(|keyword| format!("{path}{keyword}")));
        let mut merged: Map<_, _> = keywords.into_iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
        if !required.is_empty() {
            merged.insert("required".to_owned(), Value::from(required));
        }
        if !properties.is_empty() {
            let properties = properties.into_iter().map(|(name, sources)| {
                (name.to_owned(), self.of_sources(sources, &at.property(name), &format!("{path}{name}"), lost))
            });
            merged.insert("properties".to_owned(), properties.collect::<Map<_, _>>().into());
        }
        for (keyword, name, sources) in [("items", "Item", items), ("additionalProperties", "Value", others)] {
            if !sources.is_empty() {
                let (at, path) = (at.below(keyword, name), format!("{path}{keyword}"));
                merged.insert(keyword.to_owned(), self.of_sources(sources, &at, &path, lost));
            }
        }
        merged
    }

    /// What several parts say of one property, or of all items.
    fn of_sources(&mut self, mut sources: Vec<Source<'a>>, at: &At, path: &str, lost: &mut BTreeSet<String>) -> Value {
        let mut seen: Vec<&Value> = Vec::new();
        sources.retain(|source| {
            let is_new = !seen.contains(&source.schema);
            seen.extend(is_new.then_some(source.schema));
            is_new
        });
        if let [only] = sources.as_slice() {
            return self.schema(only.schema, &at.shared(only.is_shared));
        }
        let (kept, is_conflict) = compatible(self.references, &sources);
        if is_conflict {
            lost.insert(path.to_owned());
        }
        let parts = || kept.iter().flat_map(|one| one.parts.iter().copied());
        if !self.log.copy(&at.place, || parts().count()) {
            return Value::Null;
        }
        // A schema that describes all that the others do keeps its name.
        let solid: Vec<_> = kept.iter().filter(|one| !one.is_bare()).collect();
        let is_whole = |one: &Description<'_>| one.is_named() && solid.iter().all(|other| one.covers(other));
        if let Some((index, one)) = kept.iter().enumerate().find(|(_, one)| kept.len() == 1 || is_whole(one)) {
            let schema = self.schema(one.source.schema, &at.shared(one.source.is_shared));
            return with(schema, annotations(&kept, index));
        }
        let mut seen = BTreeSet::new();
        let mut parts: Vec<_> = parts().collect();
        parts.reverse();
        parts.retain(|part| seen.insert(std::ptr::from_ref(part.schema)));
        parts.reverse();
        let is_struct = parts.iter().any(|part| part.schema.contains_key("properties"));
        // Lists of lists can lead back to themselves, too.
        if is_struct || at.place.matches('/').count() > DEEPEST {
            return self.component(parts, at);
        }
        Value::Object(self.merge(&parts, at, &format!("{path}."), lost))
    }
}

/// What the parts of a schema describe.
#[derive(Default)]
struct Collected<'a> {
    keywords: BTreeMap<&'a str, &'a Value>,
    /// In the order in which they are listed.
    required: Vec<&'a str>,
    properties: BTreeMap<&'a str, Vec<Source<'a>>>,
    items: Vec<Source<'a>>,
    /// The properties that are not listed.
    others: Vec<Source<'a>>,
    /// The keywords of which an earlier part says something else.
    conflicts: BTreeSet<&'a str>,
}

impl<'a> Collected<'a> {
    fn of(parts: &[Part<'a>]) -> Self {
        let (mut all, mut listed) = (Self::default(), BTreeSet::new());
        for part in parts {
            for (keyword, value) in part.keywords() {
                let source = |schema| Source { schema, is_shared: part.is_shared };
                match (keyword, value) {
                    ("properties", Value::Object(schemas)) => {
                        for (name, schema) in schemas {
                            all.properties.entry(name).or_default().push(source(schema));
                        }
                    }
                    ("required", Value::Array(names)) => {
                        let names = names.iter().filter_map(Value::as_str);
                        all.required.extend(names.filter(|name| listed.insert(*name)));
                    }
                    ("items", _) => all.items.push(source(value)),
                    ("additionalProperties", _) => all.others.push(source(value)),
                    _ => {
                        let earlier = all.keywords.insert(keyword, value);
                        if CONFLICTING.contains(&keyword) && earlier.is_some_and(|earlier| !includes(earlier, value)) {
                            all.conflicts.insert(keyword);
                        }
                    }
                }
            }
        }
        all.keywords.extend(nullable(parts).map(|nullable| ("nullable", nullable)));
        if all.others.iter().any(|other| !allows_all(other.schema)) {
            all.others.retain(|other| !allows_all(other.schema));
        }
        all
    }
}

/// A schema with annotations of a property.
fn with(mut schema: Value, mut annotations: Map<String, Value>) -> Value {
    match schema.as_object_mut() {
        _ if annotations.is_empty() => {}
        // Nothing beside a reference is read.
        Some(schema) if !schema.contains_key("$ref") => schema.extend(annotations),
        _ => {
            annotations.insert("allOf".to_owned(), json!([schema]));
            schema = annotations.into();
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::super::super::{apply_rule, losses};
    use super::super::OBJECTS;
    use super::*;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn with_property(schema: Value) -> Value {
        json!({"type": "object", "properties": {"p": schema}})
    }

    fn object(properties: &[&str]) -> Value {
        let properties: Map<_, _> =
            properties.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
        json!({"type": "object", "properties": properties})
    }

    /// What becomes of the schemas of a document in which several parts have a property, and what is lost.
    fn merged(parts: &[Value], others: Value) -> (Value, Loss) {
        let parts: Vec<_> = parts.iter().cloned().map(with_property).collect();
        let mut document = json!({"components": {"schemas": {"Thing": {"allOf": parts}}}});
        document["components"]["schemas"]
            .as_object_mut()
            .unwrap()
            .extend(others.as_object().cloned().unwrap_or_default());
        let (mut document, lost) = losses(&OBJECTS, document);
        (document["components"]["schemas"].take(), lost.into_iter().max().unwrap())
    }

    #[test]
    fn objects_of_one_property_are_merged_at_every_depth() {
        let deep = |properties: &[&str]| json!({"type": "object", "properties": {"deep": object(properties)}, "required": properties});
        let (schemas, loss) = merged(&[deep(&["a"]), deep(&["b"])], json!({}));
        assert_eq!(schemas["Thing"]["properties"]["p"], reference("ThingP"));
        let inner = json!({"type": "object", "properties": {"deep": reference("ThingPDeep")}, "required": ["a", "b"]});
        assert_eq!((&schemas["ThingP"], &schemas["ThingPDeep"], loss), (&inner, &object(&["a", "b"]), Loss::Lossless));
    }

    #[test]
    fn items_and_values_of_one_property_are_merged() {
        for (keyword, name, of) in [("items", "ThingPItem", "array"), ("additionalProperties", "ThingPValue", "object")]
        {
            let held = |properties| json!({"type": of, keyword: object(properties)});
            let (schemas, _) = merged(&[held(&["a"]), held(&["b"])], json!({}));
            assert_eq!(schemas["Thing"]["properties"]["p"], json!({"type": of, keyword: reference(name)}));
            assert_eq!(schemas[name], object(&["a", "b"]));
        }
    }

    #[test]
    fn the_branch_of_a_union_that_has_the_type_of_the_other_schema_is_taken() {
        let free = |kind: &str| json!({"type": kind, "nullable": true});
        let union = json!({"anyOf": [free("object"), free("array"), free("string")]});
        let text = json!({"type": "string", "format": "uuid"});
        for (others, expected, loss) in [
            ([union.clone(), reference("Other")], reference("Other"), Loss::Lossless),
            ([reference("Other"), union.clone()], reference("Other"), Loss::Lossless),
            ([json!({"type": "array", "items": {}}), reference("List")], reference("List"), Loss::Lossless),
            ([union.clone(), text.clone()], text, Loss::Lossless),
            (
                [reference("Other"), json!({"enum": [null], "nullable": true})],
                json!({"enum": [null], "nullable": true}),
                Loss::Widens,
            ),
            ([union.clone(), json!({"type": "integer"})], json!({"type": "integer"}), Loss::Widens),
            (
                [json!({"oneOf": [object(&["a"]), object(&["b"])]}), reference("Other")],
                reference("Other"),
                Loss::Widens,
            ),
        ] {
            let (schemas, lost) =
                merged(&others, json!({"Other": object(&["x"]), "List": {"type": "array", "items": object(&["y"])}}));
            assert_eq!((&schemas["Thing"]["properties"]["p"], lost), (&expected, loss), "{others:?}");
        }
    }

    #[test]
    fn a_schema_that_describes_all_that_the_others_do_keeps_its_name() {
        let others = json!({
            "Base": object(&["a"]), "Derived": {"allOf": [reference("Base"), object(&["b"])]}, "Any": {"type": "object"},
        });
        for (parts, expected) in [
            ([reference("Base"), reference("Derived")], reference("Derived")),
            ([reference("Derived"), reference("Base")], reference("Derived")),
            ([reference("Any"), reference("Base")], reference("Base")),
            (
                [json!({"type": "object", "properties": object(&["a"])["properties"]}), reference("Base")],
                reference("Base"),
            ),
            (
                [json!({"type": "object", "anyOf": [{"type": "object"}, {"type": "string"}]}), reference("Base")],
                reference("Base"),
            ),
            (
                [json!({"nullable": true, "description": "d"}), reference("Base")],
                json!({"allOf": [reference("Base")], "nullable": true}),
            ),
            (
                [reference("Base"), json!({"readOnly": true, "description": "d"})],
                json!({"allOf": [reference("Base")], "readOnly": true, "description": "d"}),
            ),
        ] {
            let (schemas, loss) = merged(&parts, others.clone());
            assert_eq!((&schemas["Thing"]["properties"]["p"], loss), (&expected, Loss::Lossless), "{parts:?}");
        }
    }

    #[test]
    fn the_last_type_of_a_property_says_whether_it_may_be_null() {
        let list = |items: Value, nullable: bool| json!({"type": "array", "items": items, "nullable": nullable});
        let mut never = list(json!({}), false);
        never.as_object_mut().unwrap().remove("nullable");
        for (parts, nullable) in [
            ([list(json!({}), true), never.clone()], None),
            ([never.clone(), list(json!({}), true)], Some(&json!(true))),
            ([never.clone(), json!({"nullable": true})], Some(&json!(true))),
            ([json!({"nullable": true}), never], Some(&json!(true))),
        ] {
            let (schemas, _) = merged(&parts, json!({}));
            assert_eq!(schemas["Thing"]["properties"]["p"].get("nullable"), nullable, "{parts:?}");
        }
    }

    #[test]
    fn schemas_that_refer_back_to_themselves_are_merged_once() {
        let node = |own: &str, next: &str| json!({"type": "object", "properties": {own: {"type": "string"}, "next": reference(next)}});
        let others = json!({"A": node("a", "A"), "B": node("b", "C"), "C": node("c", "B")});
        let (schemas, _) = merged(&[reference("A"), reference("B")], others);
        let names: Vec<_> = schemas.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["A", "B", "C", "Thing", "ThingP", "ThingPNext"]);
        assert_eq!(schemas["ThingP"]["properties"]["next"], reference("ThingPNext"));
        assert_eq!(schemas["ThingPNext"]["properties"]["next"], reference("ThingP"));
        assert_eq!(schemas["ThingPNext"]["properties"]["c"], json!({"type": "string"}));
    }

    #[test]
    fn lists_that_are_their_own_items_are_merged_once() {
        let list = |name: &str| json!({"type": "array", "items": reference(name), "minItems": name.len()});
        let others = json!({"A": list("A"), "B": list("BB"), "BB": list("B")});
        let (schemas, _) = merged(&[reference("A"), reference("B")], others);
        assert_eq!(schemas.as_object().unwrap().len(), 5);
    }

    #[test]
    fn a_branch_that_was_taken_is_not_replaced_by_another_one() {
        let union = json!({"anyOf": [{"type": "object"}, {"type": "array"}]});
        let (schemas, loss) =
            merged(&[union, json!({"type": "array", "items": object(&["a"])}), object(&["b"])], json!({}));
        assert_eq!((&schemas["Thing"]["properties"]["p"], loss), (&object(&["b"]), Loss::Widens));
    }

    #[test]
    fn what_contradicts_within_a_property_is_reported_with_its_name() {
        let part = |kind: &str| with_property(json!({"type": "array", "items": {"type": kind}}));
        let document = json!({"components": {"schemas": {"Thing": {"allOf": [part("string"), part("integer")]}}}});
        let (document, applied) = apply_rule(&OBJECTS, document);
        let items = &document["components"]["schemas"]["Thing"]["properties"]["p"]["items"];
        assert_eq!(items, &json!({"type": "integer"}));
        assert_eq!(applied[0].what, "2 parts are merged; of p.items, only what the last part says is kept");
    }
}
