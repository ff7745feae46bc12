//! The summary of users: a body, and the floor of decoding it.

use std::fmt::Write;

use bytes::Bytes;
use cloudflare_client::test_util;
use serde::Deserialize;
use zt_risk_scoring::Summary;
use zt_risk_scoring::external::chrono::{DateTime, Utc};
use zt_risk_scoring::external::uuid::Uuid;

use super::{Message, RiskLevel, Sdk};

/// The envelope, as a program without the SDK declares it.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    pub(crate) success: bool,
    pub(crate) errors: Vec<Message>,
    pub(crate) messages: Vec<Message>,
    pub(crate) result: Option<Users>,
}

/// The result.
#[derive(Deserialize)]
pub(crate) struct Users {
    pub(crate) users: Vec<User>,
}

/// One user.
#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) email: String,
    pub(crate) event_count: i64,
    pub(crate) last_event: DateTime<Utc>,
    pub(crate) max_risk_level: RiskLevel,
    pub(crate) name: String,
    pub(crate) user_id: Uuid,
}

/// The body of a response with some users.
pub(crate) fn body(users: usize) -> String {
    let mut body = r#"{"success":true,"errors":[],"messages":[],"result":{"users":["#.to_owned();
    for number in 0..users {
        let separator = if number == 0 { "" } else { "," };
        let level = ["low", "medium", "high"][number % 3];
        let id = Uuid::from_u128((number as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        let (minute, second) = (number / 60 % 60, number % 60);
        write!(
            body,
            r#"{separator}{{"email":"user.{number}@example.com","event_count":{},"last_event":"2026-11-22T01:{minute:02}:{second:02}Z","max_risk_level":"{level}","name":"User Number {number}","user_id":"{id}"}}"#,
            number % 50
        )
        .unwrap();
    }
    body + "]}}"
}

/// Decodes a body as a program without the SDK does.
pub(crate) fn decode(body: &[u8]) -> Vec<User> {
    serde_json::from_slice::<Envelope>(body).unwrap().result.unwrap().users
}

/// Decodes a body as a call does, in place.
pub(crate) fn decode_with(sdk: &Sdk, body: Bytes) -> Summary {
    test_util::decode(sdk.0.users().summary(), test_util::metadata(), body).unwrap().into_value()
}
