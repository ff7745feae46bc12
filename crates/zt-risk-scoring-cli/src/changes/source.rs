//! Files that say what behaviors are to be, or which plans to apply.

use std::fmt::Display;
use std::fs::File;
use std::io;
use std::path::Path;

use serde::de::DeserializeOwned;
use zt_risk_scoring::{BehaviorChange, BehaviorId, DesiredState, RiskLevel};

use super::plans::PlanOptions;
use super::record::{is_recorded, last_run, recorded_rollbacks};
use super::saved::SavedPlans;
use crate::failure::Failure;
use crate::{text, toml_file};

const HINT: &str = "correct the file; `zt-risk behaviors export` prints one: TOML, or JSON or YAML with --output";

const PLAN_HINT: &str = "the file is incomplete or was changed; plan again with `zt-risk behaviors plan --out`";

/// The most bytes of a file: plans of thousands of accounts, or the records of years.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

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
    reject_record(path, &text)?;
    let format = format(path, &text);
    if let Format::Json = format {
        let broken = |error: String| Failure::usage(format!("{}: {error}", path.display()), PLAN_HINT);
        let value: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| match text.contains("\"plans\"") {
                true => broken(error.to_string()),
                false => malformed(path, error),
            })?;
        if value.get("plans").is_some() || value.get("seen").is_some() {
            return SavedPlans::parse(&text).map(Source::Plans).map_err(broken);
        }
    }
    let desired: DesiredState = parse(path, &text, format)?;
    // An empty file is what a failed command or a full disk leaves. Every account would be as it says.
    if desired == DesiredState::default() {
        return Err(malformed(path, "the file does not say what any behavior is to be"));
    }
    let is_empty = |change: &BehaviorChange| change.enabled.is_none() && change.risk_level.is_none();
    if let Some((id, _)) = desired.behaviors.iter().find(|(_, change)| is_empty(change)) {
        let id = text::printable(id.as_str());
        return Err(malformed(path, format!("the behavior `{id}` has neither enabled nor risk_level")));
    }
    Ok(Source::Desired(desired))
}

/// Rejects a record of changes. It is applied in one way only.
fn reject_record(path: &Path, text: &str) -> Result<(), Failure> {
    let is_record = text.lines().find(|line| !line.trim().is_empty()).is_some_and(is_recorded);
    if !is_record {
        return Ok(());
    }
    let run = last_run(text).unwrap_or_else(|| "RUN".to_owned());
    Err(Failure::usage(
        format!("{} is a record of changes", path.display()),
        format!("to take a run back, apply the record with --roll-back; the last run is `--roll-back {run}`"),
    ))
}

/// Rejects levels that this version does not know, before anything is sent.
pub(crate) fn check_levels(path: &Path, desired: &DesiredState, options: PlanOptions) -> Result<(), Failure> {
    let unknown = |(id, change): (&BehaviorId, &BehaviorChange)| match &change.risk_level {
        Some(RiskLevel::Unknown(level)) => Some((text::printable(id.as_str()), level.as_str().to_owned())),
        _ => None,
    };
    let found = desired.behaviors.iter().find_map(unknown).filter(|_| !options.allow_unknown_levels);
    let Some((id, level)) = found else { return Ok(()) };
    let known = RiskLevel::KNOWN.iter().map(RiskLevel::as_str);
    let similar = text::suggestion(&level.to_ascii_lowercase(), known).map(|level| format!("did you mean `{level}`? "));
    Err(Failure::usage(
        format!("{}: unknown risk level `{}` for `{id}`", path.display(), text::printable(&level)),
        format!(
            "{}the known levels are low, medium and high; --allow-unknown-levels allows others",
            similar.unwrap_or_default()
        ),
    ))
}

/// The plans that roll a recorded run back.
pub(crate) fn read_rollbacks(path: &Path, run: &str) -> Result<SavedPlans, Failure> {
    recorded_rollbacks(path, &read_text(path)?, run)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    let text = if path == Path::new("-") {
        toml_file::read_text(io::stdin().lock(), MAX_BYTES)
    } else {
        File::open(path).and_then(|file| toml_file::read_text(file, MAX_BYTES))
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
    let problem = text::plain_words(&problem.to_string(), "an object");
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
            ("a.json", "[]", "expected an object"),
            ("a.yaml", "[]", "expected an object"),
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
