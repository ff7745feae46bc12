//! `cloudflare-client` names no endpoint: no crate of an SDK, no operation, no path, no model.
//!
//! The names come from every document of every SDK. They are compared with the words of all files of the crate, tests,
//! comments and manifest included. A word is an identifier, or several with hyphens between them: `types::RiskLevel` is
//! two words, and `zt-risk-scoring` is one. A name of one word, such as `Summary` or `reset`, is ordinary English, so
//! it counts only where nothing else can be meant:
//!
//! | name | of several words: counts anywhere | of one word: counts only as |
//! |---|---|---|
//! | crate of an SDK | also within a word: `zt_risk_scoring_api` | `name::` |
//! | operation id | in any case: `get_behaviors`, `GetBehaviors`, `GET_BEHAVIORS` | `operations::NAME` |
//! | model | with its capitals: `RiskLevel` | `types::Name` |
//! | fixed segment of a path | also within a word: `zt_risk_scoring` | `"name"`, or `/name` that no word precedes |
//!
//! What belongs to the vendor's API as a whole may be named: the scopes that its paths begin with, such as `accounts`,
//! and the models that describe envelopes and their messages. So may general terms of HTTP clients, such as
//! `rate_limits`.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::workspace::{CLIENT, files, relative, root, sdks};

/// The scopes that the vendor's paths begin with. They are no endpoint's.
const SCOPES: [&str; 3] = ["accounts", "user", "zones"];

/// Terms of HTTP clients, in snake case. The client has them whether or not an endpoint is called so. A new SDK may
/// need another term: add it only if the client had the word before, with this meaning.
const GENERAL_TERMS: [&str; 22] = [
    "account_id",
    "api_token",
    "code",
    "configuration",
    "cursor",
    "cursors",
    "default",
    "errors",
    "http",
    "message",
    "messages",
    "page",
    "quota",
    "rate_limit",
    "rate_limits",
    "request",
    "response",
    "result",
    "retry",
    "source",
    "success",
    "timeout",
];

/// What belongs to the endpoints of SDKs.
#[derive(Debug, Default)]
struct Endpoints {
    crates: BTreeSet<String>,
    operations: BTreeSet<String>,
    segments: BTreeSet<String>,
    models: BTreeSet<String>,
}

impl Endpoints {
    /// Adds what a document names.
    fn add(&mut self, document: &Value) {
        for (path, item) in object(document, "/paths") {
            let fixed = path.split('/').filter(|segment| !segment.is_empty() && !segment.contains('{'));
            self.segments.extend(fixed.filter(|segment| !SCOPES.contains(segment)).map(str::to_owned));
            let ids =
                item.as_object().into_iter().flatten().filter_map(|(_, operation)| operation["operationId"].as_str());
            self.operations.extend(ids.map(str::to_owned));
        }
        let shared = shared_models(document);
        let models = object(document, "/components/schemas").map(|(name, _)| name.to_owned());
        self.models.extend(models.filter(|name| !shared.contains(name)));
    }

    /// Drops the names that are terms of the client itself.
    fn without_general_terms(mut self) -> Self {
        for names in [&mut self.crates, &mut self.operations, &mut self.segments, &mut self.models] {
            names.retain(|name| !GENERAL_TERMS.contains(&snake(name).as_str()));
        }
        self
    }

    /// Every endpoint that a text names, with the line.
    fn named_in(&self, text: &str) -> Vec<String> {
        type IsNamed = fn(&Line, &str) -> bool;
        let kinds: [(&str, &BTreeSet<String>, IsNamed); 4] = [
            ("crate", &self.crates, Line::names_crate),
            ("operation", &self.operations, Line::names_operation),
            ("model", &self.models, Line::names_model),
            ("path segment", &self.segments, Line::names_segment),
        ];
        let mut named = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = Line::new(line);
            for (kind, names, is_named) in kinds {
                let found = names.iter().filter(|name| is_named(&line, name));
                named.extend(found.map(|name| format!("{}: the {kind} {name}", index + 1)));
            }
        }
        named
    }
}

/// A line of a file.
struct Line {
    text: String,
    words: Vec<String>,
    /// The words in snake case.
    snakes: Vec<String>,
}

impl Line {
    fn new(text: &str) -> Self {
        let words = text.split(|char: char| !is_word(char)).map(|word| word.trim_matches('-').to_owned());
        let words: Vec<_> = words.collect();
        let snakes = words.iter().map(|word| snake(word)).collect();
        Self { text: text.to_owned(), words, snakes }
    }

    fn names_crate(&self, name: &str) -> bool {
        if is_compound(name) { self.has_within_a_word(name) } else { self.has_between("", name, "::") }
    }

    fn names_operation(&self, id: &str) -> bool {
        if is_compound(id) {
            return self.snakes.iter().any(|word| word == id);
        }
        self.has_between("operations::", &id.to_ascii_uppercase(), "")
    }

    fn names_model(&self, name: &str) -> bool {
        if is_compound(&snake(name)) {
            self.words.iter().any(|word| word == name)
        } else {
            self.has_between("types::", name, "")
        }
    }

    /// A slash belongs to no path in `https://name`, `this/name` and `</name>`.
    fn names_segment(&self, segment: &str) -> bool {
        if is_compound(segment) {
            return self.has_within_a_word(segment);
        }
        let behind_slash = format!("/{segment}");
        let is_in_path = self.text.match_indices(&behind_slash).any(|(at, found)| {
            let (start, end) = (&self.text[..at], &self.text[at + found.len()..]);
            !end.starts_with(is_word) && !start.ends_with(|char| is_word(char) || "/<".contains(char))
        });
        is_in_path || self.text.contains(&format!("\"{segment}\""))
    }

    /// Whether a word contains the words of a name.
    fn has_within_a_word(&self, name: &str) -> bool {
        let part = format!("_{}_", snake(name));
        self.snakes.iter().any(|word| format!("_{word}_").contains(&part))
    }

    /// Whether a name is here as a whole word, with texts before and after it.
    fn has_between(&self, before: &str, name: &str, after: &str) -> bool {
        self.text.match_indices(name).any(|(at, _)| {
            let (start, end) = (&self.text[..at], &self.text[at + name.len()..]);
            start.ends_with(before) && end.starts_with(after) && !start.ends_with(is_word) && !end.starts_with(is_word)
        })
    }
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '-'
}

/// Whether a name is of several words, so that English prose does not have it by chance.
fn is_compound(name: &str) -> bool {
    name.contains(['_', '-'])
}

/// A word in snake case: `GetBehaviors`, `GET_BEHAVIORS` and `get-behaviors` become `get_behaviors`.
fn snake(word: &str) -> String {
    let mut snake = String::new();
    let mut after_lower = false;
    for char in word.chars() {
        if char.is_ascii_uppercase() && after_lower {
            snake.push('_');
        }
        after_lower = char.is_ascii_lowercase() || char.is_ascii_digit();
        snake.push(if char == '-' { '_' } else { char.to_ascii_lowercase() });
    }
    snake
}

fn object<'a>(document: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let members = document.pointer(pointer).and_then(Value::as_object);
    members.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The models of the vendor's API as a whole: envelopes of one without `result`, and what describes the rest of an
/// envelope.
fn shared_models(document: &Value) -> BTreeSet<String> {
    let mut shared = BTreeSet::new();
    let mut pending: Vec<&Value> = Vec::new();
    for (name, schema) in object(document, "/components/schemas") {
        let properties = &schema["properties"];
        if properties["success"]["type"] == "boolean" {
            pending.extend(["errors", "messages", "result_info"].map(|part| &properties[part]));
            if properties.get("result").is_none() {
                shared.insert(name.to_owned());
            }
        }
    }
    while let Some(schema) = pending.pop() {
        match schema {
            Value::Object(members) => {
                if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next())
                    && shared.insert(name.to_owned())
                {
                    pending.push(&document["components"]["schemas"][name]);
                }
                pending.extend(members.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
    shared
}

/// The endpoints of every SDK of the workspace.
fn endpoints() -> Endpoints {
    let mut endpoints = Endpoints::default();
    for sdk in sdks() {
        endpoints.crates.extend(sdk.crates().into_iter().map(str::to_owned));
        for document in files(&sdk.folder, &["json"]) {
            endpoints.add(&serde_json::from_str(&fs::read_to_string(document).unwrap()).unwrap());
        }
    }
    endpoints.without_general_terms()
}

#[test]
fn cloudflare_client_names_no_endpoint() {
    let endpoints = endpoints();
    let folder = root().join("crates").join(CLIENT);
    assert!(folder.join("Cargo.toml").is_file(), "{} does not exist", relative(&folder));
    let mut named = Vec::new();
    for path in files(&folder, &["rs", "toml", "md"]) {
        let found = endpoints.named_in(&fs::read_to_string(&path).unwrap());
        named.extend(found.iter().map(|endpoint| format!("{}:{endpoint}", relative(&path))));
    }
    assert!(named.is_empty(), "{CLIENT} names endpoints:\n{}", named.join("\n"));
}

#[test]
fn endpoints_of_the_committed_documents_are_found() {
    let endpoints = endpoints();
    for (text, named) in [
        ("use zt_risk_scoring_api::Client;", "1: the crate zt-risk-scoring"),
        ("//! Used by `zt-risk-scoring-cli`.", "1: the crate zt-risk-scoring"),
        ("\nconst ID: &str = \"get_behaviors\";", "2: the operation get_behaviors"),
        ("struct GetBehaviors;", "1: the operation get_behaviors"),
        ("operations::GET_BEHAVIORS", "1: the operation get_behaviors"),
        ("/// Parses a `RiskLevel`.", "1: the model RiskLevel"),
        ("fn f(_: types::BehaviorsEnvelope) {}", "1: the model BehaviorsEnvelope"),
        ("fn f() -> types::Summary {}", "1: the model Summary"),
        ("\"/accounts/{account_id}/zt_risk_scoring\"", "1: the path segment zt_risk_scoring"),
        ("let path = format!(\"{base}/behaviors\");", "1: the path segment behaviors"),
        ("path.push(\"behaviors\")", "1: the path segment behaviors"),
    ] {
        let found = endpoints.named_in(text);
        assert!(found.iter().any(|found| found.starts_with(named)), "{text}: {found:?}");
    }
}

#[test]
fn ordinary_words_name_no_endpoint() {
    let endpoints = endpoints();
    for text in [
        "/// A summary of the behaviors that integrations have.",
        "struct Summary; // <summary>every Behavior</summary>",
        "self.tokens.reset(); fn summary() {} // done/reset",
        "\"/accounts/{account_id}\"",
        "\"../../user\"",
        "struct FailureEnvelope; struct ApiMessage; struct ResultInfo;",
        "https://reset.example/summaries",
        "fn get_behavior() {}",
    ] {
        assert_eq!(endpoints.named_in(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn name_of_one_word_counts_only_where_nothing_else_can_be_meant() {
    let mut endpoints = Endpoints { crates: ["zones".to_owned()].into(), ..Endpoints::default() };
    endpoints.add(&serde_json::json!({
        "paths": {"/user/tokens": {"get": {"operationId": "verify"}}},
        "components": {"schemas": {"Token": {}}},
    }));
    for (text, named) in [
        ("zones::Client", "1: the crate zones"),
        ("operations::VERIFY", "1: the operation verify"),
        ("types::Token", "1: the model Token"),
        ("\"/tokens/verify\"", "1: the path segment tokens"),
        ("\"tokens\"", "1: the path segment tokens"),
    ] {
        assert_eq!(endpoints.named_in(text), [named], "{text}");
    }
    for text in ["time_zones::all()", "fn verify()", "Scheme::Token", "types::TokenFuture", "url.user", "// tokens"] {
        assert_eq!(endpoints.named_in(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn general_term_names_no_endpoint_whatever_an_sdk_is_called() {
    let mut endpoints = Endpoints { crates: ["rate-limits".to_owned()].into(), ..Endpoints::default() };
    endpoints.add(&serde_json::json!({
        "paths": {"/zones/{id}/rate_limits/{limit}": {}, "/zones/{id}/page_rules": {}},
        "components": {"schemas": {"RateLimit": {}}},
    }));
    let endpoints = endpoints.without_general_terms();
    assert_eq!(endpoints.named_in("fn rate_limits(limits: &[types::RateLimit]) {}"), Vec::<String>::new());
    assert_eq!(endpoints.named_in("\"page_rules\""), ["1: the path segment page_rules"]);
}

#[test]
fn names_in_other_cases_are_the_same_name() {
    for word in ["GetUserRisk", "GET_USER_RISK", "get-user-risk", "getUserRisk", "get_user_risk"] {
        assert_eq!(snake(word), "get_user_risk");
    }
}
