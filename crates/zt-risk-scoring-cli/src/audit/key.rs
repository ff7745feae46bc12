//! Places in a policy file.

use std::fmt;

use toml::de::{DeTable, DeValue};

/// The key of a value in the policy, such as `baseline.behaviors.imp_travel.enabled`. A number is an index of an array.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Key(Vec<String>);

impl Key {
    pub(crate) fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(parts.into_iter().map(str::to_owned).collect())
    }

    /// The key of something below this one.
    pub(crate) fn join(mut self, parts: &[&str]) -> Self {
        self.0.extend(parts.iter().map(|part| (*part).to_owned()));
        self
    }

    /// The line of the value in a file, counted from 1. If the file has no such value, that of the table that would have it.
    pub(crate) fn line_in(&self, file: &str) -> Option<usize> {
        let before = file.get(..self.offset_in(file)?)?;
        Some(before.matches('\n').count().saturating_add(1))
    }

    /// As [`line_in`](Self::line_in), the first byte.
    pub(crate) fn offset_in(&self, file: &str) -> Option<usize> {
        let root = DeTable::parse(file).ok()?;
        let (first, others) = self.0.split_first()?;
        let mut value = root.get_ref().get(first.as_str())?;
        for part in others {
            let next = match value.get_ref() {
                DeValue::Array(array) => part.parse().ok().and_then(|index: usize| array.get(index)),
                other => other.get(part.as_str()),
            };
            let Some(next) = next else { break };
            value = next;
        }
        Some(value.span().start)
    }
}

/// As TOML writes a dotted key.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
        for (index, part) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            match part.chars().all(is_bare) && !part.is_empty() {
                true => f.write_str(part)?,
                false => write!(f, "{part:?}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\
[baseline]
min_enabled = 1
integrations = [
  { id = \"a\" },
  { id = \"b\" },
]

[baseline.behaviors.\"a.b\"]
enabled = true

[accounts.x]
behaviors.imp_travel.enabled = false

[[exceptions]]
account = \"1\"

[[exceptions]]
account = \"2\"
";

    #[test]
    fn value_of_a_key_is_found_in_the_file() {
        for (parts, line) in [
            (&["baseline"][..], 1),
            (&["baseline", "min_enabled"], 2),
            (&["baseline", "integrations"], 3),
            (&["baseline", "integrations", "1"], 5),
            (&["baseline", "integrations", "2"], 3),
            (&["baseline", "behaviors", "a.b"], 8),
            (&["baseline", "behaviors", "a.b", "enabled"], 9),
            (&["baseline", "behaviors", "a.b", "min_level"], 8),
            (&["accounts", "x", "behaviors", "imp_travel", "enabled"], 12),
            (&["exceptions", "0"], 14),
            (&["exceptions", "1", "account"], 18),
        ] {
            assert_eq!(Key::new(parts.iter().copied()).line_in(FILE), Some(line), "{parts:?}");
        }
        assert_eq!(Key::new(["nothing"]).line_in(FILE), None);
    }

    #[test]
    fn key_is_written_as_in_toml() {
        let key = Key::new(["baseline", "behaviors", "a.b"]).join(&["enabled"]);
        assert_eq!(key.to_string(), r#"baseline.behaviors."a.b".enabled"#);
    }
}
