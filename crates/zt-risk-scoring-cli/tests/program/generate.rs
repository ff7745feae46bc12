//! Runs `zt-risk completions` and `zt-risk man`.

use std::process::Command;

/// The standard output of a command that succeeds.
fn output(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_zt-risk")).args(arguments).env_clear().output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn completions_of_every_shell_have_the_subcommands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = output(&["completions", shell]);
        for word in ["behaviors", "list", "simulate", "--account-id", "--print-scenario"] {
            // fish writes long options without the hyphens.
            assert!(script.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
    }
}

#[cfg(unix)]
#[test]
fn bash_completes_a_subcommand() {
    let script = "source /dev/stdin; COMP_WORDS=(zt-risk beh); COMP_CWORD=1; _zt__risk zt-risk beh zt-risk || true; \
        echo \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut bash = bash.spawn().unwrap();
    std::io::Write::write_all(&mut bash.stdin.take().unwrap(), output(&["completions", "bash"]).as_bytes()).unwrap();
    assert_eq!(String::from_utf8(bash.wait_with_output().unwrap().stdout).unwrap(), "behaviors\n");
}

#[test]
fn manual_page_has_its_sections_and_the_exit_statuses() {
    let page = output(&["man"]);
    for section in [".SH NAME\n", ".SH SYNOPSIS\n", ".SH OPTIONS\n", ".SH ENVIRONMENT\n", ".SH \"EXIT STATUS\"\n"] {
        assert!(page.contains(section), "{section}: {page}");
    }
    let (_, statuses) = page.split_once(".SH \"EXIT STATUS\"\n").unwrap();
    for status in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130"] {
        assert!(statuses.lines().any(|line| line.split_whitespace().next() == Some(status)), "{status}: {statuses}");
    }
}

#[test]
fn folder_gets_a_page_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(output(&["man", "--dir", folder.path().to_str().unwrap()]), "");
    let page = std::fs::read_to_string(folder.path().join("zt-risk-simulate.1")).unwrap();
    assert!(page.contains(".SH EXAMPLES\n") && page.contains("  zt\\-risk simulate \\-\\-port 8080"), "{page}");
    for name in ["zt-risk.1", "zt-risk-behaviors.1", "zt-risk-behaviors-list.1"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
}
