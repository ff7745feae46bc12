//! The typed wrappers around httpmock.

use anyhow::Result;

use super::{client, passes};
use crate::packages::crate_path;
use crate::policies;
use xtask_document::Document;
use xtask_document::open_api;
use xtask_document::operation::operations;

pub(super) fn generate(document: &Document, api: &str) -> Result<syn::File> {
    let mut value = policies::for_mocks(&document.value);
    passes::literal_paths::escape_paths(&mut value);
    let open_api = open_api::read(&value)?;
    let tokens = client::generator().httpmock(&open_api, &crate_path(api))?;

    let mut file = syn::parse2(tokens)?;
    let operations: Vec<_> = operations(&document.value).collect();
    passes::mock_methods::apply(&mut file);
    passes::content_types::apply_to_mocks(&mut file, &operations);
    passes::mock_values::apply(&mut file, &document.value, &operations);
    passes::literal_paths::apply(&mut file, &operations)?;
    passes::formatted::apply_to_mocks(&mut file);
    passes::numbers::apply(&mut file);
    passes::sealed_mocks::apply(&mut file)?;
    Ok(file)
}
