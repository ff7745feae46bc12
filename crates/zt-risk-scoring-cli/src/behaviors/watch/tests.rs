use std::sync::Arc;

use serde_json::{Value, json};
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

fn changed(before: &BehaviorMap, after: BehaviorMap) -> Result<BehaviorsEvent, Error> {
    Ok(BehaviorsEvent::Changed { diff: before.diff(&after), behaviors: Arc::new(after) })
}

/// An event for each way in which a behavior changes.
fn changes() -> Result<BehaviorsEvent, Error> {
    let before = map([("changed", RiskLevel::Low), ("removed", RiskLevel::High)]);
    changed(&before, map([("changed", RiskLevel::Medium), ("added", RiskLevel::Low)]))
}

/// A failure after which an account is not read any more.
fn malformed() -> Result<BehaviorsEvent, Error> {
    Err(AccountId::new("malformed").unwrap_err())
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
    let ending = print_changes(accounts, stream::iter(events), &mut rows, &mut reads, until_change).await.unwrap();
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
    let state = Arc::new(map([("imp_travel", RiskLevel::Low)]));
    let events = vec![(0, Ok(BehaviorsEvent::State(Arc::clone(&state)))), (0, Ok(BehaviorsEvent::Recovered(state)))];
    let (text, ending, status) = print(Output::Json, &accounts(1), events, true).await;
    assert_eq!((&*text, ending, status), ("", Ending::NoReads, ExitStatus::Done));
}

#[tokio::test]
async fn exit_status_is_that_of_the_last_reads() {
    let state = || Ok(BehaviorsEvent::State(Arc::default()));
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
