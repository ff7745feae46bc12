//! The `User-Agent` header.

use std::sync::OnceLock;

use http::header::HeaderValue;

use crate::Error;

/// Makes the `User-Agent` header: the SDK, this crate, and the user's suffix (RFC 9110, section 10.1.5).
pub(crate) struct UserAgent {
    suffix: Option<String>,
    /// The header of the SDK that made the first call. Hardly any connection has two SDKs.
    first: OnceLock<(&'static str, HeaderValue)>,
}

impl UserAgent {
    pub(crate) fn new(suffix: Option<String>) -> Self {
        Self { suffix, first: OnceLock::new() }
    }

    /// The header of an SDK's request.
    ///
    /// # Errors
    ///
    /// If the SDK's name or version is not allowed in a header.
    pub(crate) fn header(&self, sdk: &'static str) -> Result<HeaderValue, Error> {
        if let Some((_, header)) = self.first.get().filter(|(first, _)| *first == sdk) {
            return Ok(header.clone());
        }
        const CLIENT: &str = concat!(" cloudflare-client/", env!("CARGO_PKG_VERSION"));
        let separator = if self.suffix.is_some() { " " } else { "" };
        let text = [sdk, CLIENT, separator, self.suffix.as_deref().unwrap_or_default()].concat();
        let header = HeaderValue::try_from(text)
            .map_err(|_| Error::configuration("the SDK's name or version is not allowed in a header"))?;
        // If another SDK was faster, its header stays.
        let _ = self.first.set((sdk, header.clone()));
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_names_the_sdk_of_each_request() {
        const CLIENT: &str = concat!("cloudflare-client/", env!("CARGO_PKG_VERSION"));
        for (suffix, end) in [(None, ""), (Some("app/1".to_owned()), " app/1")] {
            let user_agent = UserAgent::new(suffix);
            for sdk in ["a/1", "b/2", "a/1"] {
                assert_eq!(user_agent.header(sdk).unwrap(), format!("{sdk} {CLIENT}{end}"));
            }
        }
    }

    #[test]
    fn name_that_is_not_allowed_in_a_header_is_an_error() {
        assert!(UserAgent::new(None).header("a\n").unwrap_err().to_string().contains("the SDK's name"));
    }
}
