//! Finds a secret in text, in any case and percent-encoded.

use std::ops::Range;

use memchr::memchr3;

/// The range of the first occurrence of a secret. The secret is ASCII and not empty, so in UTF-8 the range is at
/// boundaries of characters.
pub(super) fn find(text: &[u8], secret: &str) -> Option<Range<usize>> {
    let secret = secret.as_bytes();
    let first = secret.first()?;
    // No encoding is shorter than the secret, so most headers are too short for one.
    let starts = text.len().checked_sub(secret.len())?.saturating_add(1);
    let mut offset: usize = 0;
    loop {
        let rest = text.get(offset..starts)?;
        // Everything between these bytes is skipped quickly: most text has no secret.
        let skipped = memchr3(first.to_ascii_lowercase(), first.to_ascii_uppercase(), b'%', rest)?;
        let start = offset.saturating_add(skipped);
        if let Some(length) = match_length(text.get(start..)?, secret) {
            return Some(start..start.saturating_add(length));
        }
        offset = start.saturating_add(1);
    }
}

/// The length of the secret at the beginning of a text.
fn match_length(text: &[u8], secret: &[u8]) -> Option<usize> {
    if text.get(..secret.len()).is_some_and(|literal| literal.eq_ignore_ascii_case(secret)) {
        return Some(secret.len());
    }
    let mut rest = text;
    for expected in secret {
        let (byte, after) = split_first_decoded(rest)?;
        if !byte.eq_ignore_ascii_case(expected) {
            return None;
        }
        rest = after;
    }
    text.len().checked_sub(rest.len())
}

/// The first byte of a text, percent-decoded, and the rest of the text.
fn split_first_decoded(text: &[u8]) -> Option<(u8, &[u8])> {
    if let [b'%', high, low, after @ ..] = text
        && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
    {
        return Some(((high << 4) | low, after));
    }
    text.split_first().map(|(byte, after)| (*byte, after))
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(text: &'a str, secret: &str) -> Option<&'a str> {
        find(text.as_bytes(), secret).map(|range| &text[range])
    }

    #[test]
    fn first_occurrence_is_found_anywhere_in_a_text() {
        for text in ["cfut_secret", "é cfut_secret", "cfut_secret%", "ccfut_secret cfut_secret", "%%cfut_secret"] {
            assert_eq!(found(text, "cfut_secret"), Some("cfut_secret"), "{text}");
            assert_eq!(find(text.as_bytes(), "cfut_secret").unwrap().start, text.find("cfut_secret").unwrap());
        }
        for text in ["", "c", "cfut_secre", "fut_secret", "%", "%c", "%c3%"] {
            assert_eq!(found(text, "cfut_secret"), None, "{text}");
        }
    }

    #[test]
    fn secret_is_found_in_any_ascii_case() {
        assert_eq!(found("x CFUT_secreT", "cfut_Secret"), Some("CFUT_secreT"));
        // The Kelvin sign is a `k` in lower case, but not in ASCII.
        assert_eq!(found("\u{212a}ey_0123456", "key_0123456"), None);
    }

    #[test]
    fn percent_encoded_secret_is_found() {
        for text in ["a%40example.com", "%61%40%45XAMPLE%2ecom", "%41@example.com"] {
            assert_eq!(found(&format!("?mail={text}&x"), "a@example.com"), Some(text));
        }
        assert_eq!(found("a%4", "a@"), None);
        assert_eq!(found("a%zz", "a@"), None);
    }

    #[test]
    fn secret_with_a_percent_sign_is_found_as_it_is_and_encoded() {
        for text in ["a%41bcdefg", "A%41BCDEFG", "a%2541bcdefg"] {
            assert_eq!(found(text, "a%41bcdefg"), Some(text));
        }
    }

    #[test]
    fn secret_in_random_text_is_found_where_a_slow_search_finds_it() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut random = |alphabet: &[char], length: usize| -> String {
            std::iter::repeat_with(|| *rng.choice(alphabet).unwrap()).take(length).collect()
        };
        let mut hits = 0;
        for _ in 0..20_000 {
            let text = random(&['a', 'A', 'b', 'é'], 12);
            let secret = random(&['a', 'B'], 3);
            let expected = text.to_ascii_lowercase().find(&secret.to_ascii_lowercase());
            assert_eq!(find(text.as_bytes(), &secret).map(|range| range.start), expected, "{text} {secret}");
            hits += u32::from(expected.is_some());
        }
        assert!(hits > 1_000, "{hits}");
    }
}
