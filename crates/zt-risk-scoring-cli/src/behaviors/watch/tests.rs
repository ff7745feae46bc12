use std::cell::RefCell;
use std::sync::Arc;

use serde_json::{Value, json};
use zt_risk_scoring::external::cloudflare_client::sdk::error;
use zt_risk_scoring::{AccountId, BehaviorMap, RiskLevel};

use super::*;
use crate::options::Output;

fn accounts(count: usize) -> Vec<Account> {
    let id = |number: usize| AccountId::new(format!("{number:032x}")).unwrap();
    (0..count).map(|number| Account { id: id(number), label: None, credentials: None }).collect()
}

fn map<const N: usize>(behaviors: [(&str, RiskLevel); N]) -> BehaviorMap {
    behaviors.into_iter().map(|(id, level)| (id, Behavior::new(id, level))).collect()
}

type Read = Option<Result<BehaviorsEvent, Error>>;

fn changed(before: &BehaviorMap, after: BehaviorMap) -> Read {
    Some(Ok(BehaviorsEvent::Changed { diff: before.diff(&after), behaviors: Arc::new(after) }))
}

fn state() -> Read {
    Some(Ok(BehaviorsEvent::State(Arc::default())))
}

fn recovered() -> Read {
    Some(Ok(BehaviorsEvent::Recovered(Arc::default())))
}

fn failed(kind: ErrorKind) -> Read {
    Some(Err(error(kind, "it failed")))
}

/// An event for each way in which a behavior changes.
fn changes() -> Read {
    let before = map([("changed", RiskLevel::Low), ("removed", RiskLevel::High)]);
    changed(&before, map([("changed", RiskLevel::Medium), ("added", RiskLevel::Low)]))
}

/// A failure after which an account is not read any more.
fn malformed() -> Read {
    Some(Err(AccountId::new("malformed").unwrap_err()))
}

/// What the events print, how watching ends, and the exit status of the last reads.
async fn print(
    output: Output,
    accounts: &[Account],
    events: Vec<Event>,
    until_change: bool,
) -> (String, Ending, ExitStatus) {
    let mut out = Vec::new();
    let mut rows = RowStream::new(output, accounts.len() > 1, &mut out);
    let mut reads = LastReads::new(accounts.len());
    assert!(rows.print_headings().unwrap().is_continue());
    let events = stream::iter(events);
    let ending = print_changes(accounts, events, &mut rows, &mut reads, until_change, |_| {}).await.unwrap();
    (String::from_utf8(out).unwrap(), ending, reads.exit_status())
}

#[tokio::test]
async fn changes_are_records_with_time_account_and_settings() {
    let (text, ending, status) = print(Output::Ndjson, &accounts(1), vec![(0, changes())], false).await;
    assert_eq!((ending, status), (Ending::NoReads, ExitStatus::Done));
    let mut rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for row in &mut rows {
        let time = row.as_object_mut().unwrap().remove("time").unwrap();
        let time = time.as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
        assert!(SystemTime::from(time).elapsed().unwrap() < Duration::from_secs(60), "{time}");
    }
    let account_id = "0".repeat(32);
    let settings = |level: &str| json!({"enabled": false, "risk_level": level});
    let expected = [
        ("added", "added", "disabled, low", Value::Null, settings("low")),
        ("changed", "changed", "", settings("low"), settings("medium")),
        ("removed", "removed", "disabled, high", settings("high"), Value::Null),
    ];
    assert_eq!(rows.len(), 3);
    for (mut row, (id, what, change, before, after)) in rows.into_iter().zip(expected) {
        if id == "changed" {
            let change = row.as_object_mut().unwrap().insert("change".to_owned(), "".into()).unwrap();
            assert!(change.as_str().unwrap().contains("low → medium"), "{change}");
        }
        let expected = json!({
            "account_id": account_id, "id": id, "what": what, "change": change, "before": before, "after": after,
        });
        assert_eq!(row, expected);
    }
}

#[tokio::test]
async fn table_has_headings_and_a_line_per_change() {
    let (text, ..) = print(Output::Table, &accounts(2), vec![(1, changes())], false).await;
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["ACCOUNT", "TIME", "ID", "WHAT", "CHANGE"]);
    let account = format!("{:032x}", 1);
    assert_eq!((lines.len(), lines[1][0], &lines[1][2..]), (4, &*account, &["added", "added", "disabled,", "low"][..]));
    assert!(lines[1][1].ends_with('Z'), "{text}");
}

#[tokio::test]
async fn first_change_ends_it_if_asked() {
    let events = || vec![(0, changes()), (1, changes())];
    let (text, ending, _) = print(Output::Ndjson, &accounts(2), events(), true).await;
    assert_eq!((text.lines().count(), ending), (3, Ending::Changed));
    let (text, ending, _) = print(Output::Ndjson, &accounts(2), events(), false).await;
    assert_eq!((text.lines().count(), ending), (6, Ending::NoReads));
}

#[tokio::test]
async fn state_and_recovery_are_no_rows() {
    let events = vec![(0, state()), (0, recovered())];
    let (text, ending, status) = print(Output::Json, &accounts(1), events, true).await;
    assert_eq!((&*text, ending, status), ("", Ending::NoReads, ExitStatus::Done));
}

#[tokio::test]
async fn exit_status_is_that_of_the_last_reads() {
    for (count, events, expected) in [
        (1, vec![], ExitStatus::Failed),
        (2, vec![(0, state())], ExitStatus::SomeFailed),
        (2, vec![(0, state()), (1, state())], ExitStatus::Done),
        (1, vec![(0, malformed())], ExitStatus::Usage),
        (1, vec![(0, malformed()), (0, state())], ExitStatus::Done),
        (2, vec![(0, state()), (0, malformed()), (1, state())], ExitStatus::Usage),
    ] {
        let (_, _, status) = print(Output::Json, &accounts(count), events, false).await;
        assert_eq!(status, expected);
    }
}

/// The messages about reads of two accounts.
async fn messages(events: Vec<Event>) -> Vec<String> {
    let (accounts, messages) = (accounts(2), RefCell::new(Vec::new()));
    let mut rows = RowStream::new(Output::Csv, true, Vec::new());
    let keep = |message: &str| {
        let (id, message) = message.split_once(": ").unwrap();
        messages.borrow_mut().push(format!("{}: {message}", id.trim_start_matches('0')));
    };
    let mut reads = LastReads::new(2);
    print_changes(&accounts, stream::iter(events), &mut rows, &mut reads, false, keep).await.unwrap();
    messages.into_inner()
}

#[tokio::test]
async fn failure_is_reported_when_it_begins_when_it_has_another_kind_and_when_it_ends() {
    let (down, rejected) = (|| failed(ErrorKind::Connection), || failed(ErrorKind::Permission));
    let events = [state(), down(), down(), down(), rejected(), rejected(), down(), recovered(), recovered(), down()];
    let reported = messages(events.into_iter().map(|event| (1, event)).collect()).await;
    let is_failure = |message: &str| message.contains("it failed") && message.contains("; hint: ");
    assert_eq!(reported.len(), 5, "{reported:?}");
    assert!([0, 1, 2, 4].iter().all(|&index| is_failure(&reported[index])), "{reported:?}");
    assert_eq!(reported[3], "1: reads succeed again; nothing changed");
}

#[tokio::test]
async fn failures_of_accounts_are_reported_one_by_one() {
    let down = || failed(ErrorKind::Connection);
    let reported = messages(vec![(0, down()), (1, down()), (0, down()), (1, down()), (1, changes())]).await;
    assert_eq!(reported.len(), 3, "{reported:?}");
    assert_eq!(reported[2], "1: reads succeed again; behaviors have changed meanwhile");
}

#[tokio::test]
async fn first_read_that_succeeds_after_failed_ones_is_reported() {
    let reported = messages(vec![(1, failed(ErrorKind::Timeout)), (1, state()), (1, recovered())]).await;
    assert_eq!(reported.len(), 2, "{reported:?}");
    assert_eq!(reported[1], "1: the first read succeeded; changes are noticed from now on");
    assert!(messages(vec![(1, state()), (1, changes())]).await.is_empty());
}

#[tokio::test]
async fn account_that_is_not_read_any_more_is_reported() {
    let reported = messages(vec![(1, malformed()), (1, None), (0, state())]).await;
    assert_eq!(reported.len(), 2, "{reported:?}");
    assert_eq!(reported[1], "1: the account is no longer watched: every read would fail alike");
}

#[tokio::test]
async fn stream_of_an_account_ends_with_an_event() {
    let malformed = AccountId::new("malformed").unwrap_err();
    let reads = with_end(3, stream::iter([Err(malformed)]));
    let events: Vec<_> = reads.map(|(number, event)| (number, event.is_some())).collect().await;
    assert_eq!(events, [(3, true), (3, false)]);
}

#[test]
fn introduction_warns_of_more_reads_than_the_quota_allows() {
    let introduction = |accounts, seconds| introduction(accounts, Duration::from_secs(seconds));
    assert_eq!(introduction(1, 5), "watching 1 account, every 5 s; Ctrl-C ends it");
    assert_eq!(introduction(240, 60), "watching 240 accounts, every 60 s; Ctrl-C ends it");
    assert!(introduction(241, 60).contains("\nwarning: ") && introduction(241, 60).contains("--interval 61"));
}

#[test]
fn interval_is_at_least_that_of_the_sdk() {
    assert_eq!(interval("5"), Ok(Duration::from_secs(5)));
    assert_eq!(interval("4"), Err("must be at least 5".to_owned()));
    assert!(interval("soon").is_err());
}
