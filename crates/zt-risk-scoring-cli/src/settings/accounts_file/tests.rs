use super::*;

const ONE: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const TWO: &str = "1234567890abcdef1234567890abcdef";

fn parse(format: Format, text: &str) -> Result<Vec<Row>, String> {
    let origin = Origin { name: "dir/list".to_owned(), path: Some(Path::new("dir/list")) };
    origin.rows(&mut text.as_bytes(), Some(format)).map_err(|problem| problem.message)
}

fn stdin(text: &str) -> Result<Vec<Row>, String> {
    read_stdin(&mut text.as_bytes()).map_err(|problem| problem.message)
}

fn summary(rows: &[Row]) -> Vec<(&str, &str, Option<&str>)> {
    rows.iter().map(|row| (row.place.as_str(), row.account_id.as_str(), row.label.as_deref())).collect()
}

#[test]
fn text_has_an_id_and_perhaps_a_label_on_each_line() {
    let text = format!("\u{feff}# accounts\n\n{ONE}\r\n  {TWO}\tACME #1 Ltd # a comment\n{ONE} # x\n");
    let rows = parse(Format::Text, &text).unwrap();
    let expected = [
        ("line 3 of dir/list", ONE, None),
        ("line 4 of dir/list", TWO, Some("ACME")),
        ("line 5 of dir/list", ONE, None),
    ];
    assert_eq!(summary(&rows), expected);
    assert!(rows.iter().all(|row| row.token == RowToken::Shared));
    let rows = parse(Format::Text, &format!("{ONE} C# Ltd  Co")).unwrap();
    assert_eq!(summary(&rows), [("line 1 of dir/list", ONE, Some("C# Ltd  Co"))]);
}

#[test]
fn csv_has_a_header_and_quoted_values() {
    let text = format!(
        "Label, account_id ,profile,token_file\n\"ACME, Inc.\",{ONE},,\n\n,{TWO},acme,\n\"a \"\"b\"\"\" ,{ONE},, my token \n"
    );
    let rows = parse(Format::Csv, &text).unwrap();
    let expected = [
        ("line 2 of dir/list", ONE, Some("ACME, Inc.")),
        ("line 4 of dir/list", TWO, None),
        ("line 5 of dir/list", ONE, Some("a \"b\"")),
    ];
    assert_eq!(summary(&rows), expected);
    let tokens: Vec<&RowToken> = rows.iter().map(|row| &row.token).collect();
    let file = RowToken::Own(TokenSource::File("dir/my token".into()));
    assert_eq!(tokens, [&RowToken::Shared, &RowToken::Profile("acme".to_owned()), &file]);
}

#[test]
fn quote_that_is_not_closed_is_rejected_with_its_line() {
    let unclosed = "has a quote that is not closed on the same line";
    for (text, line, problem) in [
        (format!("account_id,label\n{ONE},\"ACME\n{TWO},Two\n"), 2, unclosed),
        (format!("account_id,label\r\n{ONE},One\r\n{TWO},\"Two"), 3, unclosed),
        (format!("account_id,label\n{ONE},\"ACME\n{TWO},\"Two\"\n"), 2, unclosed),
        (format!("account_id,\"label\n{ONE},One\n"), 1, unclosed),
        (format!("account_id,label\n{ONE},\"AC\"ME\n"), 2, "has text behind a closing quote"),
    ] {
        assert_eq!(parse(Format::Csv, &text).unwrap_err(), format!("line {line} of dir/list {problem}"), "{text}");
    }
    let json = format!(r#"[{{"account_id": "{ONE}", "label": "a\nb"}}]"#);
    assert_eq!(parse(Format::Json, &json).unwrap_err(), "element 1 of dir/list has a label with a line break");
}

#[test]
fn json_has_ids_and_objects() {
    let text = format!(
        r#"["{ONE}", {{"account_id": "{TWO}", "label": "ACME", "token_command": ["op", "read"]}},
            {{"account_id": "{ONE}", "profile": "acme"}}, {{"account_id": "{ONE}", "token_file": "/token"}}]"#
    );
    let rows = parse(Format::Json, &text).unwrap();
    assert_eq!(
        summary(&rows)[..2],
        [("element 1 of dir/list", ONE, None), ("element 2 of dir/list", TWO, Some("ACME"))]
    );
    assert!(matches!(rows[1].token, RowToken::Own(TokenSource::Command(_))));
    assert_eq!(rows[2].token, RowToken::Profile("acme".to_owned()));
    assert_eq!(rows[3].token, RowToken::Own(TokenSource::File("/token".into())));
}

#[test]
fn format_of_standard_input_is_detected() {
    for text in [
        format!("{ONE}\n"),
        format!("\n# a, b\n{ONE}\n"),
        format!("\u{feff}account_id\n{ONE}\n"),
        format!("\"account_id\",label\n{ONE},x\n"),
        format!("label,account_id\nx,{ONE}\n"),
        format!(" [\"{ONE}\"]"),
        format!("{ONE} ACME, Inc."),
    ] {
        let rows = stdin(&text).unwrap();
        assert_eq!(rows.iter().map(|row| row.account_id.as_str()).collect::<Vec<_>>(), [ONE], "{text}");
    }
    assert!(stdin("{}").unwrap_err().contains("not a list of accounts"));
    assert!(stdin("account-id,label\n").unwrap_err().contains("the column `account-id`"));
}

#[test]
fn error_names_the_place() {
    for (format, text, parts) in [
        (Format::Text, format!("{ONE}\nshort\n"), &["line 2 of dir/list: ", "5 characters"][..]),
        (Format::Text, "# nothing\n".to_owned(), &["dir/list has no accounts"]),
        (Format::Csv, "account_id\n".to_owned(), &["has no accounts"]),
        (Format::Csv, "".to_owned(), &["header", "no column `account_id`"]),
        (Format::Json, "[]".to_owned(), &["has no accounts"]),
        (Format::Csv, format!("account_id,label\n{ONE},x\nshort,y\n"), &["line 3 of", "column `account_id`: "]),
        (Format::Csv, format!("account_id,label\n\r\n{ONE}\n"), &["line 3 of", "has 1 values", "header has 2"]),
        (Format::Csv, "id\n1\n".to_owned(), &["the column `id`", "account_id, label, profile, token_file"]),
        (Format::Csv, "label\n1\n".to_owned(), &["no column `account_id`"]),
        (Format::Csv, "account_id,Account_ID\n".to_owned(), &["`account_id` twice"]),
        (Format::Csv, format!("account_id,profile,token_file\n{ONE},a,b\n"), &["line 2", "both a profile and"]),
        (Format::Json, format!("[\"{ONE}\", \"short\"]"), &["element 2 of", "key `account_id`: "]),
        (Format::Json, "[\n1]".to_owned(), &["an account id, or an object", "line 2 column 1"]),
        (Format::Json, format!(r#"[{{"account_id": "{ONE}", "name": ""}}]"#), &["unknown field `name`"]),
        (Format::Json, format!(r#"[{{"account_id": "{ONE}", "account_id": ""}}]"#), &["duplicate field"]),
        (Format::Json, r#"[{"label": ""}]"#.to_owned(), &["missing field `account_id`"]),
        (
            Format::Json,
            format!(r#"[{{"account_id": "{ONE}", "token_command": []}}]"#),
            &["element 1", "without a program"],
        ),
    ] {
        let message = parse(format, &text).unwrap_err();
        for part in parts {
            assert!(message.contains(part), "{message}");
        }
    }
}

#[test]
fn standard_input_cannot_name_commands() {
    let error = stdin(&format!(r#"[{{"account_id": "{ONE}", "token_command": ["id"]}}]"#)).unwrap_err();
    assert!(error.contains("element 1 of standard input") && error.contains("only allowed in a file"), "{error}");
    let rows = stdin(&format!(r#"[{{"account_id": "{ONE}", "token_file": "token"}}]"#)).unwrap();
    assert_eq!(rows[0].token, RowToken::Own(TokenSource::File("token".into())));
}

#[test]
fn text_that_is_not_utf8_or_too_large_is_rejected() {
    let problem = read_stdin(&mut &b"# a\n\xff\n"[..]).unwrap_err();
    assert!(problem.message.contains("line 2 of standard input is not UTF-8"), "{problem:?}");
    let large = read_stdin(&mut io::repeat(b' ')).unwrap_err();
    assert!(large.message.contains("more than 16 MiB"), "{large:?}");
}

#[test]
fn ending_decides_the_format_of_a_file() {
    let directory = tempfile::TempDir::new().unwrap();
    for (name, content) in [
        ("a.csv", format!("account_id\n{ONE}\n")),
        ("a.JSON", format!("[\"{ONE}\"]")),
        ("a.txt", format!("{ONE}\n")),
        ("accounts", format!("{ONE}\n")),
    ] {
        let path = directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        let rows = read(&path).unwrap();
        assert!(rows[0].place.ends_with(name), "{rows:?}");
    }
    let missing = read(&directory.path().join("none")).unwrap_err();
    assert!(missing.message.contains("cannot be read") && missing.hint.contains("path"), "{missing:?}");
    assert!(read(directory.path()).unwrap_err().message.contains("directory"));
}
