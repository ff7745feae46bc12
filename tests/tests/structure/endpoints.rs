//! `cloudflare-client` names no endpoint: no crate of an SDK, no operation, no path, no model.
//!
//! The names come from every document of every SDK. They are compared with the words of all files of the crate, tests,
//! comments and manifest included. A word is an identifier or identifiers with hyphens between them, so `types::RiskLevel` is
//! two words, and `zt-risk-scoring` is one. To let ordinary English through:
//!
//! - an SDK's crate counts within a longer word, in snake case or with hyphens (`zt_risk_scoring_api`);
//! - an operation id counts as a whole word, in any case (`get_behaviors`, `GetBehaviors`, `GET_BEHAVIORS`);
//! - a fixed segment of a path counts as a whole word or within one if it has an underscore or a hyphen
//!   (`zt_risk_scoring`). One that is a single English word (`behaviors`) counts behind a slash, or as a whole string literal;
//! - `accounts` is no endpoint's: the account id belongs to the client;
//! - a model counts as a whole word, with its capitals (`RiskLevel`). What describes envelopes and their messages belongs to
//!   the vendor's API as a whole and may be named. One of a single word (`Summary`) counts in code, not in comments.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::workspace::{CLIENT, files, relative, root, sdks};

/// Segments that paths of many SDKs have, and that the client itself knows.
const SHARED_SEGMENTS: [&str; 1] = ["accounts"];

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
            self.segments.extend(fixed.filter(|segment| !SHARED_SEGMENTS.contains(segment)).map(str::to_owned));
            let ids =
                item.as_object().into_iter().flatten().filter_map(|(_, operation)| operation["operationId"].as_str());
            self.operations.extend(ids.map(str::to_owned));
        }
        let shared = shared_models(document);
        let models = object(document, "/components/schemas").map(|(name, _)| name.to_owned());
        self.models.extend(models.filter(|name| !shared.contains(name)));
    }

    /// Every endpoint that a text names, with the line.
    fn named_in(&self, text: &str) -> Vec<String> {
        let mut named = Vec::new();
        for (line, text) in text.lines().enumerate() {
            let code = text.split("//").next().unwrap_or_default();
            let line = line + 1;
            let words: Vec<_> = text.split(|char: char| !is_word(char)).map(|word| word.trim_matches('-')).collect();
            for word in words {
                let snake = snake(word);
                if let Some(name) = self.crates.iter().find(|name| contains(&snake, &name.replace('-', "_"))) {
                    named.push(format!("{line}: the crate {name}"));
                }
                if let Some(id) = self.operations.iter().find(|id| snake == **id) {
                    named.push(format!("{line}: the operation {id}"));
                }
                if let Some(model) = self.models.iter().find(|model| word == **model)
                    && (is_compound(&self::snake(model)) || code.contains(model.as_str()))
                {
                    named.push(format!("{line}: the model {model}"));
                }
                let compound = |segment: &&String| is_compound(segment) && contains(&snake, &segment.replace('-', "_"));
                if let Some(segment) = self.segments.iter().find(compound) {
                    named.push(format!("{line}: the path segment {segment}"));
                }
            }
            for segment in self.segments.iter().filter(|segment| !is_compound(segment)) {
                let is_named = text.contains(&format!("\"{segment}\""))
                    || text.match_indices(&format!("/{segment}")).any(|(at, found)| {
                        !text[at + found.len()..].starts_with(is_word) && !text[..at].ends_with('/')
                    });
                if is_named {
                    named.push(format!("{line}: the path segment {segment}"));
                }
            }
        }
        named
    }
}

fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_' || char == '-'
}

/// Whether a name is of several words, so that English prose does not have it by chance.
fn is_compound(name: &str) -> bool {
    name.contains(['_', '-'])
}

/// Whether a name in snake case contains the words of another one.
fn contains(name: &str, part: &str) -> bool {
    format!("_{name}_").contains(&format!("_{part}_"))
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

/// The models of the vendor's API as a whole: envelopes of one without `result`, and what describes the rest of an envelope.
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
    endpoints
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
        ("fn f() -> Summary {}", "1: the model Summary"),
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
        "// Summary: every Behavior counts.",
        "self.tokens.reset(); fn summary() {}",
        "\"/accounts/{account_id}\"",
        "struct FailureEnvelope; struct ApiMessage; struct ResultInfo;",
        "https://reset.example/summaries",
        "fn get_behavior() {}",
    ] {
        assert_eq!(endpoints.named_in(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn names_in_other_cases_are_the_same_name() {
    for word in ["GetUserRisk", "GET_USER_RISK", "get-user-risk", "getUserRisk", "get_user_risk"] {
        assert_eq!(snake(word), "get_user_risk");
    }
}
