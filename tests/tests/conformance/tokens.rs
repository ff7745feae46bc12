//! The operations of the SDK of API tokens, against the simulator and their generated mocks.

use std::time::{Duration, SystemTime};

use api_tokens::operations::types::{TokenState, TokenStatus};
use api_tokens::{Client, Credentials, Error, ErrorKind, Metadata, RetryConfig};
use api_tokens_mock::MockServerExt;
use serde_json::{Value, json};
use zt_risk_scoring_mock::Simulator;
use zt_risk_scoring_mock::httpmock::{MockServer, Then};
use zt_risk_scoring_mock::simulator::{Fault, Permissions, Quota, Response, Token};
use zt_risk_scoring_tests::{ACCOUNT_ID, Body, Failure, RAY, TOKEN, client_of};

/// Verifies a token as one of the user, or of the account.
async fn verify(client: &Client, of_account: bool) -> Result<(TokenStatus, Metadata), Error> {
    let operations = client.operations();
    let request = if of_account { operations.verify_account_token() } else { operations.verify_user_token() };
    Ok(request.send().await?.into_parts())
}

fn client(base_url: String, credentials: Credentials) -> Client {
    let builder = Client::builder().credentials(credentials).account_id(ACCOUNT_ID).base_url(base_url);
    builder.retry(RetryConfig::none()).build().unwrap()
}

fn token(text: &str) -> Credentials {
    Credentials::api_token(text).unwrap()
}

/// A status in JSON, without the id, which the server chooses.
fn status(verified: &(TokenStatus, Metadata)) -> Value {
    let mut status = json!(verified.0);
    assert!(status["id"].take().is_string());
    status
}

#[tokio::test]
async fn simulator_returns_the_status_of_every_token() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let simulator = Simulator::start().await;
    let client = client(simulator.base_url(), token(TOKEN));
    let (before, after) = (now - Duration::from_secs(60), now + Duration::from_secs(60));
    for (new, expected) in [
        (Token::new(TOKEN), json!({"status": "active"})),
        (Token::new(TOKEN).permissions(Permissions::none()), json!({"status": "active"})),
        (Token::new(TOKEN).disabled(), json!({"status": "disabled"})),
        (
            Token::new(TOKEN).expires_on(before),
            json!({"status": "expired", "expires_on": "2027-01-15T07:59:00.000000Z"}),
        ),
        (
            Token::new(TOKEN).not_before(after).expires_on(after),
            json!({"status": "active", "not_before": "2027-01-15T08:01:00.000000Z", "expires_on": "2027-01-15T08:01:00.000000Z"}),
        ),
    ] {
        for of_account in [false, true] {
            simulator.set_time(now);
            simulator.add_token(if of_account { new.clone().of_account(ACCOUNT_ID) } else { new.clone() });
            let verified = verify(&client, of_account).await.unwrap();
            let mut expected = expected.clone();
            expected["id"] = Value::Null;
            assert_eq!(status(&verified), expected);
            let codes: Vec<_> = verified.1.messages().iter().filter_map(|message| message.code()).collect();
            let is_active = verified.0.status == TokenState::Active;
            assert_eq!(codes, if is_active { vec![10_000] } else { vec![] }, "{expected}");
            assert!(verified.1.cf_ray().is_some());
            // It is the token of the other kind that is unknown.
            let error = verify(&client, !of_account).await.unwrap_err();
            assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::Authentication, Some(1000)));
        }
    }
}

#[tokio::test]
async fn simulator_verifies_no_unknown_token_and_no_global_key() {
    let simulator = Simulator::start().await;
    let (email, key) = simulator.global_key();
    for credentials in [token("cfut_another"), Credentials::global_key(email, key).unwrap()] {
        let client = client(simulator.base_url(), credentials);
        for of_account in [false, true] {
            let error = verify(&client, of_account).await.unwrap_err();
            assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Authentication, 401));
            assert_eq!((error.errors()[0].code(), error.attempts()), (Some(1000), 1));
        }
    }
}

#[tokio::test]
async fn token_has_one_quota_for_both_sdks() {
    let simulator = Simulator::start().await;
    for is_first in [true, false] {
        simulator.set_quota(Some(Quota::new(1, Failure::BLOCK)));
        let tokens = client(simulator.base_url(), token(simulator.api_token()));
        let error = if is_first {
            verify(&tokens, false).await.unwrap();
            client_of(&simulator).behaviors().get().await.unwrap_err()
        } else {
            client_of(&simulator).behaviors().get().await.unwrap();
            verify(&tokens, false).await.unwrap_err()
        };
        assert_eq!((error.kind(), error.errors()[0].code()), (ErrorKind::RateLimited, Some(971)));
    }
}

/// The failures that verifying a token can have.
fn failures() -> Vec<(Failure, ErrorKind)> {
    vec![
        (Failure::MissingCredentials, ErrorKind::Authentication),
        (Failure::MalformedAuthorization, ErrorKind::Authentication),
        (Failure::EdgePage(403), ErrorKind::Permission),
        (Failure::EdgePage(521), ErrorKind::Server),
        (Failure::Unsuccessful, ErrorKind::Api),
        (Failure::NullResult, ErrorKind::Decode),
        (Failure::MissingResult, ErrorKind::Decode),
    ]
}

#[tokio::test]
async fn verification_fails_with_the_simulator_and_the_mocks_alike() {
    for (failure, kind) in failures() {
        let (content_type, body) = match failure.body() {
            Body::Envelope(body) => ("application/json", body.to_string()),
            Body::Page(page) => ("text/html", page),
        };
        let simulator = Simulator::start().await;
        simulator.inject(Fault::respond(Response::new(failure.status(), content_type, body.clone())));
        let mocks = MockServer::start_async().await;
        let respond = |then: Then| {
            then.status(failure.status()).header("content-type", content_type).header("cf-ray", RAY).body(&body);
        };
        mocks.verify_user_token(|_, then| respond(then.into_inner()));
        mocks.verify_account_token(|when, then| {
            when.account_id(ACCOUNT_ID);
            respond(then.into_inner());
        });
        for base_url in [simulator.base_url(), mocks.base_url()] {
            let client = client(base_url, token(TOKEN));
            for of_account in [false, true] {
                let error = verify(&client, of_account).await.unwrap_err();
                assert_eq!((error.kind(), error.status().unwrap().as_u16()), (kind, failure.status()), "{failure:?}");
                assert!(error.cf_ray().is_some(), "{failure:?}");
            }
        }
    }
}
