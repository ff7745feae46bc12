//! Decodes recorded responses, for tests.

use api_runtime::Operation;
use bytes::Bytes;

use super::super::buffered_response::BufferedResponse;
use super::{Decode, failure};
use crate::redact::Secrets;
use crate::{Error, Metadata, Response};

impl<T: Send + 'static> Decode<T> {
    /// Decodes a response in place, whatever its size.
    pub(crate) fn run_in_place(
        self,
        operation: Operation,
        metadata: Metadata,
        body: Bytes,
    ) -> Result<Response<T>, Error> {
        let response = BufferedResponse {
            metadata,
            body,
            omitted: None,
            redirect_host: None,
            is_deleted: false,
            secrets: Secrets::default(),
        };
        if operation.is_success(response.metadata.status().as_u16()) {
            self.decoder.decode(response)
        } else {
            Err(failure::of_status(response))
        }
    }
}
