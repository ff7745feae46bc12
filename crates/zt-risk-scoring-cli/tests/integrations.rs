//! Runs `zt-risk integrations` against a simulator with faults.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a panic fails the test")]

mod common;

use serde_json::{Value, json};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::simulator::{Fault, Integration, OmittedReferenceId, Response, UrlForm, Uuid, operations};

use common::{Run, run, writes};

const ID: &str = "66666666-6666-4666-8666-666666666666";
const OTHER: &str = "77777777-7777-4777-8777-777777777777";
const TENANT: &str = "https://example.okta.com";

/// A simulator with an integration that has a reference.
fn simulator() -> Simulator {
    let simulator = Simulator::start_blocking();
    let mut integration = Integration::new(Uuid::parse_str(ID).unwrap(), TENANT);
    integration.reference_id = Some("main".to_owned());
    simulator.edit(simulator.account_id(), |account| account.integrations_mut().push(integration));
    simulator
}

fn integrations(simulator: &Simulator) -> Vec<Integration> {
    simulator.account(simulator.account_id()).unwrap().integrations().to_vec()
}

/// Runs a command with JSON, and confirms its change.
fn change(simulator: &Simulator, arguments: &[&str]) -> Run {
    run(simulator, &[&["integrations"], arguments, &["--yes", "--output", "json"]].concat())
}

#[test]
fn integration_is_found_by_its_id_and_by_its_reference() {
    let simulator = simulator();
    for arguments in [&["list"][..], &["show", ID], &["show", "--reference", "main"]] {
        let found = run(&simulator, &[&["integrations"], arguments, &["--output", "json"]].concat());
        assert_eq!((found.status, found.values("id")), (Some(0), vec![json!(ID)]), "{found:?}");
        let row = &found.json()[0];
        assert_eq!((&row["active"], &row["reference_id"]), (&json!(true), &json!("main")));
        assert_eq!((&row["account_id"], &row["tenant_url"]), (&json!(simulator.account_id()), &json!(TENANT)));
        assert!(row["well_known_url"].as_str().unwrap().contains(ID), "{row}");
    }
    let missing = run(&simulator, &["integrations", "show", OTHER]);
    assert_eq!(missing.status, Some(1));
    assert!(missing.stderr.contains("`zt-risk integrations list` lists the integrations"), "{missing:?}");
}

#[test]
fn mistyped_value_is_null_with_a_warning_that_names_the_property() {
    let simulator = simulator();
    let odd = json!({"id": ID, "active": true, "integration_type": "Okta", "tenant_url": TENANT, "created_at": 17});
    let body = json!({"success": true, "result": [odd]});
    simulator.inject(Fault::respond(Response::json(200, &body)).on(operations::LIST_INTEGRATIONS));
    let list = run(&simulator, &["integrations", "list", "--output", "json"]);
    assert_eq!((list.status, list.values("created_at")), (Some(0), vec![json!(null)]), "{list:?}");
    assert!(list.stderr.contains("`created_at` of 1 integration does not") && !list.stderr.contains("17"), "{list:?}");
}

#[test]
fn creation_whose_response_is_lost_is_sent_once() {
    for (reference, status) in [(&["--reference", "new"][..], Some(0)), (&[], Some(8))] {
        let simulator = simulator();
        let lost = Fault::reset().after_operation().on(operations::CREATE_INTEGRATION);
        let fault = simulator.inject(lost);
        let created = change(&simulator, &[&["create", "--tenant-url", "https://new.okta.com"], reference].concat());
        assert_eq!((created.status, fault.happened(), writes(&simulator).len()), (status, 1, 1), "{created:?}");
        assert_eq!(integrations(&simulator).len(), 2);
        if status == Some(8) {
            assert!(created.stderr.contains("`zt-risk integrations list` shows the integrations"), "{created:?}");
        } else {
            assert_eq!(created.values("outcome"), ["created"]);
        }
    }
}

#[test]
fn created_integration_that_is_not_as_asked_for_is_reported() {
    let simulator = simulator();
    let other = json!({"id": OTHER, "active": false, "integration_type": "Okta", "tenant_url": TENANT});
    let body = json!({"success": true, "result": other});
    simulator.inject(Fault::respond(Response::json(200, &body)).on(operations::CREATE_INTEGRATION));
    let created = change(&simulator, &["create", "--tenant-url", TENANT]);
    assert_eq!(created.status, Some(8), "{created:?}");
    let error: Value = serde_json::from_str(created.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(error["error"]["kind"], "not_verified");
    assert!(error["error"]["message"].as_str().unwrap().contains("active yes → no"), "{error}");
}

#[test]
fn update_changes_what_is_given_and_keeps_the_rest() {
    for omitted_reference_id in OmittedReferenceId::ALL {
        let simulator = simulator();
        let mut unknowns = simulator.unknowns();
        unknowns.omitted_reference_id = *omitted_reference_id;
        simulator.set_unknowns(unknowns);
        for (arguments, active, tenant, reference) in [
            (&["--deactivate"][..], false, TENANT, Some("main")),
            (&["--tenant-url", "https://new.okta.com"], false, "https://new.okta.com", Some("main")),
            (&["--activate", "--clear-reference"], true, "https://new.okta.com", None),
            (&["--reference", "new"], true, "https://new.okta.com", Some("new")),
        ] {
            let updated = change(&simulator, &[&["update", ID], arguments].concat());
            assert_eq!((updated.status, updated.values("outcome")), (Some(0), vec![json!("updated")]), "{updated:?}");
            let after = json!({"active": active, "tenant_url": tenant, "reference_id": reference});
            assert_eq!(updated.values("after"), [after]);
            let stored = &integrations(&simulator)[0];
            assert_eq!((stored.active, stored.tenant_url.as_str()), (active, tenant));
            assert_eq!(stored.reference_id.as_deref(), reference);
        }
    }
}

#[test]
fn update_that_is_not_taken_over_is_reported() {
    let simulator = simulator();
    let undo = Fault::writer(|account| account.integrations_mut()[0].active = true);
    let fault = simulator.inject(undo.after_operation().on(operations::UPDATE_INTEGRATION));
    let updated = change(&simulator, &["update", ID, "--deactivate"]);
    assert_eq!((updated.status, fault.happened()), (Some(8), 1), "{updated:?}");
    assert!(updated.stderr.contains("active no → yes") && updated.stdout.is_empty(), "{updated:?}");

    fault.remove();
    simulator.inject(Fault::status(500).on(operations::GET_INTEGRATION).skip(1));
    let unread = change(&simulator, &["update", ID, "--deactivate", "--timeout", "2"]);
    assert_eq!(unread.status, Some(8), "{unread:?}");
    assert!(unread.stderr.contains("could not be read after the change"), "{unread:?}");
}

#[test]
fn update_is_verified_although_the_api_writes_the_tenant_without_a_scheme() {
    let simulator = simulator();
    let mut unknowns = simulator.unknowns();
    unknowns.tenant_url = UrlForm::Relative;
    simulator.set_unknowns(unknowns);
    let updated = change(&simulator, &["update", ID, "--tenant-url", "https://new.okta.com"]);
    assert_eq!(updated.status, Some(0), "{updated:?}");
    let created = change(&simulator, &["create", "--tenant-url", "https://newer.okta.com"]);
    assert_eq!(created.status, Some(0), "{created:?}");
}

#[test]
fn update_without_a_change_sends_no_put() {
    let simulator = simulator();
    let same = change(&simulator, &["update", ID, "--activate", "--tenant-url", TENANT, "--reference", "main"]);
    assert_eq!((same.status, same.values("outcome")), (Some(0), vec![json!("unchanged")]), "{same:?}");
    assert!(writes(&simulator).is_empty());
}

#[test]
fn deletion_is_verified() {
    let simulator = simulator();
    let deleted = change(&simulator, &["delete", ID]);
    assert_eq!((deleted.status, deleted.values("outcome")), (Some(0), vec![json!("deleted")]), "{deleted:?}");
    assert!(deleted.stderr.contains(&format!("integration {ID}: delete Okta for {TENANT}")), "{deleted:?}");
    assert!(integrations(&simulator).is_empty());

    let simulator = self::simulator();
    let ignored = Response::json(200, &json!({"success": true, "result": null}));
    simulator.inject(Fault::respond(ignored).on(operations::DELETE_INTEGRATION));
    let kept = change(&simulator, &["delete", ID]);
    assert_eq!(kept.status, Some(8), "{kept:?}");
    assert!(kept.stderr.contains("still exists"), "{kept:?}");
}

#[test]
fn dry_run_and_missing_confirmation_send_no_change() {
    let simulator = simulator();
    for arguments in
        [&["create", "--tenant-url", "https://new.okta.com"][..], &["update", ID, "--deactivate"], &["delete", ID]]
    {
        let command = [&["integrations"], arguments].concat();
        let planned = run(&simulator, &[&command[..], &["--dry-run", "--output", "json"]].concat());
        assert_eq!((planned.status, planned.values("outcome")), (Some(3), vec![json!("planned")]), "{planned:?}");
        simulator.clear_requests();
        let unconfirmed = run(&simulator, &command);
        assert_eq!(unconfirmed.status, Some(2), "{unconfirmed:?}");
        assert!(unconfirmed.stderr.contains("--yes"), "{unconfirmed:?}");
        assert!(simulator.requests().is_empty());
    }
    assert_eq!(integrations(&simulator).len(), 1);
}

#[test]
fn invalid_arguments_are_rejected_before_anything_is_sent() {
    let simulator = simulator();
    for (arguments, part) in [
        (&["show"][..], "required"),
        (&["show", "main"], "the integration id has 4 characters"),
        (&["update", ID], "required"),
        (&["update", ID, "--activate", "--deactivate"], "cannot be used with"),
        (&["create", "--tenant-url", "example.okta.com"], "--tenant-url"),
        (&["create", "--tenant-url", "https://ana:do-not-print@example.okta.com"], "has credentials"),
        (&["update", ID, "--tenant-url", "https://example.okta.com/?key=do-not-print"], "has a query"),
        (&["update", ID, "--tenant-url", "http://example.okta.com"], "begin with https://"),
        (&["create", "--tenant-url", TENANT, "--type", "okto"], "okto"),
        (&["delete", ID, "--account-id", simulator.account_id(), "--account-id", &"0".repeat(32)], "one account"),
    ] {
        let rejected = run(&simulator, &[&["integrations"], arguments].concat());
        assert_eq!(rejected.status, Some(2), "{rejected:?}");
        assert!(rejected.stderr.contains(part) && !rejected.stderr.contains("do-not-print"), "{part}: {rejected:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[test]
fn part_of_a_list_is_a_failure() {
    let simulator = simulator();
    let list = |operation, result: Value, info: Value| {
        let body = json!({"success": true, "result": result, "result_info": info});
        let fault = simulator.inject(Fault::respond(Response::json(200, &body)).on(operation));
        let command = if operation == operations::LIST_INTEGRATIONS { "integrations" } else { "users" };
        let run = run(&simulator, &[command, "list", "--output", "json"]);
        fault.remove();
        run
    };
    for (operation, result) in
        [(operations::LIST_INTEGRATIONS, json!(null)), (operations::GET_SUMMARY, json!({"users": [{}]}))]
    {
        let items = if result.is_null() { 0 } else { 1 };
        for (info, message) in [
            (json!({"total_count": 7}), format!("{items} of 7 items")),
            (json!({"total_pages": 3}), format!("{items} items, which are one of 3 pages")),
            (json!({"cursor": "x"}), format!("{items} items, and a cursor of more")),
        ] {
            let part = list(operation, result.clone(), info);
            assert_eq!((part.status, part.stdout.as_str()), (Some(1), ""), "{part:?}");
            assert!(part.stderr.contains(&message) && part.stderr.contains(r#""kind":"incomplete""#), "{part:?}");
        }
        let whole = list(operation, result, json!({"total_count": items, "total_pages": 1}));
        assert_eq!((whole.status, whole.json().as_array().unwrap().len()), (Some(0), items), "{whole:?}");
    }
    // Null is a list without integrations, as the API documents it. It is no summary of users.
    let null = list(operations::GET_SUMMARY, json!(null), json!({}));
    assert_eq!((null.status, null.stdout.as_str()), (Some(1), ""), "{null:?}");
}
