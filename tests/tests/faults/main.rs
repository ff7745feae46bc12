//! Faults of the server and the network: the outcome of a call and the number of its requests, for each row of the
//! table in the documentation.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

mod compound;
mod connections;
mod fault;
mod methods;
mod posts;
mod responses;
mod times;

use std::fmt::Write;

use tokio::task::JoinSet;

use fault::{Fault, Section};

/// The table that the documentation includes.
const TABLE: &str = include_str!("../../../crates/cloudflare-client/src/faults.md");

/// How many rows run at once: most of their time is waiting.
const CONCURRENT_FAULTS: usize = 6;

fn sections() -> Vec<Section> {
    vec![
        connections::connections(),
        connections::http2(),
        connections::peers(),
        connections::tls(),
        responses::heads(),
        responses::bodies(),
        responses::large_bodies(),
        responses::content_codings(),
        responses::statuses(),
        times::rate_limits(),
        times::timeouts(),
        methods::puts(),
        methods::deletes(),
        posts::posts(),
    ]
}

#[tokio::test]
async fn every_fault_has_the_outcome_of_the_table() {
    // The calls run concurrently, since they mostly wait.
    let mut faults: Vec<_> = sections().into_iter().flat_map(|section| section.faults).collect();
    faults.sort_by_key(|fault| !fault.is_slow);
    let mut faults = faults.into_iter();
    let mut calls: JoinSet<()> = faults.by_ref().take(CONCURRENT_FAULTS).map(Fault::check).collect();
    let mut failed = 0;
    while let Some(call) = calls.join_next().await {
        // The panic of a row is printed when it happens.
        failed += usize::from(call.is_err());
        if let Some(fault) = faults.next() {
            calls.spawn(fault.check());
        }
    }
    assert_eq!(failed, 0, "rows failed");
}

#[test]
fn table_of_the_documentation_has_these_faults() {
    let table = table();
    assert_eq!(TABLE, table, "replace crates/cloudflare-client/src/faults.md with:\n{table}");
}

fn table() -> String {
    let mut table = String::new();
    for section in sections() {
        let has_sent_column = section.has_sent_column();
        let (column, line) = if has_sent_column { (" May have been sent |", "---|") } else { ("", "") };
        let gap = if table.is_empty() { "" } else { "\n" };
        let Section { title, subject, faults } = section;
        write!(table, "{gap}## {title}\n\n| {subject} | The call returns | Requests |{column}\n|---|---|---|{line}\n")
            .unwrap();
        for fault in faults {
            let outcome = fault.error.map_or_else(|| "the value".to_owned(), |kind| format!("`{kind}`"));
            let sent = match fault.error {
                _ if !has_sent_column => "",
                Some(_) if !fault.may_have_been_sent => " no |",
                _ => " yes |",
            };
            writeln!(table, "| {} | {outcome} | {} |{sent}", fault.text, fault.requests).unwrap();
        }
    }
    table
}
