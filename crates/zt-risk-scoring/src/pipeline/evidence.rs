//! What is known about a response.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use crate::Metadata;
use crate::auth::Secret;

/// A response, whole, as the raw material of values and errors.
pub(super) struct Evidence {
    pub(super) metadata: Metadata,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The secret that the request carried, to be kept out of every text.
    pub(super) secret: Secret,
}

impl Evidence {
    /// The response, for the generated code to decode. The body is shared, not copied.
    pub(super) fn response(&self) -> reqwest::Response {
        let mut response = http::Response::new(self.body.clone());
        *response.status_mut() = self.metadata.status();
        *response.headers_mut() = self.headers.clone();
        response.into()
    }

    /// The media type without parameters, if it looks like one: it is printed, so it must be harmless.
    pub(super) fn content_type(&self) -> Option<String> {
        const LONGEST: usize = 64;
        let value = self.headers.get(CONTENT_TYPE)?.to_str().ok()?;
        let essence = value.split(';').next()?.trim();
        let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"/.+-_".contains(&byte);
        (!essence.is_empty() && essence.len() <= LONGEST && essence.bytes().all(harmless))
            .then(|| self.secret.scrub(essence))
    }

    /// The host that a redirect leads to.
    pub(super) fn redirect_host(&self) -> Option<String> {
        let location = self.headers.get(LOCATION)?.to_str().ok()?;
        Some(self.secret.scrub(Url::parse(location).ok()?.host_str()?))
    }
}
