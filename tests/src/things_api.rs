//! A generated client in miniature, for what the documents of this workspace lack: plain JSON, bytes, a response
//! without a body, successes of other statuses, and parameters that nothing encodes.

use api_runtime::{ApiClient, ApiRequest, Binary, Empty, Operation, RequestError, ResultOf};
use serde_json::Value;

/// The operations of [`ThingsApi`].
pub mod operations {
    use api_runtime::Operation;

    /// Lists numbers, without an envelope.
    pub const LIST_THINGS: Operation = Operation::new("list_things", "GET", "/things");
    /// Makes a thing: a number in an envelope.
    pub const CREATE_THING: Operation = Operation::new("create_thing", "POST", "/things").with_success(&[200..=202]);
    /// Makes a thing, without an envelope.
    pub const IMPORT_THING: Operation = Operation::new("import_thing", "POST", "/things/import");
    /// Reads a file.
    pub const GET_FILE: Operation = Operation::new("get_file", "GET", "/files/{name}");
    /// Removes a file. The response has no body.
    pub const DELETE_FILE: Operation =
        Operation::new("delete_file", "DELETE", "/files/{name}").with_success(&[204..=204]);
}

/// The client.
#[derive(Debug)]
pub struct ThingsApi {
    base_url: String,
    http_client: reqwest::Client,
}

type Built<T> = Result<ApiRequest<T>, RequestError>;

impl ApiClient for ThingsApi {
    const USER_AGENT: &'static str = "things/1.2.3";

    const OPERATIONS: &'static [Operation] = &[
        operations::LIST_THINGS,
        operations::CREATE_THING,
        operations::IMPORT_THING,
        operations::GET_FILE,
        operations::DELETE_FILE,
    ];

    fn new(base_url: &str, http_client: reqwest::Client) -> Self {
        Self { base_url: base_url.to_owned(), http_client }
    }
}

impl ThingsApi {
    /// A request of [`operations::LIST_THINGS`].
    pub fn list_things(&self) -> Built<Vec<u32>> {
        self.request(operations::LIST_THINGS, "/things")
    }

    /// A request of [`operations::CREATE_THING`].
    pub fn create_thing(&self) -> Built<ResultOf<u32>> {
        self.request(operations::CREATE_THING, "/things")
    }

    /// A request of [`operations::IMPORT_THING`].
    pub fn import_thing(&self) -> Built<Value> {
        self.request(operations::IMPORT_THING, "/things/import")
    }

    /// A request of [`operations::GET_FILE`]. Nothing encodes the name.
    pub fn get_file(&self, name: &str) -> Built<Binary> {
        self.request(operations::GET_FILE, &format!("/files/{name}"))
    }

    /// A request of [`operations::DELETE_FILE`]. Nothing encodes the name.
    pub fn delete_file(&self, name: &str) -> Built<Empty> {
        self.request(operations::DELETE_FILE, &format!("/files/{name}"))
    }

    /// A POST as the operation [`operations::LIST_THINGS`], which is a GET.
    pub fn post_as_list(&self) -> Built<Vec<u32>> {
        let request = self.http_client.post(format!("{}/things", self.base_url)).build()?;
        Ok(ApiRequest::new::<Self>(request, operations::LIST_THINGS))
    }

    fn request<T>(&self, operation: Operation, path: &str) -> Built<T> {
        let method = operation.method.parse().unwrap();
        let request = self.http_client.request(method, format!("{}{path}", self.base_url)).build()?;
        Ok(ApiRequest::new::<Self>(request, operation))
    }
}
