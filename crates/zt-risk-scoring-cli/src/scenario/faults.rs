//! The faults of a scenario.

use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::{Table, Value};
use zt_risk_scoring::AccountId;
use zt_risk_scoring_mock::simulator::{self, Operation, Response, operations};

use super::values::Seconds;
use crate::text;

/// Something that goes wrong with requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Keys")]
pub(crate) struct Fault {
    effect: Effect,
    keys: Keys,
}

/// What goes wrong.
#[derive(Clone, Debug)]
enum Effect {
    Status(u16),
    EdgePage(u16),
    Delay(Seconds),
    Reset,
    LostResponse,
    Drip(Drip),
    Truncate(usize),
    Write(Write),
}

/// The keys of a fault in a file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    #[serde(deserialize_with = "status")]
    status: Option<u16>,
    #[serde(deserialize_with = "status")]
    edge_page: Option<u16>,
    delay_s: Option<Seconds>,
    reset: bool,
    lost_response: bool,
    drip: Option<Drip>,
    truncate: Option<usize>,
    write: Option<Write>,
    retry_after_s: Option<u32>,
    on: Option<OperationName>,
    account: Option<AccountId>,
    skip: u64,
    times: Option<u64>,
    after_operation: bool,
}

/// The body in parts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Drip {
    bytes: usize,
    interval_s: Seconds,
}

/// What another writer changes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    behavior: String,
    enabled: Option<bool>,
    level: Option<String>,
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    match u16::deserialize(deserializer)? {
        status @ 200..=599 => Ok(Some(status)),
        other => Err(D::Error::custom(format!("{other} is no status from 200 to 599"))),
    }
}

/// An operation, by its id.
#[derive(Clone, Copy, Debug)]
struct OperationName(Operation);

/// The operations of the simulator.
pub(super) const OPERATIONS: [Operation; 13] = [
    operations::GET_BEHAVIORS,
    operations::UPDATE_BEHAVIORS,
    operations::GET_SUMMARY,
    operations::GET_USER_RISK,
    operations::RESET_USER_RISK,
    operations::LIST_INTEGRATIONS,
    operations::CREATE_INTEGRATION,
    operations::GET_INTEGRATION,
    operations::UPDATE_INTEGRATION,
    operations::DELETE_INTEGRATION,
    operations::GET_INTEGRATION_BY_REFERENCE_ID,
    operations::VERIFY_USER_TOKEN,
    operations::VERIFY_ACCOUNT_TOKEN,
];

impl<'de> Deserialize<'de> for OperationName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = OPERATIONS.into_iter().find(|operation| operation.id == name);
        found.map(Self).ok_or_else(|| {
            let ids = OPERATIONS.map(|operation| operation.id);
            let suggestion = text::suggestion(&name, ids).map(|id| format!("; did you mean `{id}`?"));
            let suggestion = suggestion.unwrap_or_default();
            D::Error::custom(format!("unknown operation `{name}`{suggestion}; the operations are {}", ids.join(", ")))
        })
    }
}

impl TryFrom<Keys> for Fault {
    type Error = String;

    fn try_from(keys: Keys) -> Result<Self, String> {
        let effects = [
            keys.status.map(Effect::Status),
            keys.edge_page.map(Effect::EdgePage),
            keys.delay_s.map(Effect::Delay),
            keys.reset.then_some(Effect::Reset),
            keys.lost_response.then_some(Effect::LostResponse),
            keys.drip.clone().map(Effect::Drip),
            keys.truncate.map(Effect::Truncate),
            keys.write.clone().map(Effect::Write),
        ];
        let mut effects = effects.into_iter().flatten();
        let (Some(effect), None) = (effects.next(), effects.next()) else {
            return Err("a fault has exactly one of status, edge_page, delay_s, reset, lost_response, drip, truncate \
                and write"
                .to_owned());
        };
        match effect.problem(&keys) {
            Some(problem) => Err(problem),
            None => Ok(Self { effect, keys }),
        }
    }
}

impl Effect {
    /// What is wrong with the other keys: a key without effect would let a test pass that tests nothing.
    fn problem(&self, keys: &Keys) -> Option<String> {
        let without_account =
            keys.on.map(|OperationName(operation)| operation).filter(|operation| !has_account(operation));
        let is_at_end = matches!(self, Self::Drip(_) | Self::Truncate(_) | Self::LostResponse);
        let problem = match self {
            _ if keys.times == Some(0) => "`times` is 0, so that the fault would never happen",
            Self::Write(Write { enabled: None, level: None, .. }) => "`write` needs `enabled` or `level`",
            Self::Status(_) | Self::EdgePage(_) => "",
            _ if keys.retry_after_s.is_some() => "`retry_after_s` needs `status` or `edge_page`",
            _ if keys.after_operation && is_at_end => {
                "`after_operation` has no effect on drip, truncate and lost_response, which happen after the operation"
            }
            _ => "",
        };
        match (problem, without_account) {
            ("", Some(operation)) if keys.account.is_some() || matches!(self, Self::Write(_)) => {
                let key = if keys.account.is_some() { "account" } else { "write" };
                Some(format!("`{key}` has no effect on `{}`, whose requests name no account", operation.id))
            }
            ("", _) => None,
            (problem, _) => Some(problem.to_owned()),
        }
    }
}

/// Whether requests of an operation name an account.
fn has_account(operation: &Operation) -> bool {
    operation.path.contains("{account_id}")
}

/// `WHAT`, `WHAT@OPERATION`, `WHAT*TIMES` or `WHAT@OPERATION*TIMES`. `WHAT` is a status, `reset`, `lost_response`, or
/// a key of a file with its number: `delay_s=2`.
impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = Table::new();
        let (rest, times) = text.split_once('*').map_or((text, None), |(rest, times)| (rest, Some(times)));
        let (what, operation) = rest.split_once('@').map_or((rest, None), |(what, name)| (what, Some(name)));
        let (key, value) = match what.split_once('=') {
            Some((key, value)) => (key, number(value)?),
            None if what.starts_with(|char: char| char.is_ascii_digit()) => ("status", number(what)?),
            None => (what, Value::Boolean(true)),
        };
        keys.insert(key.to_owned(), value);
        if let Some(times) = times {
            keys.insert("times".to_owned(), number(times)?);
        }
        if let Some(operation) = operation {
            keys.insert("on".to_owned(), Value::String(operation.to_owned()));
        }
        keys.try_into().map_err(|error: toml::de::Error| error.message().to_owned())
    }
}

fn number(text: &str) -> Result<Value, String> {
    let number = text.parse().map(Value::Integer).or_else(|_| text.parse().map(Value::Float));
    number.map_err(|_| format!("`{text}` is no number"))
}

impl Fault {
    /// The account that it is limited to.
    pub(super) fn account(&self) -> Option<&AccountId> {
        self.keys.account.as_ref()
    }

    pub(super) fn to_simulated(&self) -> simulator::Fault {
        let mut fault = match &self.effect {
            Effect::Status(status) => simulator::Fault::respond(self.with_retry_after(Response::of_status(*status))),
            Effect::EdgePage(status) => simulator::Fault::respond(self.with_retry_after(Response::edge_page(*status))),
            Effect::Delay(Seconds(delay)) => simulator::Fault::delay(*delay),
            Effect::Reset => simulator::Fault::reset(),
            Effect::LostResponse => simulator::Fault::reset().after_operation(),
            Effect::Drip(Drip { bytes, interval_s }) => simulator::Fault::drip(*bytes, interval_s.0),
            Effect::Truncate(bytes) => simulator::Fault::truncate(*bytes),
            Effect::Write(write) => write.to_simulated(),
        };
        let Keys { on, account, skip, times, after_operation, .. } = &self.keys;
        if let Some(OperationName(operation)) = on {
            fault = fault.on(*operation);
        }
        if let Some(account) = account {
            fault = fault.in_account(account.as_str());
        }
        if let Some(times) = times {
            fault = fault.times(*times);
        }
        if *after_operation {
            fault = fault.after_operation();
        }
        fault.skip(*skip)
    }

    fn with_retry_after(&self, response: Response) -> Response {
        let Some(seconds) = self.keys.retry_after_s else { return response };
        // A number is a valid value of a header.
        response.clone().header("retry-after", &seconds.to_string()).unwrap_or(response)
    }
}

impl Write {
    fn to_simulated(&self) -> simulator::Fault {
        let Self { behavior: id, enabled, level } = self.clone();
        simulator::Fault::writer(move |account| {
            let new = || simulator::Behavior::new(&id, "low");
            let behavior = account.behaviors_mut().entry(id.clone()).or_insert_with(new);
            behavior.enabled = enabled.unwrap_or(behavior.enabled);
            if let Some(level) = &level {
                behavior.risk_level.clone_from(level);
            }
        })
    }
}
