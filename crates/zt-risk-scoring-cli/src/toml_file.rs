//! TOML files. An error names the file, the line and the key.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::text::plain_words;

/// The most bytes of a file that a person writes.
pub(crate) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Reads text to its end, which a device may not have.
///
/// # Errors
///
/// If it has more bytes than the limit, or is not UTF-8.
pub(crate) fn read_text(reader: impl Read, max_bytes: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if !u64::try_from(bytes.len()).is_ok_and(|length| length <= max_bytes) {
        let limit = max_bytes.checked_div(1024 * 1024).unwrap_or_default();
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {limit} MiB")));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Whether a path is that of standard input: `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Reads a text file, or standard input, which is `-`. Returns its name and its text. The hint says where its format is documented.
pub(crate) fn read(path: &Path, hint: &str) -> Result<(String, String), Failure> {
    let (name, text) = if is_stdin(path) {
        ("standard input".to_owned(), read_text(io::stdin().lock(), MAX_BYTES))
    } else {
        (path.display().to_string(), File::open(path).and_then(|file| read_text(file, MAX_BYTES)))
    };
    match text {
        Ok(text) => Ok((name, text)),
        Err(error) => Err(Failure::usage(format!("{name}: the file cannot be read: {error}"), hint)),
    }
}

/// Parses the text of a file. The name is that of the file.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str, hint: &str) -> Result<T, Failure> {
    toml::from_str(text).map_err(|mut error| {
        let span = error.span();
        // Without the text, the error prints the key in place of an excerpt.
        error.set_input(None);
        let text_of_error = plain_words(&error.to_string(), "a table");
        let (message, key) = text_of_error.trim_end().rsplit_once("\nin `").unwrap_or((text_of_error.trim_end(), ""));
        let key = if key.is_empty() { String::new() } else { format!("{}: ", key.trim_end_matches('`')) };
        let mut message = format!("{key}{}", message.replace('\n', ", "));
        if let ("duplicate key", Some(duplicate)) = (&*message, span.clone().and_then(|span| text.get(span))) {
            message = format!("{message} `{duplicate}`");
        }
        problem(name, text, span.map(|span| span.start), &message, hint)
    })
}

/// A failure that names a file and the line of a byte.
pub(crate) fn problem(name: &str, text: &str, offset: Option<usize>, message: &str, hint: &str) -> Failure {
    let place = match offset.and_then(|offset| text.get(..offset)) {
        Some(before) => format!("{name}:{}", before.matches('\n').count().saturating_add(1)),
        None => name.to_owned(),
    };
    Failure::usage(format!("{place}: {message}"), hint)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn error_names_file_line_and_key() {
        let parse = |text: &str| {
            let parsed = parse::<BTreeMap<String, BTreeMap<String, u8>>>("a.toml", text, "read the docs");
            parsed.unwrap_err().to_string()
        };
        assert_eq!(
            parse("[x]\na = 1\nb = \"\"\n"),
            "a.toml:3: x.b: invalid type: string \"\", expected a whole number, not below 0"
        );
        assert_eq!(parse("[x]\na = 1\na = 2\n"), "a.toml:3: duplicate key `a`");
        assert_eq!(parse("[x.\"b c\"]\n[x.\"b c\"]\n"), "a.toml:2: duplicate key `\"b c\"`");
        assert_eq!(parse("[x]\n[x]\n"), "a.toml:2: duplicate key `x`");
        assert!(parse("\n\nx").starts_with("a.toml:3: "), "{}", parse("\n\nx"));
    }

    #[test]
    fn missing_file_is_named() {
        let error = read(Path::new("/no/such.toml"), "").unwrap_err().to_string();
        assert!(error.starts_with("/no/such.toml: the file cannot be read: "), "{error}");
    }
}
