//! The requests that generated clients build.

use std::error::Error;
use std::fmt;
use std::iter;
use std::marker::PhantomData;

use crate::extra::is_declared_key;
use crate::{ApiClient, Operation, ParameterError};

/// A request of one operation, and the type of its success: an [`Envelope`](crate::Envelope), other JSON, [`Binary`] or
/// [`Empty`].
///
/// The methods of a generated client return it, and send nothing. The request carries its operation, which decides what
/// is safe to retry, so no caller can pass another one.
pub struct ApiRequest<T> {
    /// Boxed, since a request is moved several times on its way to the client that sends it.
    request: Box<reqwest::Request>,
    operation: Operation,
    user_agent: &'static str,
    success: PhantomData<fn() -> T>,
}

/// The type of a success that is not JSON, such as a file.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Binary;

/// The type of a success without a body.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Empty;

impl<T> ApiRequest<T> {
    /// A request that a client built for one of its operations. Generated code calls this.
    pub fn new<A: ApiClient>(request: reqwest::Request, operation: Operation) -> Self {
        Self { request: Box::new(request), operation, user_agent: A::USER_AGENT, success: PhantomData }
    }

    /// The same request, whose success is decoded as another type.
    pub fn with_success<U>(self) -> ApiRequest<U> {
        let Self { request, operation, user_agent, .. } = self;
        ApiRequest { request, operation, user_agent, success: PhantomData }
    }

    /// The same request with another body, for what a generated model has no room for.
    pub fn with_body(mut self, body: Vec<u8>) -> Self {
        *self.request.body_mut() = Some(body.into());
        self
    }

    /// The request.
    pub fn request(&self) -> &reqwest::Request {
        &self.request
    }

    /// The request, to be sent.
    pub fn into_request(self) -> Box<reqwest::Request> {
        self.request
    }

    /// The operation.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The SDK's name and version, for the `User-Agent` header.
    pub fn user_agent(&self) -> &'static str {
        self.user_agent
    }
}

/// Leaves out the URL and the headers, which may contain ids and personal data.
impl<T> fmt::Debug for ApiRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiRequest").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

/// Why a generated method could not build its request: an argument cannot be sent.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// No request can carry the value of a parameter.
    Parameter(ParameterError),
    /// The body cannot be written, or no URL can be made of the base URL.
    Build(reqwest::Error),
    /// The field `extra` of the body, or of a part of it, has a declared property. The text names it.
    Extra(String),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parameter(error) => error.fmt(f),
            // The messages of the HTTP library may contain the value of an argument.
            Self::Extra(problem) => write!(f, "the body of the request cannot be written: {problem}"),
            Self::Build(_) => f.write_str("the URL or the body of the request cannot be written"),
        }
    }
}

impl Error for RequestError {}

impl From<ParameterError> for RequestError {
    fn from(error: ParameterError) -> Self {
        Self::Parameter(error)
    }
}

impl From<reqwest::Error> for RequestError {
    fn from(error: reqwest::Error) -> Self {
        let sources = iter::successors(error.source(), |&error| error.source());
        let declared = sources.map(ToString::to_string).find(|source| is_declared_key(source));
        declared.map_or(Self::Build(error), Self::Extra)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Things;

    impl ApiClient for Things {
        const USER_AGENT: &'static str = "things/1.0.0";
        const OPERATIONS: &'static [Operation] = &[Operation::new("get_thing", "GET", "/things/{id}")];

        fn new(_: &str, _: reqwest::Client) -> Self {
            Self
        }
    }

    #[test]
    fn debug_of_a_request_names_the_operation_and_prints_no_url() {
        let request = reqwest::Request::new(reqwest::Method::GET, "http://localhost/things/secret".parse().unwrap());
        let request = ApiRequest::<()>::new::<Things>(request, Things::OPERATIONS[0]).with_success::<Binary>();
        assert_eq!(request.user_agent(), "things/1.0.0");
        assert_eq!(request.operation(), Things::operation("get_thing").unwrap());
        assert_eq!(format!("{request:?}"), r#"ApiRequest { operation: "get_thing", .. }"#);
        assert_eq!(request.into_request().url().path(), "/things/secret");
    }
}
