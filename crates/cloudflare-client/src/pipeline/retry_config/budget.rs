//! The retry budget: how many retries all calls of a connection may send.

use std::sync::{Mutex, PoisonError};

/// The retry budget that the clones of a connection share: a bucket of tokens. Each retry takes `cost` tokens. It returns them
/// if the server responds without a temporary failure. A call whose first attempt gets such a response adds one token.
/// During an outage, a connection therefore sends at most `capacity` / `cost` retries.
///
/// ```
/// use cloudflare_client::{RetryBudget, RetryConfig};
///
/// let mut retry = RetryConfig::default();
/// assert_eq!(retry.budget, RetryBudget::new(500, 5));
/// // At most 10 retries during an outage.
/// retry.budget = RetryBudget::new(50, 5);
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RetryBudget {
    /// The most tokens that the bucket holds. It is full at first. 500 by default.
    pub capacity: u32,
    /// The number of tokens that a retry takes. 5 by default; 0 is no limit.
    pub cost: u32,
}

impl RetryBudget {
    /// A budget of the given capacity and cost of a retry.
    pub const fn new(capacity: u32, cost: u32) -> Self {
        Self { capacity, cost }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { capacity: 500, cost: 5 }
    }
}

/// The bucket of tokens behind a [`RetryBudget`].
pub(in crate::pipeline) struct TokenBucket {
    budget: RetryBudget,
    tokens: Mutex<u32>,
}

/// The tokens of one retry. A permit that is dropped before it is [consumed](Self::consume) returns them, since the retry
/// was not sent.
#[must_use = "dropping a permit returns its tokens"]
pub(in crate::pipeline) struct RetryPermit<'a> {
    bucket: &'a TokenBucket,
    /// The tokens that dropping the permit returns to the bucket.
    tokens_on_drop: u32,
}

impl TokenBucket {
    pub(in crate::pipeline) fn new(budget: RetryBudget) -> Self {
        Self { budget, tokens: Mutex::new(budget.capacity) }
    }

    /// Takes the tokens of one retry. `None` if there are too few.
    pub(in crate::pipeline) fn try_acquire(&self) -> Option<RetryPermit<'_>> {
        self.update(|tokens| tokens.checked_sub(self.budget.cost))?;
        Some(RetryPermit { bucket: self, tokens_on_drop: self.budget.cost })
    }

    /// Adds one token: the server handled the first attempt of a call.
    pub(in crate::pipeline) fn reward(&self) {
        self.add(1);
    }

    fn add(&self, tokens: u32) {
        self.update(|present| Some(present.saturating_add(tokens).min(self.budget.capacity)));
    }

    fn update(&self, update: impl FnOnce(u32) -> Option<u32>) -> Option<u32> {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        *tokens = update(*tokens)?;
        Some(*tokens)
    }

    #[cfg(test)]
    pub(in crate::pipeline) fn tokens(&self) -> u32 {
        *self.tokens.lock().unwrap()
    }
}

impl RetryPermit<'_> {
    /// Keeps the tokens: the retry is being sent.
    pub(in crate::pipeline) fn consume(&mut self) {
        self.tokens_on_drop = 0;
    }

    /// Returns the tokens: the server handled the retry.
    pub(in crate::pipeline) fn refund(mut self) {
        self.tokens_on_drop = self.bucket.budget.cost;
    }
}

impl Drop for RetryPermit<'_> {
    fn drop(&mut self) {
        self.bucket.add(self.tokens_on_drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket() -> TokenBucket {
        TokenBucket::new(RetryBudget { capacity: 10, cost: 5 })
    }

    #[test]
    fn retry_gets_no_permit_if_the_bucket_is_empty() {
        let bucket = bucket();
        for _ in 0..2 {
            bucket.try_acquire().unwrap().consume();
        }
        assert!(bucket.try_acquire().is_none());
        assert_eq!(bucket.tokens(), 0);
    }

    #[test]
    fn tokens_are_returned_if_the_retry_was_not_sent_or_is_refunded() {
        let bucket = bucket();
        drop(bucket.try_acquire().unwrap());
        assert_eq!(bucket.tokens(), 10);
        let mut permit = bucket.try_acquire().unwrap();
        permit.consume();
        assert_eq!(bucket.tokens(), 5);
        permit.refund();
        assert_eq!(bucket.tokens(), 10);
    }

    #[test]
    fn rewards_fill_the_bucket_up_to_its_capacity() {
        let bucket = bucket();
        bucket.try_acquire().unwrap().consume();
        for expected in [6, 7, 8, 9, 10, 10] {
            bucket.reward();
            assert_eq!(bucket.tokens(), expected);
        }
    }

    #[test]
    fn cost_of_zero_is_no_limit() {
        let bucket = TokenBucket::new(RetryBudget { capacity: 0, cost: 0 });
        for _ in 0..1000 {
            bucket.try_acquire().unwrap().consume();
        }
    }
}
