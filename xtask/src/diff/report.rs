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
    let Some(worst) = worst(changes) else { return "nothing changed\n".to_owned() };
    let meaning = match worst {
        Class::Breaking => "code that uses the crates has to change; after 1.2.3 comes 2.0.0, after 0.2.3 comes 0.3.0",
        Class::Additive => {
            "code that uses the crates goes on as it is; after 1.2.3 comes 1.3.0, after 0.2.3 comes 0.2.4"
        }
        Class::Documentation => {
            "code that uses the crates does not see it; after 1.2.3 comes 1.2.4, after 0.2.3 comes 0.2.4"
        }
    };
    let mut text = format!("{worst}: {meaning}\n");
    for class in [Class::Breaking, Class::Additive, Class::Documentation] {
        let of_class: Vec<_> = changes.iter().filter(|change| change.class == class).collect();
        if of_class.is_empty() {
            continue;
        }
        text += &format!("\n{class} ({})\n", of_class.len());
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
