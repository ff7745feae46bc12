//! The changes for people and for programs.

use anyhow::Result;
use serde::Serialize;

use super::change::{Change, Class};

/// The worst class among some changes.
pub fn worst(changes: &[Change]) -> Option<Class> {
    changes.iter().map(|change| change.class).min()
}

/// The changes for people: by class, the ones that break first.
pub fn text(changes: &[Change]) -> String {
    let verdict = match worst(changes) {
        None => return "nothing changed\n".to_owned(),
        Some(Class::Breaking) => "it breaks users of the crates: a major version",
        Some(Class::Additive) => "it breaks nobody and adds something: a minor version",
        Some(Class::Documentation) => "users of the crates do not see it: a patch",
    };
    let mut text = format!("{verdict}\n");
    for (class, heading) in
        [(Class::Breaking, "breaking"), (Class::Additive, "additive"), (Class::Documentation, "documentation")]
    {
        let of_class: Vec<_> = changes.iter().filter(|change| change.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        text += &format!("\n{heading} ({})\n", of_class.len());
        for change in of_class {
            text += &format!("  {}: {}\n", change.place, change.words());
        }
    }
    text
}

/// The changes for programs.
///
/// # Errors
///
/// Never, as far as is known: everything in a change can be written.
pub fn json(changes: &[Change]) -> Result<String> {
    #[derive(Serialize)]
    struct Report<'a> {
        class: Option<Class>,
        changes: &'a [Change],
    }
    Ok(serde_json::to_string_pretty(&Report { class: worst(changes), changes })?)
}
