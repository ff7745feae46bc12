//! How many attempts may follow failed ones, over all calls of a client.

use std::sync::{Mutex, PoisonError};

/// A budget of retries, shared by a client's clones: a bucket of tokens, from which each retry takes `cost`. They come back
/// if that retry gets an answer; a call that is answered at once puts one token in. So while a server is down, a client adds
/// `capacity` / `cost` requests and then no more.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RetryBudget {
    /// How many tokens there are at the most, and at first. 500 by default.
    pub capacity: u32,
    /// How many tokens a retry takes. 5 by default; with 0, there is no limit.
    pub cost: u32,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { capacity: 500, cost: 5 }
    }
}

/// The bucket.
pub(super) struct Bucket {
    budget: RetryBudget,
    tokens: Mutex<u32>,
}

/// What a retry has taken out. Dropped before it was [spent](Self::spend), it puts everything back: nothing was sent.
#[must_use = "a withdrawal that is dropped is put back"]
pub(super) struct Withdrawal<'a> {
    bucket: &'a Bucket,
    returns: u32,
}

impl Bucket {
    pub(super) fn new(budget: RetryBudget) -> Self {
        Self { budget, tokens: Mutex::new(budget.capacity) }
    }

    /// Takes out what a retry costs, or nothing if there is not enough.
    pub(super) fn withdraw(&self) -> Option<Withdrawal<'_>> {
        self.change(|tokens| tokens.checked_sub(self.budget.cost))?;
        Some(Withdrawal { bucket: self, returns: self.budget.cost })
    }

    /// A call was answered at once.
    pub(super) fn reward(&self) {
        self.put(1);
    }

    fn put(&self, tokens: u32) {
        self.change(|present| Some(present.saturating_add(tokens).min(self.budget.capacity)));
    }

    fn change(&self, change: impl FnOnce(u32) -> Option<u32>) -> Option<u32> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = change(*tokens)?;
        Some(*tokens)
    }

    #[cfg(test)]
    pub(super) fn tokens(&self) -> u32 {
        *self.tokens.lock().unwrap()
    }
}

impl Withdrawal<'_> {
    /// The retry is being sent now.
    pub(super) fn spend(&mut self) {
        self.returns = 0;
    }

    /// The retry was answered: what it took goes back.
    pub(super) fn refund(mut self) {
        self.returns = self.bucket.budget.cost;
    }
}

impl Drop for Withdrawal<'_> {
    fn drop(&mut self) {
        self.bucket.put(self.returns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket() -> Bucket {
        Bucket::new(RetryBudget { capacity: 10, cost: 5 })
    }

    #[test]
    fn retries_stop_when_the_bucket_is_empty() {
        let bucket = bucket();
        for _ in 0..2 {
            bucket.withdraw().unwrap().spend();
        }
        assert!(bucket.withdraw().is_none());
        assert_eq!(bucket.tokens(), 0);
    }

    #[test]
    fn a_retry_that_was_never_sent_or_was_answered_costs_nothing() {
        let bucket = bucket();
        drop(bucket.withdraw().unwrap());
        assert_eq!(bucket.tokens(), 10);
        let mut withdrawal = bucket.withdraw().unwrap();
        withdrawal.spend();
        assert_eq!(bucket.tokens(), 5);
        withdrawal.refund();
        assert_eq!(bucket.tokens(), 10);
    }

    #[test]
    fn answers_fill_the_bucket_up_to_its_capacity() {
        let bucket = bucket();
        bucket.withdraw().unwrap().spend();
        for expected in [6, 7, 8, 9, 10, 10] {
            bucket.reward();
            assert_eq!(bucket.tokens(), expected);
        }
    }

    #[test]
    fn without_a_cost_there_is_no_limit() {
        let bucket = Bucket::new(RetryBudget { capacity: 0, cost: 0 });
        for _ in 0..1000 {
            bucket.withdraw().unwrap().spend();
        }
    }
}
