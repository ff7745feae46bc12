//! The entries of an envelope's `errors` and `messages`.

use serde::Serialize;
use zt_risk_scoring_api::types;

use crate::auth::Secret;

/// One entry of an envelope's `errors` or `messages`, as the API sent it. Everything about it may be missing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ApiMessage {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    documentation_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_pointer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    error_chain: Vec<ApiMessage>,
}

impl ApiMessage {
    /// Reads the list of an envelope. The secret that was sent is taken out: a server may repeat it.
    pub(crate) fn list(raw: Option<Vec<types::ApiMessage>>, secret: &Secret) -> Vec<Self> {
        let text = |text: Option<String>| text.map(|text| secret.scrub(&text));
        raw.into_iter()
            .flatten()
            .map(|raw| Self {
                code: raw.code,
                message: text(raw.message),
                documentation_url: text(raw.documentation_url),
                source_pointer: text(raw.source.and_then(|source| source.pointer)),
                error_chain: Self::list(raw.error_chain, secret),
            })
            .collect()
    }

    /// What kind of message this is.
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// The message in words.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// Where the vendor explains the code.
    pub fn documentation_url(&self) -> Option<&str> {
        self.documentation_url.as_deref()
    }

    /// Which part of the request's body the message is about: a JSON pointer (RFC 6901).
    pub fn source_pointer(&self) -> Option<&str> {
        self.source_pointer.as_deref()
    }

    /// The causes behind this error, outermost first.
    pub fn error_chain(&self) -> &[ApiMessage] {
        &self.error_chain
    }

    /// Whether this message or one of its causes has a code.
    pub(crate) fn has_code(&self, code: i64) -> bool {
        self.code == Some(code) || self.error_chain.iter().any(|cause| cause.has_code(code))
    }
}
