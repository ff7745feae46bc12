//! The tests of the generated methods: each operation is called once on its mock.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::call::{ACCOUNT, Call};
use super::method::Method;
use crate::packages::{Packages, crate_path};

/// The module of the tests; empty if no method has a sample call.
pub(super) fn module(methods: &[Method<'_>], calls: &[Option<Call>], packages: &Packages) -> TokenStream {
    let tests: Vec<_> = methods.iter().zip(calls).filter_map(|(method, call)| test(method, call.as_ref()?)).collect();
    if tests.is_empty() {
        return TokenStream::new();
    }
    let mock = format_ident!("{}", crate_path(&packages.mock));
    quote! {
        #[cfg(test)]
        #[allow(dead_code, clippy::all, clippy::unwrap_used, reason = "not every operation uses all helpers")]
        #[allow(clippy::too_many_lines, reason = "one argument per parameter")]
        mod tests {
            use ::#mock::MockServerExt;
            use ::#mock::httpmock::{MockServer, Then, When};

            fn operations(server: &MockServer) -> super::Operations {
                let connection = ::cloudflare_client::Connection::builder()
                    .credentials(::cloudflare_client::Credentials::api_token("sample-token").unwrap())
                    .account_id(#ACCOUNT)
                    .base_url(server.base_url())
                    .build()
                    .unwrap();
                super::Operations::new(connection)
            }

            fn expect_token(when: When) {
                when.header("authorization", "Bearer sample-token");
            }

            fn respond(then: Then, status: u16, content_type: &str, body: &str) {
                then.status(status).header("content-type", content_type).body(body);
            }

            #(#tests)*
        }
    }
}

fn test(method: &Method<'_>, call: &Call) -> Option<TokenStream> {
    let name = &method.name;
    let test = format_ident!("{}_succeeds_with_one_request", name.unraw().to_string());
    let Call { arguments, status, content_type, body } = call;
    let arguments: TokenStream = arguments.parse().ok()?;
    Some(quote! {
        #[tokio::test]
        async fn #test() -> Result<(), Box<dyn std::error::Error>> {
            let server = MockServer::start_async().await;
            let mock = server.#name(|when, then| {
                expect_token(when.into_inner());
                respond(then.into_inner(), #status, #content_type, #body);
            });
            let response = operations(&server).#name(#arguments).send().await?;
            assert_eq!(response.metadata().attempts(), 1);
            assert_eq!(mock.calls_async().await, 1);
            Ok(())
        }
    })
}
