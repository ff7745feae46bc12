use std::io::{self, ErrorKind, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Cell, Column, Printer, Record, RowStream, Rows, Tone};
use crate::failure::Failure;
use crate::options::Output;

#[derive(JsonSchema, Serialize)]
struct Fruit {
    name: String,
    colour: Option<String>,
    weight: u32,
}

impl Record for Fruit {
    const COLUMNS: &'static [Column] =
        &[Column::new("name", "NAME"), Column::new("colour", "COLOUR"), Column::only_csv("weight")];

    fn cells(&self) -> Vec<Cell> {
        let colour = Cell::optional(self.colour.as_deref()).tone(Tone::Caution);
        vec![self.name.as_str().into(), colour, self.weight.to_string().into()]
    }
}

fn fruit(name: &str, colour: Option<&str>) -> Fruit {
    Fruit { name: name.to_owned(), colour: colour.map(str::to_owned), weight: 7 }
}

fn of_one_account(fruits: impl IntoIterator<Item = Fruit>) -> Rows<Fruit> {
    let mut rows = Rows::new(false);
    fruits.into_iter().for_each(|fruit| rows.push("a1", None, fruit));
    rows
}

fn of_two_accounts() -> Rows<Fruit> {
    let mut rows = Rows::new(true);
    rows.push("a1", Some("First"), fruit("apple", Some("red")));
    rows.push_failure("a2", None, &Failure::usage("it is rotten", "throw it away"));
    rows
}

fn print(output: Output, rows: &Rows<Fruit>) -> String {
    Printer { output, width: None, has_colours: false }.format(rows).unwrap()
}

#[test]
fn table_of_one_account_does_not_name_it() {
    let rows = of_one_account([fruit("apple", Some("red")), fruit("fig", None)]);
    assert_eq!(print(Output::Table, &rows), "NAME   COLOUR\napple  red\nfig");
}

/// What happens to a fruit.
#[derive(JsonSchema, Serialize)]
struct Event(&'static str, &'static str);

impl Record for Event {
    const COLUMNS: &'static [Column] = &[Column::new("name", "NAME").at_least(8), Column::new("what", "WHAT")];

    fn cells(&self) -> Vec<Cell> {
        vec![self.0.into(), self.1.into()]
    }
}

#[test]
fn streamed_table_is_aligned_from_its_headings_on() {
    let mut out = Vec::new();
    let mut stream = RowStream::<Event, _>::new(Output::Table, true, &mut out);
    assert!(stream.print_headings().unwrap().is_continue());
    let account = "0".repeat(32);
    assert!(stream.print(&account, None, Event("apple", "ripe")).unwrap().is_continue());
    assert!(stream.print(&account, None, Event("tangelo", "eaten")).unwrap().is_continue());
    let text = String::from_utf8(out).unwrap();
    let places: Vec<_> =
        ["WHAT", "ripe", "eaten"].iter().zip(text.lines()).map(|(what, line)| line.find(what)).collect();
    assert_eq!(places, [Some(44); 3], "{text}");
}

#[test]
fn table_of_many_rows_is_aligned_and_not_fitted_to_the_terminal() {
    let many = |names: usize| {
        let mut rows = Rows::new(true);
        (0..names).for_each(|place| rows.push("a1", None, fruit(&format!("fruit {place}"), Some("red\u{1b}"))));
        rows.push_failure("a2", None, &Failure::usage("it is rotten", "throw it away"));
        let printer = Printer { output: Output::Table, width: Some(10), has_colours: true };
        printer.format(&rows).unwrap()
    };
    let table = many(10_000);
    assert_eq!(table.lines().count(), 10_002);
    let lines = [0, 1, 10_000, 10_001].map(|line| table.lines().nth(line).unwrap());
    let expected = [
        "ACCOUNT  NAME        COLOUR  ERROR",
        "a1       fruit 0     red",
        "a1       fruit 9999  red",
        "a2                           it is rotten",
    ];
    assert_eq!(lines, expected);
    assert!(many(20).lines().count() > 22);
}

#[test]
fn table_of_several_accounts_names_them_and_their_failures() {
    let expected = "\
ACCOUNT     NAME   COLOUR  ERROR
a1 (First)  apple  red
a2                         it is rotten";
    assert_eq!(print(Output::Table, &of_two_accounts()), expected);
}

#[test]
fn table_without_rows_has_headings() {
    assert_eq!(print(Output::Table, &of_one_account([])), "NAME  COLOUR");
}

#[test]
fn table_fits_the_terminal_also_with_wide_characters() {
    let rows =
        of_one_account([fruit("日本の林檎", Some("赤い色をしている林檎です")), fruit("fig", Some("purple and green"))]);
    let text = Printer { output: Output::Table, width: Some(24), has_colours: false }.format(&rows).unwrap();
    for line in text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 24, "{text}");
    }
    assert!(text.contains("日本の林檎") && text.contains("purple"), "{text}");
}

#[test]
fn table_has_colours_only_if_they_are_shown() {
    let rows = of_one_account([fruit("apple", Some("red"))]);
    let coloured = Printer { output: Output::Table, width: None, has_colours: true }.format(&rows).unwrap();
    assert!(coloured.contains("\u{1b}["), "{coloured:?}");
    assert!(!print(Output::Table, &rows).contains('\u{1b}'));
}

#[test]
fn json_is_an_array_of_rows_with_their_accounts() {
    let rows: Value = serde_json::from_str(&print(Output::Json, &of_two_accounts())).unwrap();
    assert_eq!(
        rows[0],
        json!({"account_id": "a1", "account_label": "First", "name": "apple", "colour": "red", "weight": 7})
    );
    assert_eq!(rows[1]["account_id"], "a2");
    assert_eq!(rows[1]["error"]["message"], "it is rotten");
    assert_eq!(rows.as_array().unwrap().len(), 2);
}

#[test]
fn ndjson_and_yaml_have_the_same_rows_as_json() {
    let json: Vec<Value> = serde_json::from_str(&print(Output::Json, &of_two_accounts())).unwrap();
    let ndjson = print(Output::Ndjson, &of_two_accounts());
    let lines: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, json);
    let yaml: Vec<Value> = serde_yaml_ng::from_str(&print(Output::Yaml, &of_two_accounts())).unwrap();
    assert_eq!(yaml, json);
}

#[test]
fn csv_has_all_columns_and_the_error_of_an_account() {
    let expected = "\
account_id,account_label,name,colour,weight,error
a1,First,apple,red,7,
a2,,,,,it is rotten
";
    assert_eq!(print(Output::Csv, &of_two_accounts()), expected);
}

#[test]
fn csv_is_no_formula_for_a_spreadsheet() {
    for text in ["=1+1", "+1", "-1", "@a", "\t=1"] {
        let csv = print(Output::Csv, &of_one_account([fruit(text, None)]));
        let cell = csv.lines().nth(1).unwrap().split(',').nth(2).unwrap();
        assert!(cell.starts_with('\''), "{text:?}: {csv:?}");
    }
    assert!(print(Output::Csv, &of_one_account([fruit("a=1", None)])).contains(",a=1,"));
}

#[test]
fn no_format_has_a_character_that_a_terminal_executes_or_hides() {
    let name = "a\u{1b}[2J\u{9b}31m\u{202e}b\u{7f}\u{e0041}";
    for output in [Output::Table, Output::Json, Output::Ndjson, Output::Yaml, Output::Csv] {
        let text = print(output, &of_one_account([fruit(name, None)]));
        assert!(text.chars().all(|char| char == '\n' || (' '..='~').contains(&char)), "{output:?}: {text:?}");
    }
    let rows = of_one_account([fruit(name, None)]);
    let json: Vec<Value> = serde_json::from_str(&print(Output::Json, &rows)).unwrap();
    let yaml: Vec<Value> = serde_yaml_ng::from_str(&print(Output::Yaml, &rows)).unwrap();
    assert_eq!((json[0]["name"].as_str(), &yaml), (Some(name), &json));
}

#[test]
fn formats_of_reports_are_rejected() {
    for output in [Output::Junit, Output::Sarif] {
        let failure = Printer::new(output, false).unwrap_err();
        assert!(failure.to_string().contains("only `behaviors audit`"), "{failure}");
        assert!(Printer::new(output, true).is_ok());
    }
}

/// Prints rows one by one.
fn stream(output: Output, of_several_accounts: bool, rows: &[(&str, Option<&str>, &str, &str)]) -> String {
    let mut out = Vec::new();
    let mut stream = RowStream::<Fruit, _>::new(output, of_several_accounts, &mut out);
    assert!(stream.print_headings().unwrap().is_continue());
    for (account, label, name, colour) in rows {
        assert!(stream.print(account, *label, fruit(name, Some(colour))).unwrap().is_continue());
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn rows_that_come_one_by_one_are_printed_in_every_format() {
    let rows = [("a1", None, "apple", "red"), ("a1", None, "watermelon", "green"), ("a1", None, "fig", "b\u{1b}")];
    assert_eq!(stream(Output::Table, false, &rows), "NAME  COLOUR\napple  red\nwatermelon  green\nfig         b\n");
    let csv =
        "account_id,account_label,name,colour,weight,error\na1,,apple,red,7,\na1,,watermelon,green,7,\na1,,fig,b ,7,\n";
    assert_eq!(stream(Output::Csv, false, &rows), csv);
    let ndjson = stream(Output::Ndjson, false, &rows);
    assert_eq!(stream(Output::Json, false, &rows), ndjson);
    let lines: Vec<Value> = ndjson.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[1], json!({"account_id": "a1", "name": "watermelon", "colour": "green", "weight": 7}));
    let yaml = stream(Output::Yaml, false, &rows);
    assert_eq!(yaml.lines().filter(|line| *line == "---").count(), 3);
    let documents = serde_yaml_ng::Deserializer::from_str(&yaml).map(|document| Value::deserialize(document).unwrap());
    assert_eq!(documents.collect::<Vec<_>>(), lines);
    assert!(!(ndjson + &yaml).contains('\u{1b}'));
}

#[test]
fn rows_of_several_accounts_that_come_one_by_one_name_them() {
    let rows = [("a1", Some("First"), "apple", "red"), ("a2", None, "fig", "blue")];
    let table = stream(Output::Table, true, &rows);
    let lines = [("ACCOUNT", "NAME  COLOUR"), ("a1 (First)", "apple  red"), ("a2", "fig    blue")];
    let lines = lines.map(|(account, rest)| format!("{account:34}{rest}\n"));
    assert_eq!(table, lines.concat());
}

/// A pipe that its reader closed, or a full disk.
struct Broken(ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn closed_pipe_ends_rows_that_come_one_by_one_and_other_failures_are_reported() {
    let mut closed = RowStream::<Fruit, _>::new(Output::Ndjson, false, Broken(ErrorKind::BrokenPipe));
    assert!(closed.print("a1", None, fruit("fig", None)).unwrap().is_break());
    let mut full = RowStream::<Fruit, _>::new(Output::Csv, false, Broken(ErrorKind::StorageFull));
    assert!(matches!(full.print_headings(), Err(Failure::Output(_))));
}
