//! The pipeline for the generated client as it is.

use std::fmt;

use tracing::Instrument;
use zt_risk_scoring_api::{Transport, TransportError, TransportFuture, operations};

use super::evidence::Evidence;
use super::{Call, telemetry};
use crate::client::{CallOptions, Client};

/// A transport that makes a call of every request, with the client's own settings.
pub(crate) struct RawCalls(pub(crate) Client);

impl Transport for RawCalls {
    fn send(&self, request: reqwest::Request, operation_id: &'static str) -> TransportFuture<'_> {
        Box::pin(async move {
            let operation = operations::ALL.iter().find(|operation| operation.id == operation_id);
            let operation = *operation.ok_or_else(|| TransportError::new("the operation is not known"))?;
            let call = Call::new(self.0.clone(), operation, &CallOptions::default());
            let span = telemetry::span(&self.0, operation);
            let outcome = call.run(request).instrument(span.clone()).await;
            telemetry::record(&span, outcome.as_ref().map(|evidence| &evidence.metadata));
            outcome.as_ref().map(Evidence::response).map_err(TransportError::new)
        })
    }
}

impl fmt::Debug for RawCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawCalls").field(&self.0).finish()
    }
}
