//! The kinds of changes, with their texts and their JSON.

use std::fmt;

use serde::Serialize;

/// What changed at a place.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// A part is new.
    Added {
        /// The part.
        part: Part,
        /// Its name, unless the place contains it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A part is removed.
    Removed {
        /// The part.
        part: Part,
        /// Its name, unless the place contains it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A part has another value.
    Replaced {
        /// The part.
        part: Part,
        /// The value before.
        old: Option<String>,
        /// The value after.
        new: Option<String>,
    },
    /// A part changed; the change is not compared further.
    Changed {
        /// The part.
        part: Part,
        /// Its name, unless the place contains it.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A statement has become true or false.
    Became {
        /// The statement.
        state: State,
        /// Whether it is true now.
        holds: bool,
    },
    /// A keyword that limits values has another value.
    Limit {
        /// The keyword.
        keyword: String,
        /// The value before, as JSON.
        old: Option<String>,
        /// The value after, as JSON.
        new: Option<String>,
        /// The effect on the set of valid values.
        effect: Effect,
    },
    /// Keywords that generated code does not show have other values.
    Annotations {
        /// The keywords.
        keywords: Vec<String>,
    },
}

/// Declares an enum whose variants have a text.
macro_rules! named {
    ($(#[$attribute:meta])* $name:ident { $($variant:ident = $text:expr,)* }) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "the text of a variant is its documentation")]
        #[non_exhaustive]
        pub enum $name { $($variant,)* }

        impl $name {
            /// All variants.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            fn text(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

named! {
    /// A part of a document that can be added, removed or replaced.
    Part {
        Alternative = "alternative",
        AlternativeCount = "number of alternatives",
        AlternativeOrder = "order of the alternatives (the first that fits is read)",
        Body = "body",
        Callback = "callback",
        Content = "content",
        Decoration = "documented shape (the crates accept any JSON)",
        DeprecationDate = "deprecation date",
        DiscriminatorProperty = "discriminator property",
        Enum = "set of values",
        ExtraField = "field of other properties",
        Failure = "failure response",
        Format = "format",
        Header = "header",
        HeaderOrder = "order of the header parameters",
        Link = "link",
        Mapping = "discriminator mapping",
        MediaType = "media type",
        Name = "name",
        Operation = "operation",
        OperationId = "operation id",
        OptionalBody = "optional body",
        OptionalParameter = "optional parameter",
        OptionalProperty = "optional property",
        Parameter = "parameter",
        RequiredBody = "required body",
        RequiredParameter = "required parameter",
        RequiredProperty = "required property",
        Response = "response",
        Parts = "list of parts",
        Result = "result of calls",
        Route = "route",
        Schema = "schema",
        Scope = "scope",
        SecurityAlternative = "security requirement",
        SecurityScheme = "security scheme",
        Success = "success response",
        SharedProperties = "set of properties shared by all alternatives",
        Style = "style",
        SunsetDate = "sunset date",
        Title = "title that names the type",
        Type = "type",
        TypeName = "type name",
        UnionKeyword = "keyword of the alternatives",
        Value = "value",
    }
}

named! {
    /// A statement about a part of a document. Its text has two halves: if it has become true, and if it has become
    /// false.
    State {
        Boxed = "a cycle of schemas contains it, so fields of its type may be boxed|\
                 no cycle of schemas contains it any more, so fields of its type may not be boxed",
        Closed = "it rejects other properties now|it no longer rejects other properties",
        Deprecated = "it is deprecated|it is no longer deprecated",
        Described = "it has a schema now|it no longer has a schema",
        Displayed = "it implements `Display` now|it no longer implements `Display`",
        Envelope = "it is an envelope now, so calls return another type|\
                    it is no longer an envelope, so calls return another type",
        Enumerated = "its values are listed now|its values are no longer listed",
        Exploded = "each item of a list is a parameter of its own now|a list is one parameter now",
        Free = "it lists no properties now, so it is a map|it lists properties now, so it is no longer a map",
        Keeping = "it keeps other properties now|it no longer keeps other properties",
        Nullable = "it may be null now|it may no longer be null",
        Public = "no credentials are needed now|credentials are needed now",
        ReadOnly = "it is read-only now|it is no longer read-only",
        Received = "a response uses it now, so its strings with a format may have any text|\
                    no response uses it any more, so its strings with a format have the format's type",
        Required = "it is required now|it is optional now",
        Union = "it is a union now|it is no longer a union",
        WriteOnly = "it is write-only now|it is no longer write-only",
    }
}

named! {
    /// The effect of a changed limit on the set of valid values.
    Effect {
        Narrower = "fewer values are valid",
        Wider = "more values are valid",
        Other = "other values are valid",
    }
}

impl ChangeKind {
    pub(super) fn added(part: Part) -> Self {
        Self::Added { part, name: None }
    }

    pub(super) fn removed(part: Part) -> Self {
        Self::Removed { part, name: None }
    }

    /// A part with a name is new, removed or changed.
    pub(super) fn named(part: Part, name: impl Into<String>, old: bool, new: bool) -> Self {
        let name = Some(name.into());
        match (old, new) {
            (false, true) => Self::Added { part, name },
            (true, false) => Self::Removed { part, name },
            _ => Self::Changed { part, name },
        }
    }

    pub(super) fn replaced(part: Part, old: Option<&str>, new: Option<&str>) -> Self {
        Self::Replaced { part, old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }

    pub(super) fn became(state: State, holds: bool) -> Self {
        Self::Became { state, holds }
    }

    pub(super) fn changed(part: Part) -> Self {
        Self::Changed { part, name: None }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = "none".to_owned();
        let quoted = |name: &Option<String>| name.as_ref().map_or_else(String::new, |name| format!(" {name:?}"));
        match self {
            Self::Added { part, name } => write!(f, "there is a new {}{}", part.text(), quoted(name)),
            Self::Removed { part, name } => write!(f, "the {}{} is gone", part.text(), quoted(name)),
            Self::Changed { part, name } => write!(f, "the {}{} changed", part.text(), quoted(name)),
            Self::Replaced { part, old, new } => {
                let [old, new] = [old, new].map(|value| value.as_ref().unwrap_or(&none));
                write!(f, "the {} was {old} and is {new}", part.text())
            }
            Self::Became { state, holds } => {
                let (if_true, if_false) = state.text().split_once('|').unwrap_or_default();
                f.write_str(if *holds { if_true } else { if_false })
            }
            Self::Limit { keyword, old, new, effect } => {
                let [old, new] = [old, new].map(|value| value.as_ref().unwrap_or(&none));
                write!(f, "{keyword} was {old} and is {new}: {}", effect.text())
            }
            Self::Annotations { keywords } => write!(f, "{} changed", keywords.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_and_state_has_a_unique_text() {
        let states = State::ALL.iter().flat_map(|state| state.text().split('|'));
        assert!(State::ALL.iter().all(|state| state.text().split('|').count() == 2));
        let texts: Vec<_> = Part::ALL.iter().map(|part| part.text()).chain(states).collect();
        let different: std::collections::BTreeSet<_> = texts.iter().collect();
        assert_eq!(texts.len(), different.len());
    }

    #[test]
    fn json_of_a_kind_has_its_name_and_its_data() {
        let json = |kind: &ChangeKind| serde_json::to_string(kind).unwrap();
        assert_eq!(json(&ChangeKind::added(Part::OptionalProperty)), r#"{"kind":"added","part":"optional_property"}"#);
        let replaced = ChangeKind::replaced(Part::Type, None, Some("string"));
        assert_eq!(json(&replaced), r#"{"kind":"replaced","part":"type","old":null,"new":"string"}"#);
        let became = ChangeKind::became(State::Required, true);
        assert_eq!(json(&became), r#"{"kind":"became","state":"required","holds":true}"#);
    }

    /// Programs read these names, so a variant that gets another name in Rust keeps its name in JSON.
    #[test]
    fn json_names_of_parts_and_states_are_stable() {
        let name = |json: serde_json::Result<serde_json::Value>| json.unwrap().as_str().unwrap().to_owned();
        let parts: Vec<_> = Part::ALL.iter().map(|part| name(serde_json::to_value(part))).collect();
        assert_eq!(
            parts.join(" "),
            "alternative alternative_count alternative_order body callback content decoration \
             deprecation_date discriminator_property enum extra_field failure format header header_order link \
             mapping media_type name operation operation_id optional_body optional_parameter \
             optional_property parameter required_body required_parameter required_property response parts \
             result route schema scope security_alternative security_scheme success shared_properties style \
             sunset_date title type type_name union_keyword value"
        );
        let states: Vec<_> = State::ALL.iter().map(|state| name(serde_json::to_value(state))).collect();
        assert_eq!(
            states.join(" "),
            "boxed closed deprecated described displayed envelope enumerated exploded free keeping nullable \
             public read_only received required union write_only"
        );
    }
}
