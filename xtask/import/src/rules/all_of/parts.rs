//! The parts of a schema, and the compatibility of several schemas of one property.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::missing_types::implied_type;
use xtask_document::Fields;
use xtask_document::keywords::{Role, UNIONS, role};
use xtask_document::resolved::References;

/// A schema that is merged with others.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) schema: &'a Value,
    /// Whether other schemas use it as well.
    pub(super) is_shared: bool,
}

/// A part of an `allOf`.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) schema: &'a Map<String, Value>,
    /// Whether other schemas use it as well.
    pub(super) is_shared: bool,
    /// Whether one of its branches replaces its union.
    is_narrowed: bool,
    /// Whether a later part decides about null.
    is_null_ignored: bool,
}

impl<'a> Part<'a> {
    /// Its keywords, without ignored ones and without `allOf`.
    pub(super) fn keywords(self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let is_ignored = move |keyword: &str| match keyword {
            "allOf" => true,
            "anyOf" | "oneOf" => self.is_narrowed,
            "nullable" => self.is_null_ignored,
            _ => false,
        };
        let keywords = self.schema.iter().map(|(keyword, value)| (keyword.as_str(), value));
        keywords.filter(move |(keyword, _)| !is_ignored(keyword))
    }
}

/// A schema and the parts of its `allOf` at every depth. Later parts override earlier ones. A part with several uses is
/// listed once, since the number of uses can grow exponentially.
pub(super) fn parts<'a>(references: &References<'a>, schema: &'a Value, is_shared: bool) -> Vec<Part<'a>> {
    let (mut parts, mut seen) = (Vec::new(), BTreeSet::new());
    let mut pending = vec![(schema, is_shared)];
    while let Some((schema, is_shared)) = pending.pop() {
        let is_shared = is_shared || schema.get("$ref").is_some();
        let Some(part) = references.resolve(schema).as_object() else { continue };
        if seen.insert(std::ptr::from_ref(part)) {
            parts.push(Part { schema: part, is_shared, is_narrowed: false, is_null_ignored: false });
            pending.extend(part.list("allOf").iter().map(|part| (part, is_shared)));
        }
    }
    parts.reverse();
    parts
}

/// The `nullable` of the merged parts: that of the last part, or else true if no part with the keyword forbids null.
pub(super) fn nullable<'a>(parts: &[Part<'a>]) -> Option<&'a Value> {
    let own = |part: &Part<'a>| part.keywords().find_map(|(keyword, value)| (keyword == "nullable").then_some(value));
    parts.last().and_then(own).or_else(|| parts.iter().filter_map(own).min_by_key(|nullable| **nullable == true))
}

/// Whether a schema allows every value.
pub(super) fn allows_all(schema: &Value) -> bool {
    *schema == true || *schema == json!({})
}

/// Whether the earlier value of a keyword allows everything that a later one allows.
pub(super) fn includes(earlier: &Value, later: &Value) -> bool {
    match (earlier, later) {
        (Value::Array(earlier), Value::Array(later)) => later.iter().all(|value| earlier.contains(value)),
        _ => earlier == later,
    }
}

/// One of several schemas of the same property.
pub(super) struct Description<'a> {
    pub(super) source: Source<'a>,
    pub(super) parts: Vec<Part<'a>>,
    /// The type of its values, or [`UNION`] or [`NULL`].
    kind: Option<&'a str>,
}

const UNION: &str = "union";

/// The type of a schema with null as its only value.
const NULL: &str = "null";

impl<'a> Description<'a> {
    fn of(references: &References<'a>, source: Source<'a>) -> Self {
        let mut described = Self::alternative(references, source);
        // Alternatives that only require properties do not make a union.
        if described.kind == Some(UNION) && described.branches(references).iter().all(|one| one.kind.is_none()) {
            described.kind = described.last("type").and_then(Value::as_str);
        }
        described
    }

    /// The description without a look at branches: a union can be a branch of itself.
    fn alternative(references: &References<'a>, source: Source<'a>) -> Self {
        let mut described = Self { source, parts: parts(references, source.schema, source.is_shared), kind: None };
        let is_null = |values: &Vec<Value>| !values.is_empty() && values.iter().all(Value::is_null);
        described.kind = match () {
            () if described.last("enum").and_then(Value::as_array).is_some_and(is_null) => Some(NULL),
            () if described.last("properties").is_some() => Some("object"),
            () if UNIONS.iter().any(|keyword| described.last(keyword).is_some()) => Some(UNION),
            () => described
                .last("type")
                .and_then(Value::as_str)
                .or_else(|| described.parts.iter().rev().find_map(|part| implied_type(part.schema))),
        };
        described
    }

    fn last(&self, keyword: &str) -> Option<&'a Value> {
        self.parts.iter().rev().find_map(|part| part.schema.get(keyword))
    }

    fn branches(&self, references: &References<'a>) -> Vec<Self> {
        let unions = self.keywords().filter(|(keyword, _)| UNIONS.contains(keyword));
        let branches = unions.filter_map(|(_, branches)| branches.as_array()).flatten();
        branches.map(|schema| Self::alternative(references, Source { schema, ..self.source })).collect()
    }

    /// The only branch of a union with a type, together with the keywords of the union itself.
    fn branch(&self, references: &References<'a>, kind: &str) -> Option<Self> {
        let mut candidates =
            self.branches(references).into_iter().filter(|branch| kind != UNION && branch.kind == Some(kind));
        let mut branch = candidates.next().filter(|_| candidates.next().is_none())?;
        branch.ignore_null();
        let whole = self.parts.iter().map(|part| Part { is_narrowed: true, ..*part });
        branch.parts.splice(0..0, whole);
        Some(branch)
    }

    fn ignore_null(&mut self) {
        self.parts.iter_mut().for_each(|part| part.is_null_ignored = true);
    }

    /// Whether a union allows every value of another union: for each branch of the other one, it has the same branch
    /// or one that only gives a type.
    fn includes(&self, references: &References<'a>, other: &Self) -> bool {
        let (own, others) = (self.branches(references), other.branches(references));
        let has = |branch: &Self| {
            own.iter().any(|own| own.source.schema == branch.source.schema || own.is_bare() && own.kind == branch.kind)
        };
        self.kind == Some(UNION) && other.kind == Some(UNION) && others.iter().all(has)
    }

    fn keywords(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.parts.iter().flat_map(|part| part.keywords())
    }

    /// Whether it refers to a component.
    pub(super) fn is_named(&self) -> bool {
        ["$ref", "allOf"].iter().any(|keyword| self.source.schema.get(keyword).is_some())
    }

    /// Whether it only gives a type.
    pub(super) fn is_bare(&self) -> bool {
        self.keywords().all(|(keyword, value)| match keyword {
            "type" => true,
            "additionalProperties" | "items" => allows_all(value),
            keyword => is_annotation(keyword),
        })
    }

    /// Whether it has every part or keyword of another description.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let own: BTreeSet<_> = self.parts.iter().map(|part| std::ptr::from_ref(part.schema)).collect();
        let others = other.parts.iter().filter(|part| !own.contains(&std::ptr::from_ref(part.schema)));
        others.flat_map(|part| part.keywords()).all(|(keyword, value)| {
            is_annotation(keyword) || self.keywords().any(|(own, same)| own == keyword && same == value)
        })
    }
}

/// Annotations that apply to a property of any type.
const OF_THE_PROPERTY: [&str; 4] = ["deprecated", "nullable", "readOnly", "writeOnly"];

fn is_annotation(keyword: &str) -> bool {
    OF_THE_PROPERTY.contains(&keyword) || matches!(role(keyword), Role::Annotation | Role::Documentation)
}

/// The schemas of a property without contradictions, and whether one was dropped. Of two contradictory schemas, the
/// later one is kept. A union is narrowed to the branch with the type of the other schemas.
pub(super) fn compatible<'a>(references: &References<'a>, sources: &[Source<'a>]) -> (Vec<Description<'a>>, bool) {
    let (mut kept, mut is_conflict): (Vec<Description<'a>>, _) = (Vec::new(), false);
    for source in sources {
        let mut next = Description::of(references, *source);
        let typed = kept.iter().position(|one| one.kind.is_some());
        if let (Some(index), Some(kind)) = (typed, next.kind)
            && let Some(earlier) = kept.get_mut(index)
        {
            let earlier_kind = earlier.kind.unwrap_or(UNION);
            if earlier.includes(references, &next) {
                kept.remove(index);
            } else if next.includes(references, earlier) {
                continue;
            } else if earlier_kind == kind && kind != UNION {
                // Both are merged.
            } else if let Some(branch) = earlier.branch(references, kind) {
                *earlier = branch;
            } else if let Some(branch) = next.branch(references, earlier_kind) {
                next = branch;
            } else {
                kept.clear();
                is_conflict = true;
            }
        }
        if next.kind.is_some() {
            // A type without `nullable` forbids null.
            kept.iter_mut().filter(|one| one.kind.is_some()).for_each(Description::ignore_null);
        }
        kept.push(next);
    }
    (kept, is_conflict)
}

/// The annotations that the other schemas add to one of several. An earlier description in words does not apply to it.
pub(super) fn annotations(all: &[Description<'_>], index: usize) -> Map<String, Value> {
    let own: BTreeSet<_> = all.iter().skip(index).take(1).flat_map(Description::keywords).map(|(own, _)| own).collect();
    let mut annotations = Map::new();
    for (other, description) in all.iter().enumerate().filter(|(other, _)| *other != index) {
        let is_kept = |keyword: &str| match other < index {
            true => OF_THE_PROPERTY.contains(&keyword) && !own.contains(keyword),
            false => is_annotation(keyword),
        };
        let kept = description.keywords().filter(|(keyword, _)| is_kept(keyword));
        annotations.extend(kept.map(|(keyword, value)| (keyword.to_owned(), value.clone())));
    }
    annotations
}
