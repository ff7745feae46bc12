//! The behaviors of an account.

mod behavior;
mod changes;
mod diff;
mod id;
mod iter;
mod map;
mod selection;
mod settings;
mod sorted;
mod table;
mod update;

use api_runtime::{Envelope, ObjectOnly};
use cloudflare_client::{Connection, Request};
use serde::{Deserialize, Deserializer};

pub use behavior::Behavior;
pub use changes::{BehaviorChange, BehaviorChanges};
pub use diff::{BehaviorDiff, BehaviorDifference, DiffConflict};
pub use id::BehaviorId;
pub use iter::{BehaviorMapIntoIter, BehaviorMapIter, SelectionIter};
pub use map::BehaviorMap;
pub use selection::Selection;
pub use settings::BehaviorSettings;
pub use update::{UpdateBehaviors, UpdatedBehavior, UpdatedBehaviors};

use crate::generated::Operations;

/// The behaviors of an account; see [`Client::behaviors`](crate::Client::behaviors).
///
/// ```
/// # use zt_risk_scoring::{Client, Credentials};
/// # let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// let behaviors = client.behaviors();
/// let request = behaviors.get().account_id("023e105f4ecef8ad9ca31a8372d0c353");
/// # drop(request);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Behaviors {
    connection: Connection,
}

/// A request for all behaviors of an account; see [`Behaviors::get`].
///
/// ```
/// use zt_risk_scoring::{Behaviors, GetBehaviors};
///
/// fn get(behaviors: &Behaviors) -> GetBehaviors {
///     behaviors.get().timeout(std::time::Duration::from_secs(5))
/// }
/// ```
pub type GetBehaviors = Request<'static, BehaviorMap>;

/// The `result` of the operation. It is decoded straight into the map, which the generated model is not.
#[derive(Deserialize)]
#[serde(remote = "Self")]
struct BehaviorsResult {
    behaviors: BehaviorMap,
}

/// Reads an object only, as the generated model does.
impl<'de> Deserialize<'de> for BehaviorsResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(ObjectOnly(deserializer))
    }
}

impl Envelope for BehaviorsResult {
    type Result = BehaviorMap;

    fn read_result<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BehaviorMap, D::Error> {
        // Not `Self::deserialize`, which is the derived function that would also read an array.
        let Self { behaviors } = Deserialize::deserialize(deserializer)?;
        Ok(behaviors)
    }
}

impl Behaviors {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Gets all behaviors. The token needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// Awaiting the request returns the behaviors. [`send`](Request::send) returns the metadata of the response as
    /// well.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::Simulator;
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let simulator = Simulator::start().await;
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token(simulator.api_token())?)
    /// #     .base_url(simulator.base_url())
    /// #     .build()?;
    /// # let account = simulator.account_id();
    /// let response = client.behaviors().get().account_id(account).timeout(Duration::from_secs(5)).send().await?;
    /// println!("{} behaviors, {:?}", response.value().len(), response.metadata().cf_ray());
    /// # assert_eq!(response.metadata().attempts(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self) -> GetBehaviors {
        Operations::new(self.connection.clone()).get_behaviors().envelope_as::<BehaviorsResult>()
    }
}
