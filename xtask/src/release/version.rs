//! The versions of crates, and the lowest version that may follow a release.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use semver::{BuildMetadata, Prerelease, Version};
use toml::Value;

use xtask_diff::Class;

/// The manifest with a package's version, relative to the workspace.
pub(super) fn file(package: &str) -> PathBuf {
    Path::new("crates").join(package).join("Cargo.toml")
}

/// Reads the version of a package.
pub(super) fn read(root: &Path, package: &str) -> Result<Version> {
    let path = file(package);
    let text = fs::read_to_string(root.join(&path)).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&text).with_context(|| path.display().to_string())
}

fn parse(manifest: &str) -> Result<Version> {
    let manifest: toml::Table = manifest.parse().map_err(|error: toml::de::Error| anyhow!("{}", error.message()))?;
    match manifest.get("package").and_then(|package| package.get("version")) {
        Some(Value::String(version)) => {
            Version::parse(version).with_context(|| format!("the version {version:?} is not valid"))
        }
        Some(Value::Table(_)) => bail!("the version is the workspace's; write it out, since each SDK has its own"),
        Some(_) => bail!("the version is not text"),
        None => bail!("there is no version"),
    }
}

/// The lowest version that may follow a release if its worst change has a class. By cargo's rules, a break raises the
/// first number that is not zero.
pub(super) fn after(last: &Version, worst: Option<Class>) -> Version {
    let Version { major, minor, patch, .. } = *last;
    match (major, minor, worst) {
        (0, 0, _) => Version::new(0, 0, patch.saturating_add(1)),
        (0, _, Some(Class::Breaking)) => Version::new(0, minor.saturating_add(1), 0),
        (0, ..) => Version::new(0, minor, patch.saturating_add(1)),
        (_, _, Some(Class::Breaking)) => Version::new(major.saturating_add(1), 0, 0),
        (_, _, Some(Class::Additive)) => Version::new(major, minor.saturating_add(1), 0),
        (_, _, Some(Class::Documentation) | None) => Version::new(major, minor, patch.saturating_add(1)),
    }
}

/// The version without its pre-release part and without build metadata.
pub(super) fn without_pre(version: &Version) -> Version {
    Version { pre: Prerelease::EMPTY, build: BuildMetadata::EMPTY, ..version.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowest_next_version_follows_the_rules_of_cargo() {
        let classes = [Some(Class::Breaking), Some(Class::Additive), Some(Class::Documentation), None];
        for (last, expected) in [
            ("0.0.3+2026-01-01", ["0.0.4", "0.0.4", "0.0.4", "0.0.4"]),
            ("0.1.0+2026-01-01", ["0.2.0", "0.1.1", "0.1.1", "0.1.1"]),
            ("0.4.2+2026-01-01", ["0.5.0", "0.4.3", "0.4.3", "0.4.3"]),
            ("1.2.3+2026-01-01", ["2.0.0", "1.3.0", "1.2.4", "1.2.4"]),
        ] {
            let last = Version::parse(last).unwrap();
            assert_eq!(classes.map(|class| after(&last, class).to_string()), expected, "{last}");
        }
    }

    #[test]
    fn version_must_be_written_out_in_the_manifest() {
        assert_eq!(parse("package.version = '0.1.0+2026-01-01'").unwrap(), Version::parse("0.1.0+2026-01-01").unwrap());
        for (manifest, part) in [
            ("package.version.workspace = true", "is the workspace's"),
            ("package.version = 1", "is not text"),
            ("package.version = '1'", "\"1\" is not valid"),
            ("[package]", "there is no version"),
            ("[workspace]", "there is no version"),
            ("[package", "unclosed table"),
        ] {
            let error = format!("{:#}", parse(manifest).unwrap_err());
            assert!(error.contains(part) && !error.contains('\n'), "{error}");
        }
    }
}
