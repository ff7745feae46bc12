//! Tests of the pass with methods in the form of the generator.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::json;
use syn::parse_quote;

use super::*;
use crate::syntax::assert_same;
use xtask_document::operation::operations;

/// The items that only sending needs.
fn sending_items() -> TokenStream {
    quote! {
        pub use progenitor_client::{ByteStream, Error};
        use progenitor_client::{encode_path, ClientHooks};
        impl ClientInfo<()> for Client {}
        impl ClientHooks<()> for &Client {}
        pub mod prelude { pub use super::Client; }
    }
}

/// The statements that send a request, with arms for statuses.
fn sending(arms: &TokenStream) -> TokenStream {
    quote! {
        let info = OperationInfo { operation_id: "get_thing", };
        self.pre(&mut request, &info).await?;
        let result = self.exec(request, &info).await;
        self.post(&result, &info).await?;
        let response = result?;
        match response.status().as_u16() { #arms }
    }
}

/// A method that builds a request and runs statements.
fn method(success: &TokenStream, statements: &TokenStream) -> TokenStream {
    quote! {
        #[doc = "Sends a thing\n\nSends a `GET` request to `/things`\n"]
        pub async fn get_thing<'a>(&'a self, id: &'a str) -> Result<ResponseValue<#success>, Error<ByteStream>> {
            let url = format!("{}/things", self.baseurl,);
            #[allow(unused_mut)]
            let mut request = self.client.get(url).build()?;
            #statements
        }
    }
}

/// Applies the pass to a client with one method.
fn applied(method: &TokenStream) -> Result<(syn::File, Successes)> {
    let others = sending_items();
    let mut file: syn::File = parse_quote! { #others impl Client { #method } };
    let successes = apply_to(&mut file)?;
    Ok((file, successes.get("get_thing").unwrap().clone()))
}

fn apply_to(file: &mut syn::File) -> Result<BTreeMap<String, Successes>> {
    let document = json!({"paths": {"/things": {"get": {"operationId": "get_thing"}}}});
    apply(file, &operations(&document).collect::<Vec<_>>())
}

fn error(method: &TokenStream) -> String {
    format!("{:#}", applied(method).err().unwrap())
}

#[test]
fn method_ends_with_its_request_and_sends_nothing() {
    let arms = quote! {
        200u16 => { ResponseValue::from_response(response).await }
        201u16 => { ResponseValue::from_response(response).await }
        400u16..=499u16 => { Err(Error::ErrorResponse(ResponseValue::stream(response))) }
        _ => Err(Error::UnexpectedResponse(response)),
    };
    let (file, successes) = applied(&method(&quote! { types::Thing }, &sending(&arms))).unwrap();
    assert_eq!(successes, [200..=200, 201..=201]);
    let expected: syn::File = parse_quote! {
        impl Client {
            #[doc = "Sends a thing\n\nBuilds a `GET` request to `/things`\n"]
            pub fn get_thing<'a>(
                &'a self,
                id: &'a str,
            ) -> Result<::api_runtime::ApiRequest<types::Thing>, ::api_runtime::RequestError> {
                let url = format!("{}/things", self.baseurl,);
                let request = self.client.get(url).build()?;
                Ok(::api_runtime::ApiRequest::new::<Self>(request, operations::GET_THING))
            }
        }
    };
    assert_same(&file, &expected);
}

#[test]
fn success_has_the_type_and_the_statuses_that_are_decoded() {
    let failure = quote! { _ => { Err(Error::ErrorResponse(ResponseValue::from_response(response).await?)) } };
    for (of, arms, expected, statuses) in [
        (quote! { () }, quote! { 204u16 => { Ok(ResponseValue::empty(response)) } }, "Empty", vec![204..=204]),
        (
            quote! { ByteStream },
            quote! { 200..=299 => { Ok(ResponseValue::stream(response)) } },
            "Binary",
            vec![200..=299],
        ),
        (quote! { () }, quote! {}, "Empty", vec![]),
    ] {
        let (file, successes) = applied(&method(&of, &sending(&quote! { #arms #failure }))).unwrap();
        let text = quote! { #file }.to_string().replace(' ', "");
        assert!(text.contains(&format!("Result<::api_runtime::ApiRequest<::api_runtime::{expected}>,")), "{text}");
        assert_eq!(successes, statuses);
    }
}

#[test]
fn request_is_built_without_progenitor_client() {
    let arms = quote! { 200u16 => { Ok(ResponseValue::empty(_response)) } };
    let method = quote! {
        async fn get_thing(&self, request: i64, result: i64, response: i64) -> Result<ResponseValue<()>, Error<()>> {
            header_map.append("api-version", HeaderValue::from_static(Self::api_version()));
            let mut _request = self.client.get(url).form_urlencoded(&body)?
                .query(&progenitor_client::QueryParam::new("request", &request)).build()?;
            let info = OperationInfo { operation_id: "get_thing", };
            self.pre(&mut _request, &info).await?;
            let _result = self.exec(_request, &info).await;
            self.post(&_result, &info).await?;
            let _response = _result?;
            match _response.status().as_u16() { #arms }
        }
    };
    let (file, _) = applied(&method).unwrap();
    let expected: syn::File = parse_quote! {
        impl Client {
            fn get_thing(
                &self, request: i64, result: i64, response: i64
            ) -> Result<::api_runtime::ApiRequest<::api_runtime::Empty>, ::api_runtime::RequestError> {
                header_map.append("api-version", HeaderValue::from_static(REVISION));
                let _request = self.client.get(url)
                    .header(
                        ::reqwest::header::CONTENT_TYPE,
                        ::reqwest::header::HeaderValue::from_static("application/x-www-form-urlencoded"),
                    )
                    .body(::api_runtime::form_body(&body)?)
                    .query(&progenitor_client::QueryParam::new("request", &request)).build()?;
                Ok(::api_runtime::ApiRequest::new::<Self>(_request, operations::GET_THING))
            }
        }
    };
    assert_same(&file, &expected);
}

#[test]
fn method_of_another_shape_is_an_error_with_its_name() {
    let json = quote! { 200u16 => { ResponseValue::from_response(response).await } };
    let thing = quote! { types::Thing };
    let of = |arms: TokenStream| method(&thing, &sending(&arms));
    let synchronous = quote! { fn get_thing(&self) -> Result<ResponseValue<()>, ()> {} };
    let other_result = method(&thing, &sending(&json)).to_string().replace("ResponseValue < types", "Other < types");
    let other_builder = method(&thing, &sending(&json)).to_string().replace(". build ()", ". build_it ()");
    let sends_twice =
        method(&thing, &sending(&json)).to_string().replace("let response = result ?", "let response = twice ?");
    for (method, part) in [
        (synchronous, "expected statements that send the request"),
        (other_result.parse().unwrap(), "expected the result `Result<ResponseValue<T>, _>`"),
        (other_builder.parse().unwrap(), "expected `let mut request = ….build()?;`"),
        (sends_twice.parse().unwrap(), "expected statements that send the request and match the status"),
        (of(quote! { 200u16 => { retry(response).await } }), "expected a success or a failure, found `retry"),
        (of(quote! { x => { ResponseValue::from_response(response).await } }), "expected a status or a range"),
        (of(quote! { 101u16 => { ResponseValue::upgrade(response).await } }), "switches protocols"),
        (of(quote! { #json 204u16 => { Ok(ResponseValue::empty(response)) } }), "in different ways"),
        (of(quote! { 200u16 => { Ok(ResponseValue::stream(response)) } }), "expected `ByteStream`"),
        (of(quote! { 200u16 => { Ok(ResponseValue::empty(response)) } }), "expected `()`"),
    ] {
        let error = error(&method);
        assert!(error.starts_with("the method `get_thing`: ") && error.contains(part), "{part}: {error}");
    }
}

#[test]
fn client_without_a_method_of_each_operation_or_with_another_one_is_an_error() {
    let others = sending_items();
    let error = |methods: TokenStream| {
        let mut file: syn::File = parse_quote! { #others impl Client { #methods } };
        format!("{:#}", apply_to(&mut file).unwrap_err())
    };
    assert!(error(quote! {}).contains("expected a method for each of 1 operations, found 0"));
    assert!(
        error(quote! { fn get_thing_stream(&self) {} })
            .contains("the method `get_thing_stream` belongs to no operation")
    );
    assert!(error(quote! { const A: u8 = 1; }).contains("expected methods only"));
}

#[test]
fn client_without_the_parts_that_send_is_an_error() {
    let error = apply_to(&mut parse_quote! { impl ClientInfo<()> for Client {} }).unwrap_err();
    assert!(error.to_string().contains(r#"found {"ClientInfo": 1}"#), "{error}");
}
