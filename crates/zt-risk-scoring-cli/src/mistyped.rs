//! Warnings about values that have another JSON type than the documented one.

use std::collections::BTreeMap;

use crate::session::Account;
use crate::terminal::print_message;
use crate::text;

/// Warns about properties of an account's objects, each of which is named once per object. A value may be personal data, so only
/// the names are printed.
pub(crate) fn warn(account: &Account, noun: &str, properties: impl IntoIterator<Item = &'static str>) {
    warnings(noun, properties)
        .into_iter()
        .for_each(|warning| print_message(&format!("warning: account {}: {warning}", account.id)));
}

fn warnings(noun: &str, properties: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let mut objects: BTreeMap<&str, usize> = BTreeMap::new();
    for property in properties {
        let count = objects.entry(property).or_default();
        *count = count.saturating_add(1);
    }
    let warning = |(property, count): (&str, usize)| {
        let objects = text::count(count, noun);
        format!("`{property}` of {objects} does not have the documented type, and is shown as null")
    };
    objects.into_iter().map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_counts_the_objects_of_each_property() {
        let problem = "does not have the documented type, and is shown as null";
        assert_eq!(
            warnings("user", ["name", "email", "name"]),
            [format!("`email` of 1 user {problem}"), format!("`name` of 2 users {problem}")]
        );
        assert!(warnings("user", []).is_empty());
    }
}
