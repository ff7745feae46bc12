//! The ids of the users that are reset.

use std::collections::HashSet;
use std::io::BufRead;
use std::str::FromStr;

use zt_risk_scoring::{Error, UserId};

use crate::failure::Failure;

/// An argument that names users.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum UserArgument {
    Id(UserId),
    /// `-`: one id per line.
    StandardInput,
}

impl FromStr for UserArgument {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "-" { Ok(Self::StandardInput) } else { text.parse().map(Self::Id) }
    }
}

/// The ids of all arguments, each of them once, and how many duplicates there were. Standard input is read if an argument asks for
/// it.
pub(super) fn read(arguments: &[UserArgument], mut input: impl BufRead) -> Result<(Vec<UserId>, usize), Failure> {
    let mut all = Vec::new();
    for argument in arguments {
        match argument {
            UserArgument::Id(id) => all.push(*id),
            UserArgument::StandardInput => read_lines(&mut input, &mut all)?,
        }
    }
    if all.is_empty() {
        return Err(Failure::usage("standard input has no user id", "write one user id per line to standard input"));
    }
    let mut seen = HashSet::new();
    let mut users = all.clone();
    users.retain(|id| seen.insert(*id));
    let duplicates = all.len().saturating_sub(users.len());
    Ok((users, duplicates))
}

fn read_lines(input: impl BufRead, ids: &mut Vec<UserId>) -> Result<(), Failure> {
    const HINT: &str = "write one user id per line, and nothing else";
    for (index, line) in input.lines().enumerate() {
        let number = index.saturating_add(1);
        let line = line
            .map_err(|error| Failure::usage(format!("standard input, line {number}: cannot be read: {error}"), HINT))?;
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        // The problem does not repeat the line, which may be an e-mail address.
        let id =
            text.parse().map_err(|error| Failure::usage(format!("standard input, line {number}: {error}"), HINT))?;
        ids.push(id);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "11111111-1111-4111-8111-111111111111";
    const TWO: &str = "22222222-2222-4222-8222-22222222222A";

    fn read_texts(arguments: &[&str], input: &str) -> Result<(Vec<String>, usize), Failure> {
        let arguments: Vec<UserArgument> = arguments.iter().map(|text| text.parse().unwrap()).collect();
        let (users, duplicates) = read(&arguments, input.as_bytes())?;
        Ok((users.iter().map(ToString::to_string).collect(), duplicates))
    }

    #[test]
    fn ids_are_read_from_arguments_and_lines_without_duplicates() {
        let two = TWO.to_lowercase();
        assert_eq!(read_texts(&[TWO, ONE, ONE], "").unwrap(), (vec![two.clone(), ONE.to_owned()], 1));
        let input = format!("\n {TWO} \r\n{ONE}\n{two}\n\n");
        assert_eq!(read_texts(&[ONE, "-"], &input).unwrap(), (vec![ONE.to_owned(), two], 2));
    }

    #[test]
    fn malformed_line_is_rejected_by_its_number_and_not_repeated() {
        let failure = read_texts(&["-"], &format!("{ONE}\nana@example.com\n")).unwrap_err();
        let message = failure.to_string();
        assert!(message.starts_with("standard input, line 2: the user id has 15 characters"), "{message}");
        assert!(!message.contains("ana"), "{message}");
    }

    #[test]
    fn input_without_an_id_is_rejected() {
        assert!(matches!(read_texts(&["-"], "\n\n"), Err(Failure::Usage(_))));
    }
}
