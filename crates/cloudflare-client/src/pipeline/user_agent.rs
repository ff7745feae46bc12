//! The `User-Agent` header.

use std::sync::{PoisonError, RwLock};

use http::header::HeaderValue;

use crate::Error;

/// Makes the `User-Agent` header: the SDK, this crate, and the user's suffix (RFC 9110, section 10.1.5).
pub(crate) struct UserAgent {
    suffix: Option<String>,
    /// The header of each SDK that has made a call. A connection has few SDKs.
    headers: RwLock<Vec<(&'static str, HeaderValue)>>,
}

impl UserAgent {
    pub(crate) fn new(suffix: Option<String>) -> Self {
        Self { suffix, headers: RwLock::default() }
    }

    /// The same, for another connection.
    pub(crate) fn without_headers(&self) -> Self {
        Self::new(self.suffix.clone())
    }

    /// The header of an SDK's request.
    ///
    /// # Errors
    ///
    /// If the SDK's name or version is not allowed in a header.
    pub(crate) fn header(&self, sdk: &'static str) -> Result<HeaderValue, Error> {
        // A change of the list is a single step, so a panic cannot leave it inconsistent.
        let find = |headers: &[(&str, HeaderValue)]| Some(headers.iter().find(|(other, _)| *other == sdk)?.1.clone());
        if let Some(header) = find(&self.headers.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(header);
        }
        const CLIENT: &str = concat!(" cloudflare-client/", env!("CARGO_PKG_VERSION"));
        let separator = if self.suffix.is_some() { " " } else { "" };
        let text = [sdk, CLIENT, separator, self.suffix.as_deref().unwrap_or_default()].concat();
        let header = HeaderValue::try_from(text)
            .map_err(|_| Error::configuration("the SDK's name or version is not allowed in a header"))?;
        let mut headers = self.headers.write().unwrap_or_else(PoisonError::into_inner);
        // Another call of the same SDK may have been faster.
        if find(&headers).is_none() {
            headers.push((sdk, header.clone()));
        }
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_the_sdk_of_each_request_and_is_made_once_for_each() {
        const CLIENT: &str = concat!("cloudflare-client/", env!("CARGO_PKG_VERSION"));
        for (suffix, end) in [(None, ""), (Some("app/1".to_owned()), " app/1")] {
            let user_agent = UserAgent::new(suffix);
            for sdk in ["a/1", "b/2", "a/1"] {
                assert_eq!(user_agent.header(sdk).unwrap(), format!("{sdk} {CLIENT}{end}"));
            }
            // A copy of a header shares its bytes.
            for sdk in ["a/1", "b/2"] {
                let [first, second] = [user_agent.header(sdk).unwrap(), user_agent.header(sdk).unwrap()];
                assert_eq!(first.as_bytes().as_ptr(), second.as_bytes().as_ptr(), "{sdk}");
            }
            assert_eq!(user_agent.headers.read().unwrap().len(), 2);
        }
    }

    #[test]
    fn name_that_is_not_allowed_in_a_header_is_an_error() {
        assert!(UserAgent::new(None).header("a\n").unwrap_err().to_string().contains("the SDK's name"));
    }
}
