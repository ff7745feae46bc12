//! What is known about a response.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use crate::Metadata;
use crate::auth::Secrets;
use crate::error::one_line;

/// A response, whole, as the raw material of values and errors.
pub(super) struct Evidence {
    pub(super) metadata: Metadata,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// The secrets that the request carried, to be kept out of every text.
    pub(super) secrets: Secrets,
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
            .then(|| self.secrets.scrub(essence))
    }

    /// The host that a redirect leads to, which is all of a target that may be told: the rest can hold anything. A relative
    /// target stays on the host.
    pub(super) fn redirect_host(&self) -> Option<String> {
        if !self.metadata.status().is_redirection() {
            return None;
        }
        let location = self.headers.get(LOCATION)?.to_str().ok()?;
        match Url::parse(&self.secrets.scrub(location)) {
            Ok(url) => Some(one_line(url.host_str().unwrap_or("nowhere"))),
            Err(url::ParseError::RelativeUrlWithoutBase) => Some("the same host".to_owned()),
            Err(_) => Some("nowhere".to_owned()),
        }
    }
}
