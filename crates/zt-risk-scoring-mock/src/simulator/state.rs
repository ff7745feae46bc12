//! The state of a simulator.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::accounts::Account;
use super::behaviors::{self, SharedBehaviors};
use super::clock::Clock;
use super::faults::Faults;
use super::quota::Quotas;
use super::request::RecordedRequest;
use super::tokens::Token;
use super::unknowns::Unknowns;

/// Makes UUIDs, each once. They are the same in every run of a test.
#[derive(Default)]
pub(super) struct Ids(u64);

impl Ids {
    pub(super) fn next(&mut self) -> Uuid {
        self.0 = self.0.wrapping_add(1);
        // The multiplication by an odd number permutes the numbers below 2^64, so that ids do not look consecutive. The
        // UUID's version and variant replace bits of the other half.
        let mixed = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let high = u128::from(self.0.reverse_bits() ^ 0x5130_a3c1_e15b_4f0c) & !0xf000 | 0x4000;
        let low = u128::from(mixed) & !(0b11 << 62) | 1 << 63;
        Uuid::from_u128(high << 64 | low)
    }
}

/// Everything that a simulator knows.
pub(super) struct State {
    /// The accounts, by id.
    pub(super) accounts: BTreeMap<String, Account>,
    /// The tokens, by secret.
    pub(super) tokens: BTreeMap<String, Arc<Token>>,
    pub(super) quotas: Quotas,
    pub(super) faults: Faults,
    pub(super) unknowns: Unknowns,
    pub(super) requests: Vec<Arc<RecordedRequest>>,
    /// How many requests were received.
    pub(super) received: u64,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    /// The behaviors of accounts whose behaviors were not changed.
    new_behaviors: Arc<SharedBehaviors>,
    /// How many tokens were added.
    tokens_added: u64,
}

impl State {
    pub(super) const ACCOUNT_ID: &str = "5130a3c1e15b0f0cba1a7ce1a0bb9e2d";
    pub(super) const API_TOKEN: &str = "cfut_simulated-token";
    pub(super) const EMAIL: &str = "user@example.com";
    pub(super) const API_KEY: &str = "cfk_simulated-key";

    /// A state with one account and one token.
    pub(super) fn new() -> Self {
        let unknowns = Unknowns::default();
        let mut state = Self {
            accounts: BTreeMap::new(),
            tokens: BTreeMap::new(),
            quotas: Quotas::default(),
            faults: Faults::default(),
            unknowns,
            requests: Vec::new(),
            received: 0,
            clock: Clock::new(),
            ids: Ids::default(),
            new_behaviors: Arc::new(SharedBehaviors::new(behaviors::of_new_account(unknowns.unlisted_behaviors))),
            tokens_added: 0,
        };
        state.add_account(Self::ACCOUNT_ID);
        state.add_token(Token::new(Self::API_TOKEN));
        state
    }

    pub(super) fn add_account(&mut self, account_id: &str) {
        self.accounts.insert(account_id.to_owned(), Account::new(&self.new_behaviors));
    }

    /// An account. It is added if it does not exist.
    pub(super) fn add_missing_account(&mut self, account_id: &str) -> &mut Account {
        self.accounts.entry(account_id.to_owned()).or_insert_with(|| Account::new(&self.new_behaviors))
    }

    pub(super) fn add_token(&mut self, token: Token) {
        self.tokens_added = self.tokens_added.wrapping_add(1);
        let token = token.with_number(self.tokens_added);
        self.tokens.insert(token.text().to_owned(), Arc::new(token));
    }

    pub(super) fn set_unknowns(&mut self, unknowns: Unknowns) {
        if unknowns.unlisted_behaviors != self.unknowns.unlisted_behaviors {
            let new = Arc::new(SharedBehaviors::new(behaviors::of_new_account(unknowns.unlisted_behaviors)));
            let old = std::mem::replace(&mut self.new_behaviors, new);
            let unchanged = self.accounts.values_mut().filter(|account| Arc::ptr_eq(account.shared_behaviors(), &old));
            unchanged.for_each(|account| account.share_behaviors(&self.new_behaviors));
        }
        self.unknowns = unknowns;
    }

    /// Records a request. The behaviors are those that the account has now.
    pub(super) fn receive(&mut self, request: RecordedRequest) -> Received {
        let request = Arc::new(request);
        self.requests.push(Arc::clone(&request));
        self.received = self.received.wrapping_add(1);
        let account = request.account_id().and_then(|account_id| self.accounts.get(account_id));
        let begun_with = account.map(|account| Arc::clone(account.shared_behaviors()));
        Received { begun_with, number: self.received, request }
    }
}

/// A request, and what the simulator knew when it was received.
pub(super) struct Received {
    pub(super) request: Arc<RecordedRequest>,
    /// How many requests were received before, and this one.
    pub(super) number: u64,
    /// The behaviors of the account.
    pub(super) begun_with: Option<Arc<SharedBehaviors>>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_distinct_uuids_of_version_4() {
        let mut ids = Ids::default();
        let distinct: BTreeSet<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(distinct.len(), 10_000);
        assert!(distinct.iter().all(|id| id.get_version_num() == 4 && id.get_variant() == uuid::Variant::RFC4122));
    }

    #[test]
    fn new_account_has_the_known_behaviors_disabled() {
        let state = State::new();
        let behaviors = state.accounts[State::ACCOUNT_ID].behaviors();
        assert_eq!(behaviors.keys().collect::<Vec<_>>(), ["high_dlp", "imp_travel", "sentinel_one"]);
        assert!(behaviors.values().all(|behavior| !behavior.enabled));
    }

    #[test]
    fn unlisted_behaviors_are_those_of_unchanged_accounts() {
        let mut state = State::new();
        state.add_account("changed");
        state.add_missing_account("changed").behaviors_mut().remove("imp_travel");
        state.set_unknowns(Unknowns { unlisted_behaviors: true, ..Unknowns::default() });
        state.add_account("later");
        let count = |id: &str| state.accounts[id].behaviors().len();
        assert_eq!((count(State::ACCOUNT_ID), count("changed"), count("later")), (8, 2, 8));
        state.set_unknowns(Unknowns::default());
        assert_eq!(state.accounts[State::ACCOUNT_ID].behaviors().len(), 3);
    }
}
