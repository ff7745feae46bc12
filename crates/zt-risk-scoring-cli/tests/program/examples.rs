//! The examples of every help page, of the README and of the documents: each of them runs.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;
use zt_risk_scoring_mock::Simulator;

use crate::support::{home, stderr, stdout};

/// The documents with commands, by their path in the workspace.
const DOCUMENTS: [&str; 5] = [
    "README.md",
    "crates/zt-risk-scoring-cli/AUDITS.md",
    "crates/zt-risk-scoring-cli/CONFIGURATION.md",
    "crates/zt-risk-scoring-cli/OUTPUT.md",
    "crates/zt-risk-scoring-cli/SCENARIOS.md",
];

/// An account of the documents. It exists in the simulator without `--simulate`.
const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";

/// A POSIX shell that finds the program and, through its environment, a simulator.
struct Shell {
    simulator: Simulator,
    folder: TempDir,
}

impl Shell {
    /// A shell in a folder with the files that the examples name. The documented commands make them.
    fn new() -> Self {
        let simulator = Simulator::start_blocking();
        simulator.add_account(ACCOUNT_ID);
        let shell = Self { simulator, folder: tempfile::tempdir().unwrap() };
        let accounts = format!("account_id,label\n{ACCOUNT_ID},\"ACME, Ltd\"\n{},\n", shell.simulator.account_id());
        fs::write(shell.folder.path().join("accounts.csv"), accounts).unwrap();
        for (command, status) in [
            ("zt-risk simulate --print-scenario > scenario.toml", 0),
            ("zt-risk behaviors audit --print-policy > policy.toml", 0),
            ("zt-risk behaviors export --simulate > desired.toml", 0),
        ] {
            shell.run(command, &[status]);
        }
        let desired = shell.folder.path().join("desired.toml");
        let text = fs::read_to_string(&desired).unwrap();
        fs::write(&desired, text.replacen("enabled = false", "enabled = true", 1)).unwrap();
        shell.run("zt-risk behaviors plan desired.toml --accounts-file accounts.csv --out plan.json --simulate", &[3]);
        shell
    }

    fn command(&self, line: &str) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_zt-risk"));
        let path = std::env::join_paths([program.parent().unwrap(), Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", home())
            .env("CLOUDFLARE_API_TOKEN", self.simulator.api_token())
            .env("CLOUDFLARE_ACCOUNT_ID", self.simulator.account_id())
            .env("CLOUDFLARE_BASE_URL", self.simulator.base_url())
            .stdin(Stdio::null());
        command
    }

    /// Runs a line, and checks its exit status.
    fn run(&self, line: &str, statuses: &[i32]) {
        let output = self.command(line).output().unwrap();
        let status = output.status.code();
        assert!(
            status.is_some_and(|status| statuses.contains(&status)),
            "{line}\nexit status: {status:?}\n{}{}",
            stdout(&output),
            stderr(&output)
        );
    }

    /// Runs a line that serves until Ctrl-C, and stops it after its first line.
    fn serve(&self, line: &str) {
        let mut command = self.command(&format!("exec {line}"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
        // It may have ended, which the exit status shows.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let mut messages = String::new();
        child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{line}\n{messages}");
        assert!(first.contains("CLOUDFLARE_BASE_URL"), "{line}\n{first}");
    }

    /// Runs an example, and checks that it does what its reader expects: it is valid, and what it tries can be done.
    fn run_example(&self, line: &str) {
        if line.starts_with("zt-risk simulate") && !line.contains("--print-scenario") {
            return self.serve(line);
        }
        // 3: an audit, a comparison or a dry run has something to report.
        self.run(line, &[0, 3]);
    }
}

/// The help page of a command and those of all commands below it, each with the arguments that print it.
fn help_pages(command: &str) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_zt-risk"))
        .args(command.split_whitespace())
        .arg("--help")
        .env_clear()
        .output()
        .unwrap();
    let page = stdout(&output);
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{command}");
    let commands = paragraph(&page, "Commands:");
    let names = commands.iter().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    let below: Vec<_> =
        names.filter(|name| *name != "help").flat_map(|name| help_pages(&format!("{command} {name}"))).collect();
    std::iter::once((command.trim().to_owned(), page)).chain(below).collect()
}

/// The lines after a heading, up to an empty one.
fn paragraph<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| !line.is_empty()).collect()
}

/// The examples of a help page. A line that is too long goes on in the next one.
fn examples(page: &str) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    for line in paragraph(page, "Examples:") {
        let line = line.trim();
        match examples.last_mut() {
            Some(last) if !line.starts_with("zt-risk ") => *last = format!("{last} {line}"),
            _ => examples.push(line.to_owned()),
        }
    }
    examples
}

/// The commands in the code blocks of a document.
fn commands(document: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut is_code = false;
    for line in document.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        let command = line.trim().trim_start_matches("$ ").trim_start_matches("- run: ").trim_start_matches("run: ");
        if is_code && command.starts_with("zt-risk ") {
            commands.push(command.to_owned());
        }
    }
    commands
}

#[test]
fn examples_of_every_help_page_run() {
    let pages = help_pages("");
    assert!(pages.len() > 20, "{}", pages.len());
    let mut all = BTreeSet::new();
    for (command, page) in pages {
        let examples = examples(&page);
        assert!(!examples.is_empty(), "{command}: {page}");
        all.extend(examples);
    }
    for example in all {
        Shell::new().run_example(&example);
    }
}

#[test]
fn commands_of_the_documents_run() {
    for document in DOCUMENTS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(document);
        let shell = Shell::new();
        for command in commands(&fs::read_to_string(&path).unwrap()) {
            match command.as_str() {
                // They ask, and there is no terminal.
                command if command.contains("behaviors apply") && !command.contains("--yes") => {
                    shell.run(&format!("{command} --yes"), &[0]);
                }
                command => shell.run_example(command),
            }
        }
    }
}
