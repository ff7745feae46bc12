//! Tokens in files, and on the standard input.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::authentication::Authentication;
use super::problems::problem;
use crate::failure::Problem;
use crate::text;

/// More than any token has.
pub(super) const MAX_BYTES: usize = 16 * 1024;

/// Reads a token from a file, which may be a pipe. On unix it is rejected if others can read it.
pub(super) fn read(path: &Path) -> Result<Authentication, Problem> {
    let name = format!("the token file {}", text::printable(&path.to_string_lossy()));
    let unreadable = |error: io::Error| {
        let hint = match error.kind() {
            ErrorKind::NotFound => "check the path of the token file",
            _ => "make sure that you can read the token file",
        };
        problem(format!("{name} cannot be read: {error}"), hint)
    };
    let mut file = File::open(path).map_err(unreadable)?;
    // The metadata of the open file is that of a link's target, and nobody can exchange it before the file is read.
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(problem(format!("{name} is a directory"), "name the file with the token"));
    }
    if is_readable_by_others(&metadata) {
        let quoted = text::printable(&shell_words::quote(&path.to_string_lossy()));
        return Err(problem(
            format!("{name} can be read by other users"),
            format!("run `chmod 600 {quoted}`, or pass the token to standard input with `--token-file -`"),
        ));
    }
    token(&name, &mut file)
}

/// Reads a token from the standard input.
pub(super) fn read_stdin(stdin: &mut dyn Read) -> Result<Authentication, Problem> {
    token("standard input", stdin)
}

fn token(name: &str, reader: &mut dyn Read) -> Result<Authentication, Problem> {
    const HINT: &str = "the API token must be on a line of its own, without anything else";
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    reader
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| problem(format!("{name} cannot be read: {error}"), "make sure that you can read it"))?;
    let token = single_line(bytes).map_err(|reason| problem(format!("{name} {reason}"), HINT))?;
    Authentication::token(token).map_err(|error| problem(format!("{name}: {error}"), HINT))
}

/// The only line of a text. The error does not repeat the text. Some editors write a byte order mark first.
pub(super) fn single_line(bytes: Vec<u8>) -> Result<String, &'static str> {
    if bytes.len() > MAX_BYTES {
        return Err("has more than 16 KiB, which no API token has");
    }
    let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
    let line = text.strip_prefix('\u{feff}').unwrap_or(&text).trim_end_matches(['\r', '\n']);
    match line {
        "" => Err("is empty"),
        _ if line.contains(['\r', '\n']) => Err("has several lines"),
        _ => Ok(line.to_owned()),
    }
}

#[cfg(unix)]
fn is_readable_by_others(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    const GROUP_OR_OTHERS: u32 = 0o044;
    metadata.permissions().mode() & GROUP_OR_OTHERS != 0
}

/// There are no permission bits to check.
#[cfg(not(unix))]
fn is_readable_by_others(_: &Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::*;
    use crate::settings::AuthenticationKind;

    fn file(directory: &TempDir, content: &[u8], mode: u32) -> PathBuf {
        let path = directory.path().join("my token");
        std::fs::write(&path, content).unwrap();
        set_mode(&path, mode);
        path
    }

    #[cfg(unix)]
    fn set_mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt as _;

        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[cfg(not(unix))]
    fn set_mode(_: &Path, _: u32) {}

    #[test]
    fn token_is_the_only_line_of_its_file() {
        let directory = TempDir::new().unwrap();
        for content in ["cfut_secret", "cfut_secret\n", "cfut_secret\r\n", "\u{feff}cfut_secret\n\n"] {
            let authentication = read(&file(&directory, content.as_bytes(), 0o600)).unwrap();
            assert_eq!(authentication.kind, AuthenticationKind::UserToken, "{content:?}");
            assert_eq!(read_stdin(&mut content.as_bytes()).unwrap().kind, AuthenticationKind::UserToken);
        }
        assert_eq!(read_stdin(&mut &b"cfat_secret"[..]).unwrap().kind, AuthenticationKind::AccountToken);
        assert_eq!(read_stdin(&mut &b"0123456789"[..]).unwrap().kind, AuthenticationKind::Token);
    }

    #[test]
    fn file_without_exactly_one_token_is_rejected_and_not_repeated() {
        let directory = TempDir::new().unwrap();
        let large = vec![b'x'; MAX_BYTES + 1];
        for (content, reason) in [
            (&b""[..], "is empty"),
            (b"\n\n", "is empty"),
            (b"hunter2\nhunter2\n", "has several lines"),
            (b"hun\xffter2", "is not UTF-8"),
            (b"hunter2\x01", "API token"),
            (b"API token: hunter2", "API token"),
            (&large, "more than 16 KiB"),
        ] {
            let problem = read(&file(&directory, content, 0o600)).unwrap_err();
            assert!(problem.message.contains(reason) && problem.message.contains("my token"), "{problem:?}");
            assert!(!problem.message.contains("hunter2"), "{problem:?}");
            assert!(read_stdin(&mut &*content).unwrap_err().message.starts_with("standard input"));
        }
    }

    #[test]
    fn missing_file_and_directory_are_rejected() {
        let directory = TempDir::new().unwrap();
        let missing = read(&directory.path().join("none")).unwrap_err();
        assert!(missing.message.contains("cannot be read") && missing.hint.contains("path"), "{missing:?}");
        let problem = read(directory.path()).unwrap_err();
        assert!(problem.message.contains("is a directory") || cfg!(windows), "{problem:?}");
    }

    #[cfg(unix)]
    #[test]
    fn file_that_others_can_read_is_rejected_also_through_a_link() {
        let directory = TempDir::new().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(directory.path().join("my token"), &link).unwrap();
        for mode in [0o604, 0o640, 0o644, 0o660] {
            let path = file(&directory, b"cfut_secret", mode);
            let problem = read(&path).unwrap_err();
            assert!(problem.message.contains("can be read by other users"), "{problem:?}");
            assert!(problem.hint.contains("chmod 600 '") && problem.hint.contains("my token'"), "{problem:?}");
            read(&link).unwrap_err();
        }
        for mode in [0o600, 0o400, 0o700, 0o611] {
            file(&directory, b"cfut_secret", mode);
            read(&link).unwrap();
        }
    }
}
