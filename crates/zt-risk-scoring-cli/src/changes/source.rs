//! Files that say what behaviors are to be, or which plans to apply.

use std::fmt::Display;
use std::io::{self, Read as _};
use std::path::Path;

use serde::de::DeserializeOwned;
use zt_risk_scoring::DesiredState;

use super::record::recorded_rollbacks;
use super::saved::SavedPlans;
use crate::failure::Failure;
use crate::toml_file;

const HINT: &str = "correct the file; `zt-risk behaviors export` prints one: TOML, or JSON or YAML with --output";

/// What a file has.
pub(crate) enum Source {
    /// What the behaviors are to be.
    Desired(DesiredState),
    /// Plans that were made before.
    Plans(SavedPlans),
}

/// A format of files.
#[derive(Clone, Copy)]
enum Format {
    Toml,
    Yaml,
    Json,
}

/// Reads a desired state from a file in TOML, YAML or JSON, or from standard input, which is `-`.
pub(crate) fn read_desired_state(path: &Path) -> Result<DesiredState, Failure> {
    match read_source(path)? {
        Source::Desired(desired) => Ok(desired),
        Source::Plans(_) => Err(Failure::usage(
            format!("{} has plans, and not what the behaviors are to be", path.display()),
            "give a file as `zt-risk behaviors export` writes it; `zt-risk behaviors apply` takes plans",
        )),
    }
}

/// Reads a desired state or saved plans from a file, or from standard input, which is `-`.
pub(crate) fn read_source(path: &Path) -> Result<Source, Failure> {
    let text = read_text(path)?;
    let format = format(path, &text);
    if let Format::Json = format {
        let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| malformed(path, error))?;
        if value.get("plans").is_some() || value.get("seen").is_some() {
            return SavedPlans::parse(&text).map(Source::Plans).map_err(|error| malformed(path, error));
        }
    }
    let desired: DesiredState = parse(path, &text, format)?;
    // An empty file is what a failed command or a full disk leaves. Every account would be as it says.
    if desired == DesiredState::default() {
        return Err(malformed(path, "the file does not say what any behavior is to be"));
    }
    Ok(Source::Desired(desired))
}

/// The plans that roll a recorded run back.
pub(crate) fn read_rollbacks(path: &Path, run: &str) -> Result<SavedPlans, Failure> {
    recorded_rollbacks(path, &read_text(path)?, run)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    text.map_err(|error| {
        Failure::usage(format!("{} cannot be read: {error}", path.display()), "give the path of a text file, or `-`")
    })
}

/// The format of a file: by its ending, else by its first character.
fn format(path: &Path, text: &str) -> Format {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref() {
        Some("yaml" | "yml") => Format::Yaml,
        Some("json") => Format::Json,
        Some("toml") => Format::Toml,
        _ if text.trim_start().starts_with('{') => Format::Json,
        _ => Format::Toml,
    }
}

fn parse<T: DeserializeOwned>(path: &Path, text: &str, format: Format) -> Result<T, Failure> {
    match format {
        Format::Toml => toml_file::parse(&path.display().to_string(), text, HINT),
        Format::Yaml => serde_yaml_ng::from_str(text).map_err(|error| malformed(path, error)),
        Format::Json => serde_json::from_str(text).map_err(|error| malformed(path, error)),
    }
}

fn malformed(path: &Path, problem: impl Display) -> Failure {
    Failure::usage(format!("{}: {problem}", path.display()), HINT)
}

#[cfg(test)]
mod tests {
    use zt_risk_scoring::{BehaviorChanges, RiskLevel};

    use super::*;

    fn read(name: &str, text: &str) -> Result<DesiredState, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        read_desired_state(&path)
    }

    #[test]
    fn format_follows_the_ending_and_else_the_first_character() {
        let changes = BehaviorChanges::new().enable("a").level("a", RiskLevel::High);
        let expected = DesiredState::new(changes);
        let toml = "[behaviors.a]\nenabled = true\nrisk_level = \"high\"\n";
        let json = r#" {"behaviors": {"a": {"enabled": true, "risk_level": "high"}}}"#;
        let yaml = "behaviors:\n  a: {enabled: true, risk_level: high}\n";
        for (name, text) in [("a.toml", toml), ("a.json", json), ("a.YML", yaml), ("a", toml), ("a", json)] {
            assert_eq!(read(name, text).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn problem_of_a_file_names_the_file_and_the_place() {
        for (name, text, place) in [
            ("a.toml", "[behaviors.a]\nenabeld = true\n", "a.toml:2"),
            ("a.json", "{\n\"other\": 1}", "line 2"),
            ("a.yaml", "behaviors:\n  a:\n    enabeld: true\n", "line 3"),
        ] {
            let message = read(name, text).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains(place), "{message}");
            assert!(!message.contains('\n') && !message.contains('|'), "{message}");
        }
    }

    #[test]
    fn file_that_asks_for_nothing_is_rejected() {
        for (name, text) in [
            ("a.toml", ""),
            ("a.toml", "# [behaviors.a]\n"),
            ("a.json", "{}"),
            ("a.yaml", "behaviors: {}\n"),
            ("a", "\n"),
            ("a.toml", "others = \"leave\"\n"),
        ] {
            let failure = read(name, text).unwrap_err();
            assert!(matches!(failure, Failure::Usage(_)) && failure.to_string().contains(name), "{failure}");
        }
        assert!(read("a.toml", "others = \"disable\"\n").is_ok());
    }

    #[test]
    fn file_that_does_not_exist_is_named() {
        let message = read_desired_state(Path::new("nowhere.toml")).unwrap_err().to_string();
        assert!(message.contains("nowhere.toml cannot be read"), "{message}");
    }
}
