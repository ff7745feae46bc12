//! Changes of users and of integrations that fail.

use serde_json::{Value, json};
use zt_risk_scoring_mock::simulator::operations::{
    CREATE_INTEGRATION, DELETE_INTEGRATION, GET_SUMMARY, LIST_INTEGRATIONS, RESET_USER_RISK, UPDATE_INTEGRATION,
};
use zt_risk_scoring_mock::simulator::{Fault, Integration, Permissions, Response, Token, User, Uuid};

use super::{Setup, column, expect};

const USERS: [&str; 3] = [
    "11111111-1111-4111-8111-111111111111",
    "22222222-2222-4222-8222-222222222222",
    "33333333-3333-4333-8333-333333333333",
];
const INTEGRATION: &str = "66666666-6666-4666-8666-666666666666";

fn setup() -> Setup {
    let setup = Setup::new();
    setup.simulator.edit(setup.simulator.account_id(), |account| {
        for id in USERS {
            account.put_user(User::new(id.parse().unwrap(), "ana@example.com", "Ana"));
        }
        account.integrations_mut().push(Integration::new(INTEGRATION.parse::<Uuid>().unwrap(), "https://old.okta.com"));
    });
    setup
}

/// Every command that changes a user or an integration, and its operation.
fn commands() -> [(String, zt_risk_scoring_mock::simulator::Operation); 4] {
    [
        (format!("users reset {} --yes", USERS[0]), RESET_USER_RISK),
        ("integrations create --tenant-url https://new.okta.com --yes".to_owned(), CREATE_INTEGRATION),
        (format!("integrations update {INTEGRATION} --deactivate --yes"), UPDATE_INTEGRATION),
        (format!("integrations delete {INTEGRATION} --yes"), DELETE_INTEGRATION),
    ]
}

#[test]
fn change_that_a_token_may_not_make_is_a_rejected_write() {
    let setup = setup();
    setup.simulator.add_token(Token::new("cfut_reader").permissions(Permissions::read_only()));
    for (command, _) in commands() {
        let arguments = shell_words::split(&command).unwrap();
        let (stdout, stderr) = expect(8, &setup.run_with(&arguments, &[("CLOUDFLARE_API_TOKEN", "cfut_reader")]));
        assert_eq!(stdout, "", "{command}");
        assert!(stderr.contains("grant the token the permission Zero Trust Write"), "{stderr}");
    }
    assert_eq!(setup.simulator.account(setup.simulator.account_id()).unwrap().integrations().len(), 1);
}

#[test]
fn change_whose_response_is_lost_is_not_verified_and_not_sent_again() {
    for (command, operation) in commands() {
        let setup = setup();
        let lost = setup.simulator.inject(Fault::reset().after_operation().on(operation));
        let (stdout, stderr) = setup.expect(8, &command);
        assert_eq!(stdout, "", "{command}");
        assert!(stderr.contains("hint: the change may have been made"), "{stderr}");
        // Only a POST has an effect that differs if it is made twice.
        if operation == RESET_USER_RISK || operation == CREATE_INTEGRATION {
            assert_eq!(lost.happened(), 1, "{command}");
        }
    }
}

#[test]
fn failure_of_the_read_before_a_change_has_its_own_status() {
    for (response, status) in [
        (Response::too_many_requests(std::time::Duration::from_secs(300)), 6),
        (Response::plan_lacks_feature(), 5),
        (Response::invalid_token(), 4),
    ] {
        let setup = setup();
        setup.simulator.inject(Fault::respond(response.clone()).on(GET_SUMMARY));
        setup.simulator.inject(Fault::respond(response).on(LIST_INTEGRATIONS));
        setup.expect(status, &format!("users reset {} --yes", USERS[0]));
        setup.expect(status, "users list");
        setup.expect(status, "integrations list");
        setup.expect_no_writes();
    }
}

#[test]
fn users_can_be_reset_without_the_permission_to_read_them() {
    let setup = setup();
    setup.simulator.add_token(Token::new("cfut_writer").permissions(Permissions::without_pii()));
    let arguments = ["users", "reset", USERS[0], "--yes", "--output", "json"].map(str::to_owned);
    let (stdout, _) = expect(0, &setup.run_with(&arguments, &[("CLOUDFLARE_API_TOKEN", "cfut_writer")]));
    let rows: Vec<Value> = serde_json::from_str(&stdout).unwrap();
    assert_eq!((column(&rows, "outcome"), column(&rows, "max_risk_level")), (vec!["reset"], vec!["-"]));
    assert_eq!(setup.writes(), [0]);
}

#[test]
fn failed_reset_stops_a_run_unless_it_keeps_going() {
    let setup = setup();
    let users = USERS.join(" ");
    let fail =
        || setup.simulator.inject(Fault::respond(Response::missing_permission()).on(RESET_USER_RISK).skip(1).once());
    let _fault = fail();
    let rows = setup.rows(8, &format!("users reset {users} --yes"));
    assert_eq!(column(&rows, "outcome"), ["reset", "failed", "not_started"]);
    assert_eq!(column(&rows, "user_id"), USERS);
    assert_eq!(rows[1]["may_have_been_reset"], false);
    assert_eq!(setup.writes().len(), 2);
    let _fault = fail();
    let rows = setup.rows(8, &format!("users reset {users} --yes --keep-going"));
    assert_eq!(column(&rows, "outcome"), ["reset", "failed", "reset"]);
    assert_eq!(setup.writes().len(), 3);
    let (_, stderr) = setup.expect(2, &format!("users reset {users} --yes --limit 2"));
    assert!(stderr.contains("3 users are more than the limit of 2"), "{stderr}");
    setup.expect_no_requests();
}

#[test]
fn change_of_several_accounts_is_a_usage_error() {
    let setup = setup();
    setup.simulator.add_account(&"1".repeat(32));
    setup.write("accounts.txt", &format!("{}\n{}\n", setup.simulator.account_id(), "1".repeat(32)));
    for (command, _) in commands() {
        let (_, stderr) = setup.expect(2, &format!("{command} --accounts-file accounts.txt"));
        assert!(stderr.contains("works on one account, and 2 are given"), "{stderr}");
    }
    setup.expect_no_requests();
}

#[test]
fn change_that_is_not_taken_over_is_not_verified() {
    let setup = setup();
    let reactivate = Fault::writer(|account| account.integrations_mut()[0].active = true);
    setup.simulator.inject(reactivate.after_operation().on(UPDATE_INTEGRATION));
    let (stdout, stderr) = setup.expect(8, &format!("integrations update {INTEGRATION} --deactivate --yes"));
    assert_eq!(stdout, "");
    assert!(stderr.contains("is not as it was asked for: active no → yes"), "{stderr}");

    let success = json!({"success": true, "errors": [], "messages": [], "result": null});
    setup.simulator.inject(Fault::respond(Response::json(200, &success)).on(DELETE_INTEGRATION));
    let (stdout, stderr) = setup.expect(8, &format!("integrations delete {INTEGRATION} --yes"));
    assert_eq!(stdout, "");
    assert!(stderr.contains("still exists"), "{stderr}");
}
