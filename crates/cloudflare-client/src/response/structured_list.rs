//! Lists of structured fields (RFC 9651, section 3.1), as far as the quota headers need them.

use std::borrow::Cow;

/// An item of a list.
#[derive(Debug, PartialEq)]
pub(super) struct Item<'a> {
    pub(super) value: Value<'a>,
    parameters: Vec<(&'a [u8], Value<'a>)>,
}

/// A value of an item or a parameter.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A string or a token.
    Text(Cow<'a, str>),
    Integer(i64),
    /// A decimal, a boolean, or a byte sequence.
    Other,
}

impl Item<'_> {
    /// The last parameter of a name, if it is a non-negative integer.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        match self.parameters.iter().rev().find(|(key, _)| *key == name.as_bytes()) {
            Some((_, Value::Integer(number))) => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// Parses a list of items. `None` if it is malformed, or has a part that no quota header has: an inner list, a date, or
/// a display string.
pub(super) fn parse(text: &[u8]) -> Option<Vec<Item<'_>>> {
    let mut cursor = Cursor(text);
    let mut items = Vec::new();
    cursor.skip(b" ");
    if cursor.0.is_empty() {
        return Some(items);
    }
    loop {
        items.push(cursor.item()?);
        cursor.skip(b" \t");
        if cursor.0.is_empty() {
            return Some(items);
        }
        cursor.take(b',')?;
        cursor.skip(b" \t");
    }
}

/// The rest of the text.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn skip(&mut self, bytes: &[u8]) {
        self.take_while(|byte| bytes.contains(&byte));
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    fn take_any(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn take_while(&mut self, is_taken: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !is_taken(*byte)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        taken
    }

    fn item(&mut self) -> Option<Item<'a>> {
        let value = self.value()?;
        let mut parameters = Vec::new();
        while self.take(b';').is_some() {
            self.skip(b" ");
            let key = self.key()?;
            let value = if self.take(b'=').is_some() { self.value()? } else { Value::Other };
            parameters.push((key, value));
        }
        Some(Item { value, parameters })
    }

    fn key(&mut self) -> Option<&'a [u8]> {
        let is_first = |byte: u8| byte.is_ascii_lowercase() || byte == b'*';
        self.0.first().filter(|byte| is_first(**byte))?;
        Some(self.take_while(|byte| is_first(byte) || byte.is_ascii_digit() || b"_-.".contains(&byte)))
    }

    fn value(&mut self) -> Option<Value<'a>> {
        match self.0.first()? {
            b'"' => self.string(),
            b'?' => {
                self.take(b'?')?;
                self.take_any().filter(|byte| b"01".contains(byte)).map(|_| Value::Other)
            }
            b':' => {
                self.take(b':')?;
                self.take_while(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
                self.take(b':').map(|()| Value::Other)
            }
            b'-' | b'0'..=b'9' => self.number(),
            first if first.is_ascii_alphabetic() || *first == b'*' => {
                let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte);
                std::str::from_utf8(self.take_while(is_token)).ok().map(|token| Value::Text(token.into()))
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<Value<'a>> {
        self.take(b'"')?;
        let plain = self.take_while(|byte| matches!(byte, b' '..=b'~') && !b"\"\\".contains(&byte));
        if self.take(b'"').is_some() {
            return std::str::from_utf8(plain).ok().map(|string| Value::Text(string.into()));
        }
        let mut string = plain.to_vec();
        loop {
            match self.take_any()? {
                b'"' => return String::from_utf8(string).ok().map(|string| Value::Text(string.into())),
                b'\\' => string.push(self.take_any().filter(|byte| b"\"\\".contains(byte))?),
                byte @ b' '..=b'~' => string.push(byte),
                _ => return None,
            }
        }
    }

    /// An integer of at most 15 digits, or a decimal of at most 12 digits and a fraction of at most 3.
    fn number(&mut self) -> Option<Value<'a>> {
        let sign = if self.take(b'-').is_some() { -1 } else { 1 };
        let digits = self.take_while(|byte| byte.is_ascii_digit());
        if self.take(b'.').is_some() {
            let fraction = self.take_while(|byte| byte.is_ascii_digit());
            let is_valid = matches!(digits.len(), 1..=12) && matches!(fraction.len(), 1..=3);
            return is_valid.then_some(Value::Other);
        }
        let is_valid = matches!(digits.len(), 1..=15);
        let number = std::str::from_utf8(digits).ok()?.parse::<i64>().ok().filter(|_| is_valid)?;
        Some(Value::Integer(number.saturating_mul(sign)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_parsed_with_its_parameters() {
        let items =
            parse(b"  \"a \\\"\\\\\";r=1; t=-2;r=3 ,\tb:/c;w;q=1.5, 50;x=?1, ?0;pk=:YQ==:;y=\"z\";q=999999999999999 ")
                .unwrap();
        let values: Vec<&Value> = items.iter().map(|item| &item.value).collect();
        let text = |text: &'static str| Value::Text(text.into());
        assert_eq!(values, [&text("a \"\\"), &text("b:/c"), &Value::Integer(50), &Value::Other]);
        assert_eq!((items[0].number("r"), items[0].number("t"), items[0].number("x")), (Some(3), None, None));
        assert_eq!((items[1].number("w"), items[1].number("q")), (None, None));
        assert_eq!((items[3].number("q"), items[3].number("y")), (Some(999_999_999_999_999), None));
        assert_eq!(parse(b"a;r_1-.*=2").unwrap()[0].number("r_1-.*"), Some(2));
        assert_eq!(parse(b" "), Some(Vec::new()));
    }

    #[test]
    fn malformed_list_is_rejected() {
        for text in [
            "a,",
            ",a",
            "a b",
            "a;",
            "a;R=1",
            "a;=1",
            "a;r=",
            "a;r= 1",
            "\"a",
            "\"a\\b\"",
            "\"\u{e9}\"",
            "\"\t\"",
            "?2",
            "?",
            ":a",
            ":!:",
            "-",
            "1.",
            "1.2345",
            "1234567890123456",
            "1234567890123.0",
            "(a b)",
            "@1",
            "%\"a\"",
            "{",
            "a;r=1 ;t=2",
            "\ta",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
