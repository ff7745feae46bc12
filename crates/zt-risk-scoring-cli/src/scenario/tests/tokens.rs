//! Tokens: what they permit, and when.

use zt_risk_scoring::{Credentials, ErrorKind, RetryConfig};

use super::{ACCOUNT_ID, ANA, OTHER_ID, Session, client};

#[tokio::test]
async fn token_has_what_its_keys_say() {
    let session = Session::of(&format!(
        r#"
        accounts = [{{ id = "{ACCOUNT_ID}" }}, {{ id = "{OTHER_ID}" }}]
        clock = {{ start = 2030-01-01T00:00:00Z, stopped = true }}
        [[tokens]]
        text = "cfut_all"
        [[tokens]]
        text = "cfut_reader"
        permissions = ["read"]
        [[tokens]]
        text = "cfut_writer"
        permissions = ["write"]
        [[tokens]]
        text = "cfut_pii"
        permissions = ["pii_read"]
        [[tokens]]
        text = "cfut_other"
        accounts = ["{OTHER_ID}"]
        [[tokens]]
        text = "cfut_disabled"
        disabled = true
        [[tokens]]
        text = "cfut_future"
        not_before = 2030-01-01T00:00:01Z
        [[tokens]]
        text = "cfut_expired"
        expires_on = 2030-01-01T00:00:00Z
        "#
    ))
    .await;
    assert!(session.behaviors().await.is_ok());
    let token = |text| client(&session.simulator, text, ACCOUNT_ID);
    let read = async |text| token(text).behaviors().get().await.map_err(|error| error.kind());
    let users = async |text| token(text).users().summary().await.map_err(|error| error.kind());
    let reset = async |text| token(text).users().reset(ANA.parse().unwrap()).await.map_err(|error| error.kind());

    assert!(read("cfut_reader").await.is_ok() && read("cfut_writer").await.is_ok());
    assert_eq!(read("cfut_pii").await, Err(ErrorKind::Permission));
    assert!(users("cfut_pii").await.is_ok());
    assert_eq!(users("cfut_reader").await.unwrap_err(), ErrorKind::Permission);
    // The account has no users: a token with the permission learns it.
    assert_eq!(reset("cfut_reader").await.unwrap_err(), ErrorKind::Permission);
    assert_eq!(reset("cfut_writer").await.unwrap_err(), ErrorKind::NotFound);
    assert_eq!(read("cfut_other").await, Err(ErrorKind::Permission));
    assert!(client(&session.simulator, "cfut_other", OTHER_ID).behaviors().get().await.is_ok());
    for rejected in ["cfut_disabled", "cfut_future", "cfut_expired", "cfut_simulated-token"] {
        assert_eq!(read(rejected).await, Err(ErrorKind::Authentication), "{rejected}");
    }
}

#[tokio::test]
async fn token_of_an_account_is_verified_by_the_account() {
    let session = Session::of(&format!("tokens = [{{ text = \"cfat_a\", of_account = \"{ACCOUNT_ID}\" }}]")).await;
    let tokens = api_tokens::Client::builder()
        .credentials(Credentials::api_token("cfat_a").unwrap())
        .account_id(ACCOUNT_ID)
        .base_url(session.simulator.base_url())
        .retry(RetryConfig::none())
        .build()
        .unwrap();
    assert!(tokens.operations().verify_account_token().await.is_ok());
    assert!(tokens.operations().verify_user_token().await.is_err());
}
