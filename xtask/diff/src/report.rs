//! The changes for people and for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::{Change, Class, text as text_of};
use super::error::Error;
use super::grouped::grouped;

/// The worst class among some changes.
pub fn worst(changes: &[Change]) -> Option<Class> {
    changes.iter().map(|change| change.class).min()
}

/// The changes for people: by class, the ones that break first, and then by operation and named schema.
pub fn text(changes: &[Change]) -> String {
    let Some(worst) = worst(changes) else { return "nothing changed\n".to_owned() };
    let meaning = match worst {
        Class::Breaking => "code that uses the crates has to change; after 1.2.3 comes 2.0.0, after 0.2.3 comes 0.3.0",
        Class::Additive => "code that uses the crates stays as it is; after 1.2.3 comes 1.3.0, after 0.2.3 comes 0.2.4",
        Class::Documentation => {
            "code that uses the crates does not see it; after 1.2.3 comes 1.2.4, after 0.2.3 comes 0.2.4"
        }
    };
    let mut text = format!("{worst}: {meaning}\n");
    for class in [Class::Breaking, Class::Additive, Class::Documentation] {
        let groups = grouped(changes, class);
        if groups.is_empty() {
            continue;
        }
        text += &format!("\n{class} ({})\n", groups.len());
        let mut owners = BTreeMap::<_, Vec<_>>::new();
        for group in &groups {
            let (owner, rest) = split(group.place);
            owners.entry(owner).or_default().push((rest, group.text()));
        }
        for (owner, parts) in owners {
            if let [(rest, text_of_part)] = parts.as_slice() {
                text += &format!("  {owner}{rest}: {text_of_part}\n");
                continue;
            }
            text += &format!("  {owner}\n");
            for (rest, text_of_part) in parts {
                let part = rest.trim_start_matches(", ");
                let separator = if part.is_empty() { "" } else { ": " };
                text += &format!("    {part}{separator}{text_of_part}\n");
            }
        }
    }
    text
}

/// The operation or the named schema that a place belongs to.
pub fn owner(place: &str) -> &str {
    split(place).0
}

/// The operation or the named schema that a place belongs to, and the rest of the place.
fn split(place: &str) -> (&str, &str) {
    let is_operation = place.contains(' ');
    let end = if is_operation {
        place.find(", ")
    } else {
        place.find(['.', '[', '{', '|']).filter(|_| !place.starts_with('/'))
    };
    place.split_at(end.unwrap_or(place.len()))
}

/// The changes for programs.
///
/// # Errors
///
/// Never, as far as is known: everything in a change can be written.
pub fn json(changes: &[Change]) -> Result<String, Error> {
    #[derive(Serialize)]
    struct WithText<'a> {
        #[serde(flatten)]
        change: &'a Change,
        text: String,
    }
    #[derive(Serialize)]
    struct Report<'a> {
        class: Option<Class>,
        changes: Vec<WithText<'a>>,
    }
    let with_text = changes.iter().map(|change| WithText {
        change,
        text: text_of(&change.kind, change.class, [change.side], change.breaks_published),
    });
    let report = Report { class: worst(changes), changes: with_text.collect() };
    Ok(serde_json::to_string_pretty(&report)?)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn place_is_split_after_its_operation_or_schema() {
        for (owner, rest) in [
            ("GET /things/{id}.json", ", 200[].a"),
            ("GET /things/{id}.json", ""),
            ("Thing", ".a[].b"),
            ("Things", "[].a"),
            ("Map", "{}.a"),
            ("Pet", "|Cat.claws"),
            ("/things/{id}.json", ""),
            ("the document", ""),
        ] {
            assert_eq!(split(&format!("{owner}{rest}")), (owner, rest));
        }
    }
}
