//! Calls of the SDK that send several requests: the outcome and the requests for each row of the table in its
//! documentation.

use std::fmt::Write;
use std::time::Duration;

use zt_risk_scoring::{BehaviorChanges, Credentials, NewIntegration, RetryConfig};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::operations::{CREATE_INTEGRATION, GET_BEHAVIORS, UPDATE_BEHAVIORS};
use zt_risk_scoring_mock::simulator::{Account, Fault, Response};
use zt_risk_scoring_tests::builder;

/// The table that the documentation includes.
const TABLE: &str = include_str!("../../../crates/zt-risk-scoring/src/faults.md");

#[derive(Clone, Copy, Eq, PartialEq)]
enum Call {
    Create,
    CreateWithoutReference,
    Apply,
}

struct Row {
    call: Call,
    /// What happens.
    text: &'static str,
    fault: Fault,
    outcome: &'static str,
    /// The methods of the requests that are sent.
    requests: &'static str,
}

/// What a creation returns.
const CREATED: &str = "the integration";
/// What an application returns.
const APPLIED: &str = "what was done";

fn creations() -> Vec<Row> {
    let row = |text, fault: Fault, outcome, requests| {
        let fault = fault.on(CREATE_INTEGRATION);
        Row { call: Call::Create, text, fault, outcome, requests }
    };
    let hang = || Fault::delay(Duration::from_secs(3_600));
    let blocked = Response::too_many_requests(Duration::from_secs(300));
    let invalid = Response::invalid_body("/tenant_url", "no");
    let lost = || Fault::reset().after_operation();
    vec![
        row("the response is lost", lost(), CREATED, "POST GET"),
        row("the request is lost", Fault::reset(), "`connection`", "POST GET"),
        row("the response takes too long", hang().after_operation(), CREATED, "POST GET"),
        row("the request takes too long", hang(), "`timeout`", "POST GET"),
        row("the body of the response is cut off", Fault::truncate(9), CREATED, "POST GET"),
        row("500, and the integration is created", Fault::status(500).after_operation(), CREATED, "POST GET"),
        row("500", Fault::status(500), "`server`", "POST GET"),
        row("503", Fault::status(503), "`server`", "POST GET"),
        row("429 and `Retry-After: 300`", Fault::respond(blocked), "`rate_limited`", "POST"),
        row("400", Fault::respond(invalid), "`api`", "POST"),
        row("403", Fault::respond(Response::missing_permission()), "`permission`", "POST"),
        Row {
            call: Call::CreateWithoutReference,
            ..row("the response is lost, and there is no reference", lost(), "`connection`", "POST")
        },
        Row { fault: lost(), ..row("every response is lost", lost(), "`connection`", "POST GET GET GET") },
    ]
}

fn applications() -> Vec<Row> {
    let row = |text, fault, outcome, requests| Row { call: Call::Apply, text, fault, outcome, requests };
    let put = |fault: Fault| fault.on(UPDATE_BEHAVIORS);
    let forbidden = || Fault::respond(Response::missing_permission());
    let edit = |id: &'static str| {
        Fault::writer(move |account: &mut Account| {
            account.behaviors_mut().get_mut(id).unwrap().risk_level = "low".to_owned();
        })
    };
    let hang = || Fault::delay(Duration::from_secs(3_600));
    vec![
        row("the response to the PUT is lost", put(Fault::reset().after_operation()), APPLIED, "GET PUT GET"),
        row("the first PUT is lost", put(Fault::reset().once()), APPLIED, "GET PUT GET PUT GET"),
        row("every PUT is lost", put(Fault::reset()), "`Write`", "GET PUT GET PUT GET PUT GET"),
        row("the response to the PUT takes too long", put(hang().after_operation()), APPLIED, "GET PUT GET"),
        row("503 to the first PUT", put(Fault::status(503).once()), APPLIED, "GET PUT GET PUT GET"),
        row("403 to the PUT", put(forbidden()), "`Write`", "GET PUT GET"),
        row("403 to the GET before the PUT", forbidden().on(GET_BEHAVIORS), "`Read`", "GET"),
        row("403 to the GET after the PUT", forbidden().on(GET_BEHAVIORS).skip(1), "`Unknown`", "GET PUT GET"),
        row("another writer changes the behavior before", edit("imp_travel").on(GET_BEHAVIORS), "`Outdated`", "GET"),
        row("another writer changes another behavior meanwhile", put(edit("high_dlp")), "`Mismatch`", "GET PUT GET"),
    ]
}

/// The outcome of a row and the methods of its requests.
async fn outcome(row: &Row) -> (String, String) {
    let simulator = Simulator::start().await;
    let client = builder(simulator.base_url())
        .credentials(Credentials::api_token(simulator.api_token()).unwrap())
        .account_id(simulator.account_id())
        .retry(RetryConfig::default())
        .build()
        .unwrap();
    let plan = client.behaviors().plan(BehaviorChanges::new().enable("imp_travel")).await.unwrap();
    simulator.clear_requests();
    simulator.inject(row.fault.clone());
    let outcome = if row.call == Call::Apply {
        match client.behaviors().apply(&plan).await {
            Ok(_) => APPLIED.to_owned(),
            Err(error) => format!("`{:?}`", error.kind()),
        }
    } else {
        let new = NewIntegration::okta("https://tenant.okta.com").unwrap();
        let has_reference = row.call == Call::Create;
        let new = if has_reference { new.reference("primary".parse().unwrap()) } else { new };
        match client.integrations().create(new).await {
            Ok(_) => CREATED.to_owned(),
            Err(error) => format!("`{}`", error.kind()),
        }
    };
    let methods: Vec<_> = simulator.requests().iter().map(|request| request.method().to_owned()).collect();
    (outcome, methods.join(" "))
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_compound_call_has_the_outcome_of_the_table() {
    for row in creations().into_iter().chain(applications()) {
        let expected = (row.outcome.to_owned(), row.requests.to_owned());
        assert_eq!(outcome(&row).await, expected, "{}", row.text);
    }
}

#[test]
fn table_of_the_documentation_has_the_faults_of_compound_calls() {
    let mut table = String::new();
    for (call, rows) in [("`integrations().create(…)`", creations()), ("`behaviors().apply(…)`", applications())] {
        let gap = if table.is_empty() { "" } else { "\n" };
        write!(table, "{gap}| Fault of {call} | The call returns | Requests |\n|---|---|---|\n").unwrap();
        for Row { text, outcome, requests, .. } in rows {
            writeln!(table, "| {text} | {outcome} | {requests} |").unwrap();
        }
    }
    assert_eq!(TABLE, table, "replace crates/zt-risk-scoring/src/faults.md with:\n{table}");
}
