//! The integrations of an account: third parties to which changes of risk scores are sent.

mod changes;
mod create;
mod id;
mod integration;
mod integration_type;
mod reference;

use api_runtime::Envelope;
use cloudflare_client::{Connection, Request};
use serde::Deserializer;
use zt_risk_scoring_api::operations::{
    CREATE_INTEGRATION, DELETE_INTEGRATION, GET_INTEGRATION, GET_INTEGRATION_BY_REFERENCE_ID, LIST_INTEGRATIONS,
    UPDATE_INTEGRATION,
};

pub use changes::{IntegrationUpdate, NewIntegration};
pub use create::CreateIntegration;
pub use id::IntegrationId;
pub use integration::Integration;
pub use integration_type::{IntegrationType, UnknownIntegrationType};
pub use reference::ReferenceId;

use crate::object;
use crate::requests::{NoResult, request};

/// The integrations of an account; see [`Client::integrations`](crate::Client::integrations).
///
/// ```
/// # use zt_risk_scoring::{Client, Credentials};
/// # let client = Client::builder().credentials(Credentials::api_token("cfut_0123456789")?).build()?;
/// let integrations = client.integrations();
/// let request = integrations.by_reference("primary".parse()?);
/// # drop(request);
/// # Ok::<(), zt_risk_scoring::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Integrations {
    connection: Connection,
}

/// A request for all integrations of an account; see [`Integrations::list`].
///
/// ```
/// use zt_risk_scoring::{Integrations, ListIntegrations};
///
/// fn list(integrations: &Integrations) -> ListIntegrations {
///     integrations.list()
/// }
/// ```
pub type ListIntegrations = Request<'static, Vec<Integration>>;

/// A request for one integration; see [`Integrations::get`] and [`Integrations::by_reference`].
///
/// ```
/// use zt_risk_scoring::{GetIntegration, IntegrationId, Integrations};
///
/// fn get(integrations: &Integrations, integration: IntegrationId) -> GetIntegration {
///     integrations.get(integration)
/// }
/// ```
pub type GetIntegration = Request<'static, Integration>;

/// A request to update an integration; see [`Integrations::update`].
///
/// ```
/// use zt_risk_scoring::{IntegrationId, IntegrationUpdate, Integrations, UpdateIntegration};
///
/// fn update(integrations: &Integrations, id: IntegrationId, update: IntegrationUpdate) -> UpdateIntegration {
///     integrations.update(id, update)
/// }
/// ```
pub type UpdateIntegration = Request<'static, Integration>;

/// A request to delete an integration; see [`Integrations::delete`].
///
/// ```
/// use zt_risk_scoring::{DeleteIntegration, IntegrationId, Integrations};
///
/// fn delete(integrations: &Integrations, integration: IntegrationId) -> DeleteIntegration {
///     integrations.delete(integration)
/// }
/// ```
pub type DeleteIntegration = Request<'static, ()>;

/// The `result` of the list, which the document allows to be null.
struct IntegrationList;

impl Envelope for IntegrationList {
    type Result = Vec<Integration>;

    fn read_result<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Integration>, D::Error> {
        object::list(deserializer)
    }

    fn missing_result() -> Option<Vec<Integration>> {
        Some(Vec::new())
    }
}

impl Integrations {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Gets all integrations. The token needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// An account without integrations has an empty list; the API may send null or no `result` for it.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # server.list_integrations(|_, then| drop(then.into_inner().status(200).body(r#"{"success": true, "result": []}"#)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// for integration in client.integrations().list().await? {
    ///     println!("{} to {}", integration.integration_type, integration.tenant_url);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> ListIntegrations {
        request(&self.connection, LIST_INTEGRATIONS, |api, account| Ok(api.list_integrations(account)?))
            .envelope_as::<IntegrationList>()
    }

    /// Gets one integration. The token needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let body = r#"{"success": true, "result": {"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "active": true,
    /// #     "integration_type": "Okta", "tenant_url": "https://tenant.okta.com"}}"#;
    /// # server.get_integration(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let integration = client.integrations().get("f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse()?).await?;
    /// # assert!(integration.active);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, integration: IntegrationId) -> GetIntegration {
        request(&self.connection, GET_INTEGRATION, move |api, account| {
            Ok(api.get_integration(account, integration.as_uuid())?)
        })
        .result_as()
    }

    /// Gets the integration with a reference. The token needs the permission Zero Trust Read or Zero Trust Write.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let body = r#"{"success": true, "result": {"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "active": true,
    /// #     "integration_type": "Okta", "tenant_url": "https://tenant.okta.com", "reference_id": "primary"}}"#;
    /// # server.get_integration_by_reference_id(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let integration = client.integrations().by_reference("primary".parse()?).await?;
    /// # assert_eq!(integration.reference_id.as_deref(), Some("primary"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn by_reference(&self, reference: ReferenceId) -> GetIntegration {
        request(&self.connection, GET_INTEGRATION_BY_REFERENCE_ID, move |api, account| {
            Ok(api.get_integration_by_reference_id(account, reference.as_str())?)
        })
        .result_as()
    }

    /// Creates an integration. The token needs the permission Zero Trust Write.
    ///
    /// A request that may have been sent is never sent again. If it fails so that the server may have acted on it, and the new
    /// integration has a [reference](NewIntegration::reference), the integration is looked up by it. One that is as asked for, and
    /// no older than the call, is returned. Otherwise the call fails with the error of the creation.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// use zt_risk_scoring::NewIntegration;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let body = r#"{"success": true, "result": {"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "active": true,
    /// #     "integration_type": "Okta", "tenant_url": "https://tenant.okta.com", "reference_id": "primary"}}"#;
    /// # server.create_integration(|_, then| drop(then.into_inner().status(200).body(body)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let new = NewIntegration::okta("https://tenant.okta.com")?.reference("primary".parse()?);
    /// let integration = client.integrations().create(new).await?;
    /// println!("created {}", integration.id);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, new: NewIntegration) -> CreateIntegration {
        let body = new.body();
        let create = request(&self.connection, CREATE_INTEGRATION, move |api, account| {
            Ok(api.create_integration(account, &body)?)
        });
        let lookup = new.reference.clone().map(|reference| self.by_reference(reference));
        CreateIntegration { new, create: create.result_as(), lookup }
    }

    /// Updates an integration. The token needs the permission Zero Trust Write.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// use zt_risk_scoring::IntegrationUpdate;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # let body = |active| format!(r#"{{"success": true, "result": {{"id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "active": {active},
    /// #     "integration_type": "Okta", "tenant_url": "https://tenant.okta.com"}}}}"#);
    /// # server.get_integration(|_, then| drop(then.into_inner().status(200).body(body(true))));
    /// # server.update_integration(|_, then| drop(then.into_inner().status(200).body(body(false))));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// let id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse()?;
    /// let integration = client.integrations().get(id).await?;
    /// let deactivated = IntegrationUpdate::from(&integration).active(false);
    /// let integration = client.integrations().update(id, deactivated).await?;
    /// # assert!(!integration.active);
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, integration: IntegrationId, update: IntegrationUpdate) -> UpdateIntegration {
        request(&self.connection, UPDATE_INTEGRATION, move |api, account| {
            let request = api.update_integration(account, integration.as_uuid(), &update.without_null())?;
            Ok(request.with_body(update.to_json()?))
        })
        .result_as()
    }

    /// Deletes an integration. The token needs the permission Zero Trust Write.
    ///
    /// If the response to a request is lost, the retry finds nothing to delete, and the API responds with 404. That is a success.
    /// The 404 of a first request is an error.
    ///
    /// ```
    /// # use zt_risk_scoring_mock::{MockServerExt, httpmock::MockServer};
    /// # use zt_risk_scoring::{Client, Credentials, Error};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let server = MockServer::start_async().await;
    /// # server.delete_integration(|_, then| drop(then.into_inner().status(200).body(r#"{"success": true, "result": {}}"#)));
    /// # let client = Client::builder()
    /// #     .credentials(Credentials::api_token("cfut_0123456789")?)
    /// #     .account_id("023e105f4ecef8ad9ca31a8372d0c353")
    /// #     .base_url(server.base_url())
    /// #     .build()?;
    /// client.integrations().delete("f81d4fae-7dec-11d0-a765-00a0c91e6bf6".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, integration: IntegrationId) -> DeleteIntegration {
        request(&self.connection, DELETE_INTEGRATION, move |api, account| {
            Ok(api.delete_integration(account, integration.as_uuid())?)
        })
        .envelope_as::<NoResult>()
    }
}
