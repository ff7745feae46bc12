//! Untrusted text on one line.

/// Puts untrusted text on one line of at most 200 characters. Control characters, invisible characters and marks that change
/// the writing direction become spaces.
pub(crate) fn one_line(text: &str) -> String {
    const MAX_CHARS: usize = 200;
    // Zero-width characters, the line and paragraph separators, and marks that change the writing direction.
    let is_invisible = |char: char| matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let mut line: String = text
        .chars()
        .map(|char| if char.is_control() || is_invisible(char) { ' ' } else { char })
        .take(MAX_CHARS)
        .collect();
    if text.chars().nth(MAX_CHARS).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn untrusted_text_becomes_one_short_line() {
        assert_eq!(one_line("a\r\nb\u{1b}[31m"), "a  b [31m");
        assert_eq!(one_line("a\u{202e}b\u{2028}c\u{200b}d"), "a b c d");
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), 201);
    }
}
