//! `zt-risk completions` and `zt-risk man`: a script for shells and a manual, made from the arguments.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::exit_status::ExitStatus;
use crate::failure::Failure;
use crate::records::print_text;

/// The options of `zt-risk completions`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  zt-risk completions bash
  zt-risk completions zsh
  zt-risk completions fish

Where the script belongs:
  bash  ~/.local/share/bash-completion/completions/zt-risk
  zsh   _zt-risk, in a folder of $fpath
  fish  ~/.config/fish/completions/zt-risk.fish")]
pub(crate) struct CompletionsArguments {
    /// Shell that the script is for
    #[arg(value_enum)]
    shell: Shell,
}

/// The options of `zt-risk man`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  zt-risk man
  zt-risk man --dir man1")]
pub(crate) struct ManArguments {
    /// Folder that gets a page for each command; it is created if it does not exist
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Prints the completion script of a shell.
pub(crate) fn completions(arguments: &CompletionsArguments, mut command: Command) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(arguments.shell, &mut command, name, &mut script);
    print_bytes(script)?;
    Ok(ExitStatus::Done)
}

/// Prints the manual page of the program, or writes the pages of all commands.
pub(crate) fn man(arguments: &ManArguments, command: Command) -> Result<ExitStatus, Failure> {
    // The page of `help` would only repeat the others.
    let mut command = command.disable_help_subcommand(true);
    command.build();
    match &arguments.dir {
        None => print_bytes(page(&command).map_err(Failure::Output)?)?,
        Some(dir) => {
            fs::create_dir_all(dir).map_err(|error| not_written(dir, &error))?;
            write_pages(&command, dir)?;
        }
    }
    Ok(ExitStatus::Done)
}

fn print_bytes(bytes: Vec<u8>) -> Result<(), Failure> {
    print_text(&String::from_utf8(bytes).map_err(|error| Failure::Output(io::Error::other(error)))?)
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("{}: cannot be written: {error}", path.display()), "choose a folder that you may write to")
}

/// Writes the page of a command and those of its subcommands.
fn write_pages(command: &Command, dir: &Path) -> Result<(), Failure> {
    let path = dir.join(format!("{}.1", display_name(command)));
    let page = page(command).map_err(Failure::Output)?;
    fs::write(&path, page).map_err(|error| not_written(&path, &error))?;
    command.get_subcommands().filter(|command| !command.is_hide_set()).try_for_each(|command| write_pages(command, dir))
}

/// The name of a command with those of the commands above it: `zt-risk-behaviors-list`.
fn display_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

/// The page of a command. Each paragraph of its help with a heading is a section, which clap would put into one section. Paragraphs
/// before the first heading belong to the description.
fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = Man::new(command.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    let help = command.get_after_long_help().or_else(|| command.get_after_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut paragraphs = help.split("\n\n").filter(|paragraph| !paragraph.is_empty()).peekable();
    while let Some(paragraph) = paragraphs.next_if(|paragraph| !paragraph.lines().next().is_some_and(is_heading)) {
        section(paragraph).to_writer(&mut page)?;
    }
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    for paragraph in paragraphs {
        section(paragraph).to_writer(&mut page)?;
    }
    Ok(page)
}

fn is_heading(line: &str) -> bool {
    line.ends_with(':') && !line.starts_with(' ')
}

/// A paragraph: a section if its first line is a heading.
fn section(paragraph: &str) -> Roff {
    let mut roff = Roff::new();
    let mut lines = paragraph.lines().peekable();
    if let Some(heading) = lines.next_if(|line| is_heading(line)) {
        roff.control("SH", [heading.trim_end_matches(':').to_uppercase().as_str()]);
    } else {
        roff.control("PP", []);
    }
    let lines: Vec<_> = lines.collect();
    // Lines that are aligned stay as they are. Those of prose are filled.
    let is_aligned = lines.iter().any(|line| line.starts_with(' '));
    if is_aligned {
        roff.control("nf", []);
    }
    for line in lines {
        roff.text([roman(line)]);
    }
    if is_aligned {
        roff.control("fi", []);
    }
    roff
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    fn command() -> Command {
        let list = Command::new("list").about("List all of them").arg(Arg::new("all").long("all").help("All"));
        Command::new("zt-risk")
            .about("Read the configuration")
            .after_help("Examples:\n  zt-risk pets list\n\nExit status:\n  0  done\n  .x a line with a dot\n\nThe end.")
            .subcommand(Command::new("pets").about("Pets").subcommand(list))
            .subcommand(Command::new("secret").hide(true))
    }

    fn built() -> Command {
        let mut command = command().disable_help_subcommand(true);
        command.build();
        command
    }

    #[test]
    fn page_has_a_section_for_each_heading() {
        let page = String::from_utf8(page(&built()).unwrap()).unwrap();
        let sections: Vec<_> = page.lines().filter_map(|line| line.strip_prefix(".SH ")).collect();
        let expected = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SUBCOMMANDS", "EXAMPLES", "\"EXIT STATUS\""];
        assert_eq!(sections, expected, "{page}");
        assert!(page.contains("  zt\\-risk pets list\n"), "{page}");
        // A line with a dot would be a command of roff.
        assert!(!page.contains("\n.x") && page.contains("The end."), "{page}");
    }

    #[test]
    fn prose_before_the_headings_is_a_part_of_the_description_and_is_filled() {
        let mut command =
            Command::new("zt-risk").arg(Arg::new("all").long("all")).after_help("It reads.\n\nExamples:\n  x");
        command.build();
        let page = String::from_utf8(page(&command).unwrap()).unwrap();
        let (before, after) = page.split_once("It reads.\n").unwrap();
        assert!(before.contains(".SH DESCRIPTION") && !before.contains(".SH OPTIONS"), "{page}");
        assert!(after.contains(".SH OPTIONS") && after.contains(".SH EXAMPLES\n.nf\n"), "{page}");
        assert_eq!(page.matches(".nf").count(), 1, "{page}");
    }

    #[test]
    fn pages_of_all_visible_commands_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("man").join("man1");
        man(&ManArguments { dir: Some(dir.clone()) }, command()).unwrap();
        let mut names: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["zt-risk-pets-list.1", "zt-risk-pets.1", "zt-risk.1"]);
        let list = fs::read_to_string(dir.join("zt-risk-pets-list.1")).unwrap();
        assert!(list.contains("zt\\-risk\\-pets\\-list \\- List all of them") && list.contains("\\-\\-all"), "{list}");
    }

    #[test]
    fn folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = man(&ManArguments { dir: Some(file.clone()) }, command()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: cannot be written: ", file.display())), "{error}");
    }
}
