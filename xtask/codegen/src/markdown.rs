//! Text of a vendor's document as Markdown.

/// Text as one paragraph of Markdown without markup: no link, no HTML, no list and no code block.
pub fn paragraph(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.chars().filter(|char| is_shown(*char)).collect::<String>());
    let text = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut escaped = String::new();
    // A list item begins with `-`, `+`, or a number with `.` or `)`. The underline of a heading begins with `=` or `-`.
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let marker = if text.starts_with(['-', '+', '=']) { Some(0) } else { (digits > 0).then_some(digits) };
    for (index, char) in text.chars().enumerate() {
        let is_marker = marker == Some(index) && "-+=.)".contains(char);
        if is_marker || "\\`*_[]<>#:&~|$".contains(char) {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

/// Whether a character is visible. Controls of the direction of text are not, and the compiler rejects them.
fn is_shown(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped() {
        for (text, expected) in [
            ("List the\n\n    things", "List the things"),
            ("See https://acme.test, [a] or <b>`x`", "See https\\://acme.test, \\[a\\] or \\<b\\>\\`x\\`"),
            ("- one", "\\- one"),
            ("12. one", "12\\. one"),
            ("12 ones.", "12 ones."),
            ("===", "\\==="),
            ("a\u{202e}b\u{0}", "ab"),
            ("", ""),
        ] {
            assert_eq!(paragraph(text), expected);
        }
    }

    #[test]
    fn paragraph_of_any_text_is_one_paragraph_without_markup() {
        use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
        for text in [
            "```\ncode\n```",
            "# h",
            "> q",
            "* l",
            "+ l",
            "1) l",
            "a\n===",
            "---",
            "<div>",
            "![a](b)",
            "[a]: b",
            "a | b\n-|-",
            "&lt;",
        ] {
            let paragraph = paragraph(text);
            let events: Vec<_> = Parser::new_ext(&paragraph, Options::all()).collect();
            let (first, last) = (events.first().unwrap(), events.last().unwrap());
            assert!(matches!(first, Event::Start(Tag::Paragraph)), "{text}: {events:?}");
            assert!(matches!(last, Event::End(TagEnd::Paragraph)), "{text}: {events:?}");
            assert!(
                events[1..events.len() - 1].iter().all(|event| matches!(event, Event::Text(_))),
                "{text}: {events:?}"
            );
        }
    }
}
