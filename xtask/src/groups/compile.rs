//! Compiles the crates of a workspace of groups, and collects the diagnostics of each.

use std::collections::BTreeMap;
use std::env;
use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The compiler's diagnostics of a package.
#[derive(Debug, Default)]
pub struct Diagnostics {
    /// The number of errors.
    pub errors: usize,
    /// The first error.
    pub first_error: Option<Diagnostic>,
    /// The number of warnings.
    pub warnings: usize,
    /// The first warning.
    pub first_warning: Option<Diagnostic>,
}

/// One error or warning.
#[derive(Debug, Deserialize)]
pub struct Diagnostic {
    level: String,
    message: String,
    code: Option<Code>,
    spans: Vec<Span>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Code { code }) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", self.message.split_whitespace().collect::<Vec<_>>().join(" "))?;
        match self.spans.iter().find(|span| span.is_primary) {
            Some(Span { file_name, line_start, .. }) => write!(f, " ({file_name}:{line_start})"),
            None => Ok(()),
        }
    }
}

/// A line of cargo's output.
#[derive(Deserialize)]
struct Message {
    reason: String,
    message: Option<Diagnostic>,
    manifest_path: Option<PathBuf>,
}

/// Compiles packages of a workspace with a command of cargo, such as `check`. Returns the diagnostics by package;
/// packages without diagnostics are omitted.
///
/// # Errors
///
/// If cargo cannot be run, or fails before it compiles.
pub fn compile(root: &Path, command: &str, packages: &[String]) -> Result<BTreeMap<String, Diagnostics>> {
    if packages.is_empty() {
        // Without packages, cargo would compile all.
        return Ok(BTreeMap::new());
    }
    let mut cargo = cargo(root, command, packages);
    cargo.args(["--message-format=json", "--keep-going"]);
    let output = cargo.output().context("cannot run cargo")?;
    let diagnostics = diagnostics(&output.stdout)?;
    ensure!(
        output.status.success() || diagnostics.values().any(|of| of.errors > 0),
        "cargo {command} failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(diagnostics)
}

/// Runs the program of a package with an input, and returns its output.
///
/// # Errors
///
/// If it does not compile, or fails.
pub fn run(root: &Path, package: &str, input: &[u8]) -> Result<Vec<u8>> {
    let mut cargo = cargo(root, "run", &[package.to_owned()]);
    cargo.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = cargo.spawn().context("cannot run cargo")?;
    let mut stdin = child.stdin.take().context("the program has no input")?;
    let output = std::thread::scope(|scope| {
        // The program writes while it reads, and would block on a full pipe.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output()
    })?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{package} failed ({}): {}", output.status, error.trim());
    Ok(output.stdout)
}

fn cargo(root: &Path, command: &str, packages: &[String]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg(command).current_dir(root);
    if env::var_os("CARGO_TARGET_DIR").is_none() {
        cargo.arg("--target-dir").arg(root.join("target"));
    }
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    // Every crate is compiled once, and never debugged.
    cargo.env("CARGO_INCREMENTAL", "0").env("CARGO_PROFILE_DEV_DEBUG", "none");
    cargo
}

/// The diagnostics of each package in cargo's output.
fn diagnostics(output: &[u8]) -> Result<BTreeMap<String, Diagnostics>> {
    let mut by_package: BTreeMap<String, Diagnostics> = BTreeMap::new();
    for line in output.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{")) {
        let message: Message = serde_json::from_slice(line).context("cargo's output has an unknown format")?;
        let folder = message.manifest_path.as_deref().and_then(Path::parent).and_then(Path::file_name);
        let (Some(folder), Some(diagnostic)) = (folder, message.message) else { continue };
        // Diagnostics without a place only count the others.
        if message.reason != "compiler-message" || diagnostic.spans.is_empty() {
            continue;
        }
        let of = by_package.entry(folder.to_string_lossy().into_owned()).or_default();
        let (count, first) = match diagnostic.level.as_str() {
            "error" => (&mut of.errors, &mut of.first_error),
            "warning" => (&mut of.warnings, &mut of.first_warning),
            _ => continue,
        };
        *count = count.saturating_add(1);
        first.get_or_insert(diagnostic);
    }
    Ok(by_package)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn first_error_and_warning_of_each_package_are_kept() {
        let message = |package: &str, level: &str, text: &str, line: Option<usize>| {
            let spans: Vec<_> =
                line.iter().map(|line| json!({"file_name": "f.rs", "line_start": line, "is_primary": true})).collect();
            let message = json!({"level": level, "message": text, "code": {"code": "E1"}, "spans": spans});
            let manifest = format!("/out/crates/{package}/Cargo.toml");
            json!({"reason": "compiler-message", "manifest_path": manifest, "message": message}).to_string()
        };
        let lines = [
            json!({"reason": "compiler-artifact", "manifest_path": "/out/crates/a-api/Cargo.toml"}).to_string(),
            message("a-api", "warning", "unused", Some(1)),
            message("a-api", "error", "twice\n `A`", Some(2)),
            message("a-api", "error", "other", Some(3)),
            message("a-api", "error", "aborting due to 2 previous errors", None),
            message("b-api", "warning", "1 warning emitted", None),
            json!({"reason": "build-finished", "success": false}).to_string(),
        ];
        let by_package = diagnostics(lines.join("\n").as_bytes()).unwrap();
        assert_eq!(by_package.len(), 1);
        let of = &by_package["a-api"];
        assert_eq!((of.errors, of.warnings), (2, 1));
        assert_eq!(of.first_error.as_ref().unwrap().to_string(), "E1: twice `A` (f.rs:2)");
        assert_eq!(of.first_warning.as_ref().unwrap().to_string(), "E1: unused (f.rs:1)");
    }
}
