use serde_json::{Map, Value};

use super::*;

/// Filters a body that arrives in chunks of a length.
fn filter_chunks(body: &[u8], chunk: usize, limit: usize) -> (EnvelopeFilter, Vec<u8>) {
    let (mut filter, mut out) = (EnvelopeFilter::with_limits(limit, usize::MAX), Vec::new());
    for chunk in body.chunks(chunk) {
        filter.push(chunk, &mut out);
    }
    (filter, out.to_vec())
}

/// Filters a body with several chunk lengths, which must not change the output.
fn filter(body: &str, limit: usize) -> String {
    let (_, out) = filter_chunks(body.as_bytes(), body.len().max(1), limit);
    for chunk in [1, 2, 3, 7] {
        assert_eq!(filter_chunks(body.as_bytes(), chunk, limit).1, out, "{body}");
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn small_members_are_kept_and_white_space_is_dropped() {
    for (body, expected) in [
        ("{}", "{}"),
        (" { } ", "{}"),
        ("\u{feff} { }", "\u{feff}{}"),
        (
            "{ \"result\" : [ 1,\r\n\t2 ] ,\"a\\\"b\":\"x  y\\\\\",\n\"errors\":[  ],\"n\":-1.5e3 ,\"t\":true}",
            "{\"result\":[ 1,\r2 ],\"a\\\"b\":\"x  y\\\\\",\"errors\":[ ],\"n\":-1.5e3,\"t\":true}",
        ),
    ] {
        assert_eq!(filter(body, 100), expected);
    }
}

#[test]
fn member_beyond_the_limit_is_dropped_and_list_is_closed() {
    for (body, expected) in [
        (r#"{"a":"0123456789012345","success":true}"#, r#"{"success":true}"#),
        (r#"{"success":true,"a":{"b":[0,0,0,0,0,0]}}"#, r#"{"success":true}"#),
        (r#"{"0123456789012345678901234567890123456789012345678901234567890123456789":0}"#, "{}"),
        (r#"{"errors":[{"a":1},{"b":2},3],"b":[]}"#, r#"{"errors":[{"a":1}],"b":[]}"#),
        (
            r#"{"errors":["0123456789012345"],"result":[1,2,3,4,5,6,7,8,9]}"#,
            r#"{"errors":[],"result":[1,2,3,4,5,6,7,8,9]}"#,
        ),
        (r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}"#, r#"{"a":1,"b":2,"c":3}"#),
        (r#"{"a":[1],"b":[2],"c":[3],"d":[4]}"#, r#"{"a":[1],"b":[2]}"#),
        // Each of the known members has a limit of its own.
        (
            r#"{"x":"0123456789","messages":[1,2],"errors":[3,4],"result_info":{"a":1}}"#,
            r#"{"x":"0123456789","messages":[1,2],"errors":[3,4]}"#,
        ),
    ] {
        assert_eq!(filter(body, 20), expected);
    }
}

#[test]
fn result_and_success_are_recognized_in_any_spelling() {
    let long = "0".repeat(100);
    for (body, is_kept) in [
        (format!(r#"{{"a":[{long}],"result":"{long}","success":true}}"#), true),
        (format!(r#"{{"\u0072\u0065\u0073\u0075\u006C\u0074":"{long}"}}"#), true),
        (format!(r#"{{"Result":"{long}"}}"#), false),
        (format!(r#"{{"result\u0000":"{long}"}}"#), false),
        (format!(r#"{{"\ud800":"{long}"}}"#), false),
    ] {
        assert_eq!(filter(&body, 20).contains(&long), is_kept, "{body}");
    }
    let escaped = r#"{"a":"0123456789012345678901234567","\u0073uccess":false}"#;
    assert_eq!(filter(escaped, 30), r#"{"\u0073uccess":false}"#);
}

#[test]
fn duplicate_success_or_result_is_kept_or_makes_the_body_invalid() {
    for body in [
        r#"{"a":"01234567890123456789","success":true,"success":false}"#,
        r#"{"a":"01234567890123456789","result":1,"result":2}"#,
    ] {
        let out = filter(body, 40);
        assert_eq!(out.matches("success").count() + out.matches("result").count(), 2, "{out}");
        assert!(serde_json::from_str::<Value>(&out).is_ok());
    }
    for body in [
        r#"{"success":true,"success":true,"success":false}"#,
        r#"{"success":[0,0,0,0,0,0,0,0,0,0,0,0],"success":false}"#,
        r#"{"result":1,"result":"012345678901234567890123456789"}"#,
    ] {
        let (filter, out) = filter_chunks(body.as_bytes(), 1, 30);
        assert!(filter.is_invalid(), "{body}");
        assert!(serde_json::from_slice::<Value>(&out).is_err());
    }
}

#[test]
fn result_of_a_failure_is_bounded_if_success_comes_first() {
    let body = r#"{"success":false,"result":"0123456789012345","errors":[1]}"#;
    assert_eq!(filter(body, 20), r#"{"success":false,"errors":[1]}"#);
    let body = r#"{"result":"0123456789012345","success":false}"#;
    assert_eq!(filter(body, 20), body);
}

#[test]
fn body_that_is_no_object_is_copied() {
    for body in ["[1, 2 ]", "null", "<html> </html>", "\u{ff}", "\u{feff}\u{feff}{}"] {
        let (filter, out) = filter_chunks(body.as_bytes(), 1, 0);
        assert!(filter.is_pass_through(), "{body}");
        assert_eq!(out, body.as_bytes());
    }
    // White space before a byte order mark would make it valid if it were dropped.
    assert!(filter_chunks("\t\u{feff}{}".as_bytes(), 1, 0).0.is_pass_through());
}

#[test]
fn invalid_structure_stays_invalid() {
    let dropped = r#""a":"0123456789012345678901234567""#;
    for body in [
        "{,}",
        "{\"b\":1,}",
        "{\"b\" 1}",
        "{\"b\":}",
        "{\"b\":x}",
        "{b:1}",
        "{\"b\":1 2}",
        "{\"b\":1}}",
        "{\"b\":1}x",
        "{}{}",
        "{\"b\":tr ue}",
        "{\"b\":[1 2]}",
        "{\"b\":\"x\" \"y\"}",
        "{D \"success\":true}",
        "{D:1}",
        "{D,}",
        "{D]",
        "{\"b\":1 D}",
        "{\"b\":]1}",
        "{:1}",
        "{\"b\"::1}",
    ] {
        let body = body.replace('D', dropped);
        assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
        assert!(serde_json::from_str::<Value>(&filter(&body, 20)).is_err(), "{body}");
    }
}

/// Filters a body that arrives in chunks of a length. A longer result is large.
fn filter_large(body: &str, chunk: usize, max_result: usize) -> String {
    let (mut filter, mut out) = (EnvelopeFilter::with_limits(30, max_result), Vec::new());
    for chunk in body.as_bytes().chunks(chunk) {
        filter.push(chunk, &mut out);
    }
    assert!(!filter.is_pass_through());
    String::from_utf8(out).unwrap()
}

#[test]
fn large_result_is_copied_as_it_is_and_the_members_behind_it_are_bounded() {
    let decoration = format!(r#""errors":[{}0]"#, "0,".repeat(100));
    let result = format!("[{}   0]", "1,".repeat(100));
    let body = format!(
        r#"{{{decoration},"result":{result},"messages":[{}0],"more":"{}"}}"#,
        "2,".repeat(100),
        "x".repeat(100)
    );
    let start = r#"{"errors":[0,0,0,0,0,0,0,0,0,0],"result":"#;
    for (max_result, is_large) in [(200, true), (201, true), (202, false), (1_000, false)] {
        let result = if is_large { result.clone() } else { result.replace("   ", " ") };
        let expected = format!(r#"{start}{result},"messages":[2,2,2,2,2,2,2,2]}}"#);
        for chunk in [1, 10, 64, 100, 1_000] {
            assert_eq!(filter_large(&body, chunk, max_result), expected, "{max_result} {chunk}");
        }
    }
}

#[test]
fn failure_is_seen_behind_a_large_result() {
    let (result, errors) = ("1,".repeat(100), "2,".repeat(100));
    let body = format!(r#"{{"result":[{result}0],"success":false,"errors":[{errors}0]}}"#);
    let expected = format!(r#"{{"result":[{result}0],"success":false,"errors":[2,2,2,2,2,2,2,2,2]}}"#);
    assert_eq!(filter_large(&body, 70, 50), expected);
}

#[test]
fn end_of_a_large_result_is_found_if_it_is_a_string_or_a_number() {
    let text = "x".repeat(150);
    for result in [
        format!(r#""{text}""#),
        format!(r#""{text}\"]}}{text}""#),
        format!(r#""{text}\\""#),
        format!(r#""{}""#, r#"\"]}"#.repeat(60)),
        format!(r#""{}""#, "]}[{".repeat(60)),
        "7".repeat(200),
    ] {
        let body = format!(r#"{{"result":{result},"success":false,"errors":[{}0]}}"#, "2,".repeat(100));
        let expected = format!(r#"{{"result":{result},"success":false,"errors":[2,2,2,2,2,2,2,2,2]}}"#);
        for chunk in [1, 63, 64, 65, 150, 1_000] {
            assert_eq!(filter_large(&body, chunk, 50), expected, "{chunk}");
        }
    }
}

#[test]
fn end_of_a_large_result_is_found_whatever_it_contains() {
    let mut random = fastrand::Rng::with_seed(9);
    let mut large = 0;
    for _ in 0..3_000 {
        let mut result = String::from("[");
        for _ in 0..random.usize(..12) {
            write_value(&mut random, 3, &mut result);
            result.push(',');
            // Long strings and plain brackets reach across several blocks.
            let filling = ["", "x", "[{", "}]", r#"\""#, "\\\\"][random.usize(..6)].repeat(random.usize(..40));
            let depth = 1 + filling.len();
            result.push_str(&format!("\"{filling}\",{}{},", "[".repeat(depth), "]".repeat(depth)));
        }
        result.push_str("0]");
        let body = format!(r#"{{"result":{result},"success":true,"errors":["{}"]}}"#, "x".repeat(40));
        let max_result = random.usize(..200);
        let before: Value = serde_json::from_str(&result).unwrap();
        for chunk in [random.usize(1..200), body.len()] {
            let out = filter_large(&body, chunk, max_result);
            let after: Value = serde_json::from_str(&out).unwrap();
            assert_eq!(after, serde_json::json!({"result": before, "success": true, "errors": []}), "{body}");
        }
        large += usize::from(result.len() > max_result + 100);
    }
    assert!(large > 1_000, "{large}");
}

#[test]
fn body_that_is_cut_off_stays_cut_off() {
    let body =
        r#" {"a":"0123456789012345678","errors":[1,{"b":2},"012345678901234567"],"result":{"c":[ 3 ]},"success":true}"#;
    for length in 1..body.len() {
        let out = filter(&body[..length], 20);
        assert!(serde_json::from_str::<Value>(&out).unwrap_err().is_eof(), "{out}");
    }
}

/// A random value of at most this depth, with random white space.
fn write_value(random: &mut fastrand::Rng, depth: usize, out: &mut String) {
    const SCALARS: [&str; 8] =
        ["0", "-1.5e3", "true", "false", "null", r#""""#, r#""a\\\"b\u00e9 ]}""#, "\"\u{e9}, [{\""];
    let blank = |random: &mut fastrand::Rng| ["", "", "", " ", "\n  "][random.usize(..5)];
    match random.usize(..if depth == 0 { 1 } else { 3 }) {
        0 => out.push_str(SCALARS[random.usize(..SCALARS.len())]),
        kind => {
            out.push(if kind == 1 { '[' } else { '{' });
            out.push_str(blank(random));
            for index in 0..random.usize(..4) {
                if index > 0 {
                    out.push(',');
                }
                if kind == 2 {
                    out.push_str(&format!("{}\"k{index}\"{}:", blank(random), blank(random)));
                }
                write_value(random, depth.saturating_sub(1), out);
                out.push_str(blank(random));
            }
            out.push(if kind == 1 { ']' } else { '}' });
        }
    }
}

fn random_envelope(random: &mut fastrand::Rng) -> String {
    const KEYS: [&str; 8] =
        ["success", "result", "errors", "messages", "result_info", "other", r"\u0073uccess", "a much longer key, {[:"];
    let mut keys = KEYS;
    random.shuffle(&mut keys);
    let mut out = String::from("{");
    for (index, key) in keys[..random.usize(..=keys.len())].iter().enumerate() {
        out.push_str(&format!("{}\"{key}\": ", if index > 0 { "," } else { "" }));
        write_value(random, 4, &mut out);
    }
    out + "}"
}

#[test]
fn random_envelope_keeps_its_result_and_success() {
    let mut random = fastrand::Rng::with_seed(7);
    let mut shortened = 0;
    for _ in 0..1_000 {
        let body = random_envelope(&mut random);
        let limit = random.usize(30..120);
        let out = filter(&body, limit);
        let before: Map<String, Value> = serde_json::from_str(&body).unwrap();
        let Ok(after) = serde_json::from_str::<Map<String, Value>>(&out) else {
            assert!(out.ends_with('\0'), "{body}\n{out}");
            assert!(body.contains("uccess"), "{body}");
            continue;
        };
        assert_eq!(before.get("success"), after.get("success"), "{body}\n{out}");
        // Nobody reads the result after a `success` that is false, also if it is a duplicate.
        if !body.contains("uccess\": false") {
            assert_eq!(before.get("result"), after.get("result"), "{body}\n{out}");
        }
        for (key, value) in &after {
            match (&before[key], value) {
                (Value::Array(before), Value::Array(after)) => assert!(before.starts_with(after), "{body}\n{out}"),
                (before, after) => assert_eq!(before, after),
            }
        }
        shortened += usize::from(before != after);
    }
    assert!(shortened > 150, "{shortened}");
}

#[test]
fn random_invalid_body_within_the_limits_stays_invalid() {
    let mut random = fastrand::Rng::with_seed(8);
    let mut invalid = 0;
    for _ in 0..2_000 {
        let mut body = random_envelope(&mut random).into_bytes();
        let position = random.usize(..body.len());
        body[position] = b"{}[]\",: \\x0"[random.usize(..11)];
        let Ok(body) = String::from_utf8(body) else { continue };
        let before = serde_json::from_str::<Value>(&body);
        let after = serde_json::from_str::<Value>(&filter(&body, 10_000));
        assert_eq!(before.as_ref().ok(), after.as_ref().ok(), "{body}");
        invalid += usize::from(before.is_err());
    }
    assert!(invalid > 400, "{invalid}");
}

#[test]
fn bomb_is_bounded() {
    const LENGTH: usize = 100_000;
    const LIMIT: usize = 3_000;
    let repeat = |text: &str| text.repeat(LENGTH / text.len());
    for decoration in [
        format!(r#""errors":[{}0]"#, repeat(r#"{"":0},"#)),
        format!(r#""errors":[{}0]"#, repeat("0,")),
        format!(r#""errors":["{}"]"#, repeat("x")),
        format!(r#""errors":"{}""#, repeat(r#"\""#)),
        format!(r#""{}":0"#, repeat("x")),
        format!(r#"{}"b":0"#, repeat(r#""a":0,"#)),
        format!(r#"{}"b":0"#, repeat(r#""":[0],"#)),
        format!(r#"{}"errors":[]"#, repeat(r#""errors":[],"#)),
        format!(r#""errors":{}{}"#, "[".repeat(LENGTH / 2), "]".repeat(LENGTH / 2)),
        format!(r#""a":{}0{}"#, repeat(r#"{"a":"#), "}".repeat(LENGTH / 5)),
        format!(r#"{}"a":[{}]{0}"#, repeat(" "), repeat("\n")),
    ] {
        let body = format!(r#"{{{decoration},"result":[ {}7],"success":true}}"#, repeat("  "));
        let start = &body[..30];
        let (mut filter, mut out) = (EnvelopeFilter::with_limits(LIMIT, usize::MAX), Vec::new());
        for chunk in body.as_bytes().chunks(1_000) {
            filter.push(chunk, &mut out);
            assert!(out.len() <= 5 * LIMIT + 100, "{start}: {}", out.len());
        }
        let out = String::from_utf8_lossy(&out);
        assert!(out.ends_with(r#""result":[ 7],"success":true}"#), "{start}");
    }
    for member in [r#""success":true,"#, r#""result":0,"#] {
        let body = format!(r#"{{{}"a":0}}"#, repeat(member));
        let (filter, out) = filter_chunks(body.as_bytes(), 1_000, LIMIT);
        assert!(filter.is_invalid() && out.len() <= LIMIT + 100);
    }
}
