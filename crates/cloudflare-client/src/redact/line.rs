//! Untrusted text on one line.

/// The most characters that [`one_line`] keeps.
const MAX_CHARS: usize = 200;

/// Puts untrusted text on one line of at most 200 characters. Control characters, invisible characters and marks that
/// change the writing direction become spaces.
///
/// It reads no more of the text than it keeps.
pub(crate) fn one_line(text: &str) -> String {
    let mut chars = text.chars();
    let mut line: String =
        chars.by_ref().take(MAX_CHARS).map(|char| if is_printable(char) { char } else { ' ' }).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line
}

/// Whether a terminal or a log shows a character, and it changes no other.
pub(crate) fn is_printable(char: char) -> bool {
    !char.is_control() && !is_line_separator(char) && !is_default_ignorable(char)
}

fn is_line_separator(char: char) -> bool {
    matches!(char, '\u{2028}' | '\u{2029}')
}

/// Unicode's property `Default_Ignorable_Code_Point`, such as zero-width characters, marks that change the writing
/// direction, variation selectors and tags; and the interlinear annotations, which terminals do not show either.
fn is_default_ignorable(char: char) -> bool {
    matches!(
        char,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_a_terminal_obeys_or_hides_become_spaces() {
        assert_eq!(one_line("a\r\nb\u{1b}[31m"), "a  b [31m");
        for hidden in [
            '\0',
            '\t',
            '\u{7f}',
            '\u{80}',
            '\u{9b}',
            '\u{9f}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e007f}',
            '\u{e0100}',
            '\u{e01ef}',
        ] {
            assert_eq!(one_line(&format!("a{hidden}b")), "a b", "{hidden:?}");
        }
    }

    #[test]
    fn ordinary_text_is_kept() {
        let text = "Zürich, 東京, 🙂, العربية: 100 % «ok»\u{a0}!";
        assert_eq!(one_line(text), text);
    }

    #[test]
    fn line_has_at_most_200_characters_and_a_mark_if_it_is_shortened() {
        for text in ["x", "é"] {
            assert_eq!(one_line(&text.repeat(200)), text.repeat(200));
            assert_eq!(one_line(&text.repeat(201)), format!("{}…", text.repeat(200)));
        }
        let line = one_line(&"x".repeat(10 << 20));
        assert!(line.capacity() < 1_000, "{}", line.capacity());
    }
}
