//! Compares discriminators, which select an alternative of a union by the tag of an object.
//!
//! Generated code keeps an object with an unknown tag verbatim. So a new tag breaks nothing, and neither does an
//! explicit mapping that equals the implicit one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Side, Verdict};
use super::comparison::{Comparison, Location, Versions};
use super::kind::{ChangeKind, Part};
use super::shape::alternatives;
use xtask_codegen::policies::branches_by_tag;
use xtask_document::Fields;
use xtask_document::resolved::ResolvedSchema;

type Tags<'a> = BTreeMap<String, &'a str>;

impl<'a> Comparison<'a> {
    pub(super) fn compare_discriminators(&mut self, [before, after]: Versions<'_, 'a>, location: &Location) {
        let (old, new) = (tag_property(before), tag_property(after));
        if old != new {
            let kind = ChangeKind::replaced(Part::DiscriminatorProperty, old, new);
            let verdict = if old.is_some() { Verdict::BREAKS_PUBLISHED } else { Verdict::DOCUMENTS };
            self.report(verdict, location, kind);
        }
        let has_both = old.is_some() && new.is_some();
        let has_other_tags = has_both && self.compare_tags(&tags(self.old, before), &tags(self.new, after), location);
        if old == new && !has_other_tags {
            self.report_annotations(["discriminator"], location);
        }
    }

    /// Compares the tags of a union, and returns whether they differ.
    fn compare_tags(&mut self, old: &Tags<'a>, new: &Tags<'a>, location: &Location) -> bool {
        let mut differ = false;
        for tag in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let is_same = |was: &str, is: &str| was == is || self.is_renamed(was, is);
            let verdict = match (old.get(tag), new.get(tag)) {
                (Some(was), Some(is)) if is_same(was, is) => continue,
                (Some(_), Some(_)) => Verdict::BREAKS_PUBLISHED,
                // A server may send the alternative with its new tag, which is unknown to published crates.
                (Some(was), None) => {
                    let has_new_tag = new.iter().any(|(tag, is)| is_same(was, is) && old.get(tag) != Some(was));
                    let breaks = location.side == Side::Request || has_new_tag;
                    if breaks { Verdict::BREAKS_PUBLISHED } else { Verdict::DOCUMENTS }
                }
                (None, _) => Verdict::DOCUMENTS,
            };
            let kind = ChangeKind::named(Part::Mapping, tag, old.contains_key(tag), new.contains_key(tag));
            self.report(verdict, location, kind);
            differ = true;
        }
        differ
    }
}

fn tag_property<'a>(union: &ResolvedSchema<'a>) -> Option<&'a str> {
    union.get("discriminator")?.text("propertyName")
}

fn tags<'a>(document: &'a Value, union: &ResolvedSchema<'a>) -> Tags<'a> {
    let tags = union.get("discriminator").zip(alternatives(union));
    tags.map(|(discriminator, (_, branches))| branches_by_tag(document, discriminator, branches)).unwrap_or_default()
}
