//! The comparison of queries by mocks.

/// The names of the pairs that one query parameter consists of, and those that it shares with other parameters of its
/// operation.
///
/// An object has a pair for each of its properties, and a map one for each of its keys. So several parameters may have
/// pairs of one name.
#[derive(Clone, Copy, Debug)]
pub struct QueryNames {
    own: Names,
    shared: Names,
}

#[derive(Clone, Copy, Debug)]
enum Names {
    Listed(&'static [&'static str]),
    Except(&'static [&'static str]),
}

impl Names {
    fn contains(self, name: &str) -> bool {
        match self {
            Self::Listed(names) => names.contains(&name),
            Self::Except(names) => !names.contains(&name),
        }
    }
}

impl QueryNames {
    /// The names of a parameter: its own, or those of its properties.
    pub const fn of(names: &'static [&'static str]) -> Self {
        Self { own: Names::Listed(names), shared: Names::Listed(&[]) }
    }

    /// The names of a map: all that no other parameter has. It shares those.
    pub const fn except(names: &'static [&'static str]) -> Self {
        Self { own: Names::Except(names), shared: Names::Listed(names) }
    }

    /// Sets the names that other parameters have, too.
    pub const fn shared(self, names: &'static [&'static str]) -> Self {
        Self { shared: Names::Listed(names), ..self }
    }

    /// Says that another parameter is a map, which may have any name.
    pub const fn all_shared(self) -> Self {
        Self { shared: Names::Except(&[]), ..self }
    }

    /// Whether a query has the pairs of a parameter, and no other pairs of its names. There may be others of a name that
    /// it shares. The order of the values of one name counts, and that of names does not.
    ///
    /// # Examples
    ///
    /// ```
    /// use api_runtime::{QueryNames, query_pairs};
    ///
    /// let ids = query_pairs("id", &vec!["a", "b"]).unwrap();
    /// let names = QueryNames::of(&["id"]);
    /// assert!(names.has_pairs("page=2&id=a&id=b", &ids));
    /// assert!(!names.has_pairs("page=2&id=a&id=b&id=c", &ids));
    /// assert!(names.shared(&["id"]).has_pairs("page=2&id=a&id=b&id=c", &ids));
    /// ```
    pub fn has_pairs(self, query: &str, pairs: &[(String, String)]) -> bool {
        let Ok(sent) = serde_urlencoded::from_str::<Vec<(String, String)>>(query) else { return false };
        let all = sent.iter().chain(pairs).map(|(name, _)| name.as_str());
        let is_compared = |name: &str| self.own.contains(name) || pairs.iter().any(|(other, _)| other == name);
        all.filter(|name| is_compared(name)).all(|name| {
            let values = |pairs: &[(String, String)]| -> Vec<String> {
                pairs.iter().filter(|(other, _)| other == name).map(|(_, value)| value.clone()).collect()
            };
            let (sent, expected) = (values(&sent), values(pairs));
            if self.shared.contains(name) {
                let mut sent = sent.iter();
                expected.iter().all(|value| sent.any(|other| other == value))
            } else {
                sent == expected
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::query_pairs;

    #[test]
    fn query_is_compared_by_all_values_of_a_name() {
        let pairs = |value: &[&str]| query_pairs("id", value).unwrap();
        for (query, values, is_same) in [
            ("id=a&page=2&id=b%26", &["a", "b&"][..], true),
            ("id=b&id=a", &["a", "b"], false),
            ("id=a&id=b", &["a"], false),
            ("id=a", &["a", "b"], false),
            ("page=2", &[], true),
            ("id=a", &[], false),
            ("ID=a", &["a"], false),
        ] {
            assert_eq!(QueryNames::of(&["id"]).has_pairs(query, &pairs(values)), is_same, "{query}");
        }
        let object = query_pairs("filter", &BTreeMap::from([("x", 1), ("y", 2)])).unwrap();
        assert!(QueryNames::of(&["x", "y"]).has_pairs("y=2&x=1&z=3", &object));
        assert!(!QueryNames::of(&["x", "y", "z"]).has_pairs("y=2&x=1&z=3", &object));
        assert!(!QueryNames::of(&[]).has_pairs("y=2&x=1&x=3", &object));
    }

    #[test]
    fn map_has_all_names_that_no_other_parameter_has() {
        let map = |pairs: &[(&'static str, &str)]| query_pairs("m", &BTreeMap::from_iter(pairs.to_vec())).unwrap();
        let (names, page) = (QueryNames::except(&["page"]), QueryNames::of(&["page"]).all_shared());
        let query = "k=v&page=3&page=7";
        assert!(names.has_pairs(query, &map(&[("k", "v"), ("page", "3")])));
        assert!(names.has_pairs(query, &map(&[("k", "v")])));
        assert!(!names.has_pairs(query, &map(&[("k", "v"), ("page", "4")])));
        assert!(!names.has_pairs(query, &map(&[("page", "3")])), "{query} has one more key");
        let pages = |values: &[u8]| query_pairs("page", values).unwrap();
        assert!(page.has_pairs(query, &pages(&[7])) && page.has_pairs(query, &[]));
        assert!(!page.has_pairs(query, &pages(&[7, 3])) && !page.has_pairs(query, &pages(&[3, 3])));
    }
}
