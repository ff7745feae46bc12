//! What the benchmarks share: an origin, and a call of the SDK beside its floor.
//!
//! The floor is what a program writes by hand: a reqwest client without any option, `serde_json`, and derived structs.
//! It sends the same request to the same origin, and checks nothing.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a benchmark that cannot be set up must fail")]
// Each benchmark is a program of its own, and uses a part of this module.
#![allow(dead_code, reason = "each benchmark uses a part of it")]

mod origin;
pub(crate) mod table;
pub(crate) mod users;

use std::collections::BTreeMap;
use std::fmt::Write;

use cloudflare_client::test_util;
use futures_util::StreamExt;
use serde::Deserialize;
use zt_risk_scoring::{AccountId, BehaviorMap, Client, Credentials};

pub(crate) use origin::Origin;

const ACCOUNT_ID: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const TOKEN: &str = "cfut_0123456789abcdef0123456789abcdef01234567";

/// The envelope, as a program without the SDK declares it.
#[derive(Deserialize)]
pub(crate) struct Envelope {
    pub(crate) success: bool,
    pub(crate) errors: Vec<Message>,
    pub(crate) messages: Vec<Message>,
    pub(crate) result: Option<Behaviors>,
}

/// An entry of `errors` or `messages`.
#[derive(Deserialize)]
pub(crate) struct Message {
    pub(crate) code: i64,
    pub(crate) message: String,
}

/// The result.
#[derive(Deserialize)]
pub(crate) struct Behaviors {
    pub(crate) behaviors: BTreeMap<String, Behavior>,
}

/// One behavior.
#[derive(Deserialize)]
pub(crate) struct Behavior {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) risk_level: RiskLevel,
}

/// The levels that the API documents.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RiskLevel {
    Low,
    Medium,
    High,
}

/// The body of a response with some behaviors.
pub(crate) fn body(behaviors: usize) -> String {
    let mut body = r#"{"success":true,"errors":[],"messages":[],"result":{"behaviors":{"#.to_owned();
    for number in 0..behaviors {
        let separator = if number == 0 { "" } else { "," };
        let level = ["low", "medium", "high"][number % 3];
        write!(
            body,
            r#"{separator}"behavior_{number:06}":{{"name":"Behavior number {number}","description":"A user did something unusual, such as signing in from two distant places within an hour.","enabled":{},"risk_level":"{level}"}}"#,
            number % 2 == 0
        )
        .unwrap();
    }
    body + "}}}"
}

/// A program without the SDK.
#[derive(Clone)]
pub(crate) struct Floor {
    http: reqwest::Client,
    url: String,
}

impl Floor {
    pub(crate) fn new(origin: &Origin) -> Self {
        let url = format!("{}/accounts/{ACCOUNT_ID}/zt_risk_scoring/behaviors", origin.base_url());
        Self { http: reqwest::Client::builder().no_proxy().build().unwrap(), url }
    }

    /// Gets the behaviors.
    pub(crate) async fn call(&self) -> BTreeMap<String, Behavior> {
        let response = self.http.get(&self.url).bearer_auth(TOKEN).send().await.unwrap();
        decode(&response.bytes().await.unwrap())
    }
}

impl Floor {
    /// Gets the behaviors of many accounts.
    pub(crate) async fn call_many(&self, accounts: usize, concurrency: usize) {
        let calls = futures_util::stream::iter(0..accounts).map(|_| self.call());
        calls.buffer_unordered(concurrency).for_each(async |behaviors| drop(behaviors)).await;
    }
}

/// Decodes a body as a program without the SDK does.
pub(crate) fn decode(body: &[u8]) -> BTreeMap<String, Behavior> {
    serde_json::from_slice::<Envelope>(body).unwrap().result.unwrap().behaviors
}

/// The SDK as it is by default.
#[derive(Clone)]
pub(crate) struct Sdk(pub(crate) Client);

impl Sdk {
    pub(crate) fn new(origin: &Origin) -> Self {
        let builder = Client::builder().credentials(Credentials::api_token(TOKEN).unwrap()).account_id(ACCOUNT_ID);
        Self(builder.base_url(origin.base_url()).build().unwrap())
    }

    /// Gets the behaviors.
    pub(crate) async fn call(&self) -> BehaviorMap {
        self.0.behaviors().get().await.unwrap()
    }

    /// Gets the behaviors of many accounts.
    pub(crate) async fn call_many(&self, accounts: usize, concurrency: usize) {
        let account = AccountId::new(ACCOUNT_ID).unwrap();
        let behaviors = self.0.behaviors().get_many(std::iter::repeat_n(account, accounts)).concurrency(concurrency);
        behaviors.for_each(async |(_, behaviors)| drop(behaviors.unwrap())).await;
    }

    /// Decodes a body as a call does, in place.
    pub(crate) fn decode(&self, body: bytes::Bytes) -> BehaviorMap {
        test_util::decode(self.0.behaviors().get(), test_util::metadata(), body).unwrap().into_value()
    }
}
