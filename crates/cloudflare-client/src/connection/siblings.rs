//! Connections with other credentials and the same settings.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Connection;
use crate::Credentials;
use crate::pipeline::Pipeline;

/// How long a connection that nobody uses is kept. Its gate and its rate limiter count, since the vendor's block of a token
/// lasts five minutes.
const KEPT_FOR: Duration = Duration::from_secs(10 * 60);

/// What the connections that [`Connection::for_credentials`] made of each other share: the pipeline of each, the first one's too.
pub(super) struct Siblings(Mutex<Vec<Sibling>>);

struct Sibling {
    pipeline: Arc<Pipeline>,
    last_used: Instant,
}

impl Connection {
    /// The connection with other credentials: it has the same settings, account included, and shares the HTTP connections. It has
    /// a rate-limit gate, a rate limiter and a retry budget of its own, since the vendor counts requests per token.
    ///
    /// Equal credentials give the same connection, whichever of these connections is asked. It is kept for ten minutes after its
    /// last use, so that a rejected token stays known. Two [providers](Credentials::provider) are equal if one is a clone of the
    /// other.
    ///
    /// ```
    /// use cloudflare_client::{Connection, Credentials};
    ///
    /// let connection = Connection::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
    /// let customer = connection.for_credentials(&Credentials::api_token("cfut_9876543210")?);
    /// assert_eq!(customer.base_url(), connection.base_url());
    /// # Ok::<(), cloudflare_client::Error>(())
    /// ```
    pub fn for_credentials(&self, credentials: &Credentials) -> Self {
        let pipeline =
            self.0.siblings.find_or_insert(credentials, || self.pipeline().with_credentials(credentials.clone()));
        Self::from_parts(pipeline, self.account_id().cloned(), Arc::clone(&self.0.siblings))
    }
}

impl Siblings {
    pub(super) fn new(pipeline: &Arc<Pipeline>) -> Self {
        Self(Mutex::new(vec![Sibling::new(Arc::clone(pipeline), Instant::now())]))
    }

    /// The pipeline with the given credentials, which is made if it is not known. Forgets those that nobody has used for long.
    fn find_or_insert(&self, credentials: &Credentials, make: impl FnOnce() -> Pipeline) -> Arc<Pipeline> {
        let now = Instant::now();
        // Every change of the list is a single step, so a panic cannot leave it inconsistent.
        let mut siblings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        siblings.retain(|sibling| sibling.is_kept(now));
        if let Some(known) = siblings.iter_mut().find(|sibling| sibling.pipeline.credentials.is_same(credentials)) {
            known.last_used = now;
            return Arc::clone(&known.pipeline);
        }
        let pipeline = Arc::new(make());
        siblings.push(Sibling::new(Arc::clone(&pipeline), now));
        pipeline
    }
}

impl Sibling {
    fn new(pipeline: Arc<Pipeline>, last_used: Instant) -> Self {
        Self { pipeline, last_used }
    }

    fn is_kept(&self, now: Instant) -> bool {
        let is_used = Arc::strong_count(&self.pipeline) > 1;
        is_used || now.saturating_duration_since(self.last_used) < KEPT_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(token: &str) -> Credentials {
        Credentials::api_token(token).unwrap()
    }

    fn connection() -> Connection {
        let account = "023e105f4ecef8ad9ca31a8372d0c353";
        Connection::builder().credentials(token("cfut_1")).account_id(account).build().unwrap()
    }

    #[test]
    fn equal_credentials_share_one_connection() {
        let connection = connection();
        assert!(connection.is_same(&connection.for_credentials(&token("cfut_1"))));
        let other = connection.for_credentials(&token("cfut_2"));
        assert!(!connection.is_same(&other));
        assert!(other.is_same(&connection.for_credentials(&token("cfut_2"))));
        assert!(!other.is_same(&connection.for_credentials(&token("cfut_3"))));
        assert_eq!(other.account_id(), connection.account_id());
        let key = |key: &str| Credentials::global_key("a@example.com", key).unwrap();
        let by_key = connection.for_credentials(&key("cfk_1"));
        assert!(by_key.is_same(&connection.for_credentials(&key("cfk_1"))));
        assert!(!by_key.is_same(&connection.for_credentials(&key("cfk_2"))));
    }

    #[test]
    fn connection_with_other_credentials_knows_the_first_one_and_its_siblings() {
        let first = connection();
        let second = first.for_credentials(&token("cfut_2"));
        let third = second.for_credentials(&token("cfut_3"));
        assert!(second.for_credentials(&token("cfut_1")).is_same(&first));
        assert!(first.for_credentials(&token("cfut_3")).is_same(&third));
        assert!(third.for_credentials(&token("cfut_2")).is_same(&second));
    }

    #[tokio::test(start_paused = true)]
    async fn unused_connection_is_kept_for_ten_minutes() {
        let connection = connection();
        let made = Arc::downgrade(connection.for_credentials(&token("cfut_2")).pipeline());
        let used = connection.for_credentials(&token("cfut_3"));
        let advance = |seconds| async move {
            tokio::time::advance(Duration::from_secs(seconds)).await;
        };
        advance(9 * 60).await;
        drop(connection.for_credentials(&token("cfut_4")));
        assert!(made.upgrade().is_some());
        advance(61).await;
        assert!(used.is_same(&connection.for_credentials(&token("cfut_3"))));
        assert!(made.upgrade().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn each_use_of_a_connection_keeps_it_for_ten_minutes() {
        let connection = connection();
        let made = Arc::downgrade(connection.for_credentials(&token("cfut_2")).pipeline());
        for _ in 0..3 {
            tokio::time::advance(Duration::from_secs(9 * 60)).await;
            drop(connection.for_credentials(&token("cfut_2")));
        }
        assert!(made.upgrade().is_some());
    }
}
