//! A generated client in miniature, for what the documents of this workspace lack: plain JSON, bytes, and parameters that
//! nothing encodes.

use std::sync::Arc;

use api_runtime::{
    ApiClient, ByteStream, Envelope, EnvelopeParts, Error, Operation, ResponseValue, Transport, exec, transport_error,
};
use progenitor_client::OperationInfo;
use serde::Deserialize;
use serde_json::Value;

/// The operations of [`ThingsApi`].
pub mod operations {
    use api_runtime::Operation;

    /// Lists numbers, without an envelope.
    pub const LIST_THINGS: Operation = Operation::new("list_things", "GET", "/things");
    /// Makes a thing.
    pub const CREATE_THING: Operation = Operation::new("create_thing", "POST", "/things");
    /// Makes a thing, without an envelope.
    pub const IMPORT_THING: Operation = Operation::new("import_thing", "POST", "/things/import");
    /// Reads a file.
    pub const GET_FILE: Operation = Operation::new("get_file", "GET", "/files/{name}");
}

type Decoded<T> = Result<ResponseValue<T>, Error<ByteStream>>;

/// The client.
#[derive(Debug)]
pub struct ThingsApi {
    base_url: String,
    http_client: reqwest::Client,
    transport: Arc<dyn Transport>,
}

/// An envelope around a number.
#[derive(Debug, Deserialize)]
pub struct ThingEnvelope {
    success: bool,
    errors: Option<Value>,
    messages: Option<Value>,
    result: Option<u32>,
    result_info: Option<Value>,
}

impl Envelope for ThingEnvelope {
    type Result = u32;

    fn into_parts(self) -> EnvelopeParts<u32> {
        let Self { success, errors, messages, result, result_info } = self;
        EnvelopeParts { success, errors, messages, result, result_info }
    }
}

impl ApiClient for ThingsApi {
    const USER_AGENT: &'static str = "things/1.2.3";

    const OPERATIONS: &'static [Operation] =
        &[operations::LIST_THINGS, operations::CREATE_THING, operations::IMPORT_THING, operations::GET_FILE];

    fn with_transport(base_url: &str, http_client: reqwest::Client, transport: Arc<dyn Transport>) -> Self {
        Self { base_url: base_url.to_owned(), http_client, transport }
    }
}

impl ThingsApi {
    /// Calls [`operations::LIST_THINGS`].
    pub async fn list_things(&self) -> Decoded<Vec<u32>> {
        ResponseValue::from_response(self.send(operations::LIST_THINGS, "/things").await?).await
    }

    /// Calls [`operations::CREATE_THING`].
    pub async fn create_thing(&self) -> Decoded<ThingEnvelope> {
        ResponseValue::from_response(self.send(operations::CREATE_THING, "/things").await?).await
    }

    /// Calls [`operations::IMPORT_THING`].
    pub async fn import_thing(&self) -> Decoded<Value> {
        ResponseValue::from_response(self.send(operations::IMPORT_THING, "/things/import").await?).await
    }

    /// Calls [`operations::GET_FILE`]. Nothing encodes the name.
    pub async fn get_file(&self, name: &str) -> Decoded<ByteStream> {
        self.send(operations::GET_FILE, &format!("/files/{name}")).await.map(ResponseValue::stream)
    }

    /// Sends a POST as the operation [`operations::LIST_THINGS`], which is a GET.
    pub async fn post_as_list(&self) -> Decoded<Value> {
        let operation = Operation::new(operations::LIST_THINGS.id, "POST", "/things");
        ResponseValue::from_response(self.send(operation, "/things").await?).await
    }

    /// Sends a request as an operation that the client does not have.
    pub async fn unknown(&self) -> Decoded<Value> {
        let operation = Operation::new("unknown", "GET", "/things");
        ResponseValue::from_response(self.send(operation, "/things").await?).await
    }

    async fn send(&self, operation: Operation, path: &str) -> Result<reqwest::Response, Error<ByteStream>> {
        let method = operation.method.parse().unwrap();
        let request = self.http_client.request(method, format!("{}{path}", self.base_url)).build()?;
        let result = exec(&*self.transport, request, &OperationInfo { operation_id: operation.id }).await;
        if let Some(error) = transport_error(&result) {
            return Err(Error::Custom(error.to_string()));
        }
        let response = result?;
        match response.status().as_u16() {
            200 => Ok(response),
            _ => Err(Error::ErrorResponse(ResponseValue::stream(response))),
        }
    }
}
