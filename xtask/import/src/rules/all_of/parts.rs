//! The parts of a schema, and which schemas of one property can be merged.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::missing_types::implied_type;
use xtask_document::keywords::{Role, UNIONS, role};
use xtask_document::resolved::References;

/// A schema that is merged with others.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) schema: &'a Value,
    /// Whether other schemas use it, too.
    pub(super) is_shared: bool,
}

/// A part of an `allOf`.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) schema: &'a Map<String, Value>,
    /// Whether other schemas use it, too.
    pub(super) is_shared: bool,
    /// Whether one of its branches is a part, instead of its union.
    is_narrowed: bool,
    /// Whether a later part says if a value may be null.
    is_null_ignored: bool,
}

impl<'a> Part<'a> {
    /// Its keywords, without its own parts.
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

/// A schema and all the parts of its `allOf`, and of theirs, the one that overrides the others last. A part that is
/// reached in several ways is listed once: with diamonds of parts there could be exponentially many.
pub(super) fn parts<'a>(references: &References<'a>, schema: &'a Value, is_shared: bool) -> Vec<Part<'a>> {
    let (mut parts, mut seen) = (Vec::new(), BTreeSet::new());
    let mut pending = vec![(schema, is_shared)];
    while let Some((schema, is_shared)) = pending.pop() {
        let is_shared = is_shared || schema.get("$ref").is_some();
        let Some(part) = references.resolve(schema).as_object() else { continue };
        if seen.insert(std::ptr::from_ref(part)) {
            parts.push(Part { schema: part, is_shared, is_narrowed: false, is_null_ignored: false });
            let inner = part.get("allOf").and_then(Value::as_array);
            pending.extend(inner.into_iter().flatten().map(|part| (part, is_shared)));
        }
    }
    parts.reverse();
    parts
}

/// Whether a value may be null: as the last part says, or if no part that says something forbids it.
pub(super) fn nullable<'a>(parts: &[Part<'a>]) -> Option<&'a Value> {
    let own = |part: &Part<'a>| part.keywords().find_map(|(keyword, value)| (keyword == "nullable").then_some(value));
    parts.last().and_then(own).or_else(|| parts.iter().filter_map(own).min_by_key(|nullable| **nullable == true))
}

/// Whether a schema allows every value.
pub(super) fn allows_all(schema: &Value) -> bool {
    *schema == true || *schema == json!({})
}

/// Whether a later value of a keyword allows nothing that the earlier one does not.
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
    /// The type of its values, or one of `UNION` and `NULL`.
    kind: Option<&'a str>,
}

const UNION: &str = "union";

/// The type of a schema that lists null alone.
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

    /// A branch of a union, of which the own branches are not looked at: a union can be a branch of itself.
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

    /// The only branch of a union that has a type, together with what the union itself says.
    fn branch(&self, references: &References<'a>, kind: &str) -> Option<Self> {
        let mut fitting =
            self.branches(references).into_iter().filter(|branch| kind != UNION && branch.kind == Some(kind));
        let mut branch = fitting.next().filter(|_| fitting.next().is_none())?;
        branch.ignore_null();
        let whole = self.parts.iter().map(|part| Part { is_narrowed: true, ..*part });
        branch.parts.splice(0..0, whole);
        Some(branch)
    }

    fn ignore_null(&mut self) {
        self.parts.iter_mut().for_each(|part| part.is_null_ignored = true);
    }

    /// Whether a union allows every value that another schema allows: it has a branch for each branch of that one, and
    /// the branch describes nothing but a type.
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

    /// Whether it has a component's name.
    pub(super) fn is_named(&self) -> bool {
        ["$ref", "allOf"].iter().any(|keyword| self.source.schema.get(keyword).is_some())
    }

    /// Whether it describes nothing but its type.
    pub(super) fn is_bare(&self) -> bool {
        self.keywords().all(|(keyword, value)| match keyword {
            "type" => true,
            "additionalProperties" | "items" => allows_all(value),
            keyword => is_annotation(keyword),
        })
    }

    /// Whether it describes all that another one does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let own: BTreeSet<_> = self.parts.iter().map(|part| std::ptr::from_ref(part.schema)).collect();
        let others = other.parts.iter().filter(|part| !own.contains(&std::ptr::from_ref(part.schema)));
        others.flat_map(|part| part.keywords()).all(|(keyword, value)| {
            is_annotation(keyword) || self.keywords().any(|(own, same)| own == keyword && same == value)
        })
    }
}

/// Annotations that hold for a property, whatever its type is.
const OF_THE_PROPERTY: [&str; 4] = ["deprecated", "nullable", "readOnly", "writeOnly"];

fn is_annotation(keyword: &str) -> bool {
    OF_THE_PROPERTY.contains(&keyword) || matches!(role(keyword), Role::Annotation | Role::Documentation)
}

/// The schemas of a property that do not contradict each other, and whether any was dropped: of two that do, the later
/// one is kept. Of a union, the branch is kept that has the type of the others.
pub(super) fn compatible<'a>(references: &References<'a>, sources: &[Source<'a>]) -> (Vec<Description<'a>>, bool) {
    let (mut kept, mut is_conflict): (Vec<Description<'a>>, _) = (Vec::new(), false);
    for source in sources {
        let mut next = Description::of(references, *source);
        let known = kept.iter().position(|one| one.kind.is_some());
        if let (Some(index), Some(kind)) = (known, next.kind)
            && let Some(known) = kept.get_mut(index)
        {
            let earlier = known.kind.unwrap_or(UNION);
            if known.includes(references, &next) {
                kept.remove(index);
            } else if next.includes(references, known) {
                continue;
            } else if earlier == kind && kind != UNION {
                // Both are merged.
            } else if let Some(branch) = known.branch(references, kind) {
                *known = branch;
            } else if let Some(branch) = next.branch(references, earlier) {
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

/// The annotations that the other schemas add to one of several. What an earlier one says in words does not fit it.
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
