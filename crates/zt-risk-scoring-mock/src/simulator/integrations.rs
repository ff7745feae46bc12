//! The integrations of an account: listed, read, created, updated and deleted.

use serde_json::{Value, json};
use uuid::Uuid;

use super::carry_out::Context;
use super::clock::timestamp;
use super::json_body::{self, Object};
use super::response::Response;
use super::unknowns::{DuplicateReferenceIds, OmittedReferenceId, UrlForm};

/// The only type of integration that the API is known to accept.
const KNOWN_TYPE: &str = "Okta";

/// An integration of an account.
///
/// ```
/// use zt_risk_scoring_mock::simulator::{Integration, Uuid};
///
/// let integration = Integration::new(Uuid::from_u128(1), "https://tenant.okta.com");
/// assert!(integration.active);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Integration {
    /// The id.
    pub id: Uuid,
    /// Whether changes are sent.
    pub active: bool,
    /// When the integration was created.
    pub created_at: String,
    /// The type.
    pub integration_type: String,
    /// The id that the client chose. Responses have an empty string if there is none.
    pub reference_id: Option<String>,
    /// The base URL of the tenant, as it was sent.
    pub tenant_url: String,
}

impl Integration {
    /// An active integration with Okta, of the beginning of 2026 and without a reference id.
    pub fn new(id: Uuid, tenant_url: impl Into<String>) -> Self {
        Self {
            id,
            active: true,
            created_at: "2026-01-01T00:00:00.000000Z".to_owned(),
            integration_type: KNOWN_TYPE.to_owned(),
            reference_id: None,
            tenant_url: tenant_url.into(),
        }
    }
}

/// The integration as the API shows it.
fn shown(context: &Context<'_>, integration: &Integration) -> Value {
    let tenant_url = match context.unknowns.tenant_url {
        UrlForm::Absolute => integration.tenant_url.as_str(),
        UrlForm::Relative => {
            let url = integration.tenant_url.as_str();
            url.split_once("://").map_or(url, |(_, rest)| rest)
        }
    };
    let well_known_path = format!("/.well-known/sse-configuration/{}/", integration.id);
    let well_known_url = match context.unknowns.well_known_url {
        UrlForm::Absolute => format!("https://risk-signals.example.com{well_known_path}"),
        UrlForm::Relative => well_known_path,
    };
    json!({
        "id": integration.id,
        "account_tag": context.account_id,
        "active": integration.active,
        "created_at": integration.created_at,
        "integration_type": integration.integration_type,
        "reference_id": integration.reference_id.as_deref().unwrap_or_default(),
        "tenant_url": tenant_url,
        "well_known_url": well_known_url,
    })
}

fn not_found() -> Response {
    Response::not_found("Integration")
}

/// Responds with every integration.
pub(super) fn list(context: &Context<'_>) -> Response {
    let all: Vec<_> = context.account.integrations().iter().map(|integration| shown(context, integration)).collect();
    Response::success(&all)
}

/// Responds with one integration.
pub(super) fn get(context: &Context<'_>, id: Uuid) -> Response {
    let found = context.account.integrations().iter().find(|integration| integration.id == id);
    found.map_or_else(not_found, |integration| Response::success(&shown(context, integration)))
}

/// Responds with the oldest integration of a reference id.
pub(super) fn get_by_reference_id(context: &Context<'_>, reference_id: &str) -> Response {
    let has_it = |integration: &&Integration| integration.reference_id.as_deref() == Some(reference_id);
    let found = context.account.integrations().iter().find(has_it);
    found.map_or_else(not_found, |integration| Response::success(&shown(context, integration)))
}

/// Creates an integration, which is active.
pub(super) fn create(context: &mut Context<'_>, body: &[u8]) -> Response {
    match read_new(context, body) {
        Ok(integration) => {
            let response = Response::success(&shown(context, &integration));
            context.account.integrations_mut().push(integration);
            response
        }
        Err(failure) => failure,
    }
}

fn read_new(context: &mut Context<'_>, body: &[u8]) -> Result<Integration, Response> {
    let body = json_body::parse(body)?;
    let body = Object::of_body(&body)?;
    if body.string("integration_type")? != KNOWN_TYPE {
        return Err(body.invalid("integration_type", "must be Okta"));
    }
    let tenant_url = read_tenant_url(&body)?;
    let reference_id = body.optional_string("reference_id")?.flatten();
    check_reference_id(context, None, reference_id)?;
    let mut integration = Integration::new(context.ids.next(), tenant_url);
    integration.created_at = timestamp(context.now);
    integration.reference_id = as_stored(reference_id);
    Ok(integration)
}

/// Overwrites an integration.
pub(super) fn update(context: &mut Context<'_>, id: Uuid, body: &[u8]) -> Response {
    let Some(old) = context.account.integrations().iter().find(|integration| integration.id == id) else {
        return not_found();
    };
    let new = match read_update(context, old, body) {
        Ok(new) => new,
        Err(failure) => return failure,
    };
    let response = Response::success(&shown(context, &new));
    let stored = context.account.integrations_mut().iter_mut().find(|integration| integration.id == id);
    stored.into_iter().for_each(|stored| stored.clone_from(&new));
    response
}

fn read_update(context: &Context<'_>, old: &Integration, body: &[u8]) -> Result<Integration, Response> {
    let body = json_body::parse(body)?;
    let body = Object::of_body(&body)?;
    let (active, tenant_url) = (body.boolean("active")?, read_tenant_url(&body)?);
    let reference_id = match (body.optional_string("reference_id")?, context.unknowns.omitted_reference_id) {
        (Some(sent), _) => sent,
        (None, OmittedReferenceId::Kept) => old.reference_id.as_deref(),
        (None, OmittedReferenceId::Cleared) => None,
    };
    check_reference_id(context, Some(old.id), reference_id)?;
    Ok(Integration { active, tenant_url: tenant_url.to_owned(), reference_id: as_stored(reference_id), ..old.clone() })
}

/// An empty reference id is none.
fn as_stored(reference_id: Option<&str>) -> Option<String> {
    reference_id.filter(|reference_id| !reference_id.is_empty()).map(str::to_owned)
}

fn read_tenant_url<'a>(body: &Object<'a>) -> Result<&'a str, Response> {
    let url = body.string("tenant_url")?;
    let is_absolute = url.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    });
    if is_absolute { Ok(url) } else { Err(body.invalid("tenant_url", "must be an absolute URL")) }
}

/// Rejects a reference id that an integration other than `id` has.
fn check_reference_id(context: &Context<'_>, id: Option<Uuid>, reference_id: Option<&str>) -> Result<(), Response> {
    let Some(reference_id) = reference_id.filter(|reference_id| !reference_id.is_empty()) else { return Ok(()) };
    if context.unknowns.duplicate_reference_ids == DuplicateReferenceIds::Allowed {
        return Ok(());
    }
    let mut others = context.account.integrations().iter().filter(|integration| Some(integration.id) != id);
    if others.any(|integration| integration.reference_id.as_deref() == Some(reference_id)) {
        return Err(Response::conflict("Another integration has this reference_id"));
    }
    Ok(())
}

/// Removes an integration.
pub(super) fn delete(context: &mut Context<'_>, id: Uuid) -> Response {
    let integrations = context.account.integrations_mut();
    let Some(position) = integrations.iter().position(|integration| integration.id == id) else { return not_found() };
    integrations.remove(position);
    context.empty_result()
}
