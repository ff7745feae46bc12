//! One method: its arguments, its result and its call of the generated client.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Ident, ImplItemFn, Pat, Path, ReturnType, Type, TypePath, parse_quote};

use super::{account, documentation};
use crate::syntax::{last_segment, models_of, name_of, result_of};
use xtask_document::naming::snake;
use xtask_document::operation::Operation;

/// A method of the SDK.
pub(super) struct Method<'a> {
    pub(super) operation: Operation<'a>,
    pub(super) name: Ident,
    /// The arguments of the method.
    pub(super) arguments: Vec<Argument>,
    /// The arguments of the client's method, as expressions.
    passed: Vec<TokenStream>,
    account: Option<Ident>,
    result: TokenStream,
    /// Whether the client's method returns an envelope.
    pub(super) is_envelope: bool,
}

/// An argument of a method.
pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) of: Type,
    /// Whether it is a body of bytes.
    pub(super) is_bytes: bool,
}

impl Argument {
    /// Whether the request borrows it: its type has a lifetime.
    fn is_borrowed(&self) -> bool {
        self.of.to_token_stream().to_string().contains('\'')
    }
}

impl<'a> Method<'a> {
    /// The method for an operation, from the function of the generated client.
    pub(super) fn of(
        operation: Operation<'a>,
        function: &ImplItemFn,
        client: &syn::File,
        results: &BTreeMap<String, Type>,
    ) -> Result<Self> {
        let account_name = account::parameter(operation.path).map(snake);
        let (mut arguments, mut passed, mut account) = (Vec::new(), Vec::new(), None);
        for input in &function.sig.inputs {
            let FnArg::Typed(typed) = input else { continue };
            let Pat::Ident(pattern) = &*typed.pat else { bail!("expected the name of an argument") };
            let (name, of) = (pattern.ident.clone(), (*typed.ty).clone());
            let plain = name.unraw().to_string();
            let is_account = account_name.as_deref().is_some_and(|account| account == plain.trim_end_matches('_'));
            if let Some(expression) = account::argument(client, &name, &of).filter(|_| is_account) {
                passed.push(expression);
                account = Some(name);
                continue;
            }
            // The type parameter is `Into<reqwest::Body>`.
            let is_bytes = function
                .sig
                .generics
                .type_params()
                .any(|generic| last_segment(&of).is_some_and(|name| generic.ident == name));
            // A request can be sent again, so it keeps its own values.
            passed.push(match &of {
                Type::Reference(_) => quote! { #name },
                _ => quote! { ::std::clone::Clone::clone(&#name) },
            });
            arguments.push(Argument { name, of: qualified_of(BTreeSet::new(), &of), is_bytes });
        }
        let success = success(&function.sig.output).context("expected the result `Result<ApiRequest<T>, _>`")?;
        let envelope = last_segment(success).and_then(|name| results.get(&name));
        let result = match (envelope, success.to_token_stream().to_string().as_str()) {
            (Some(result), _) => qualified(client, result).into_token_stream(),
            (None, ":: api_runtime :: Binary") => quote! { ::bytes::Bytes },
            (None, ":: api_runtime :: Empty") => quote! { () },
            (None, _) => qualified(client, success).into_token_stream(),
        };
        let name = function.sig.ident.clone();
        Ok(Self { operation, name, arguments, passed, account, result, is_envelope: envelope.is_some() })
    }

    /// The method itself.
    pub(super) fn to_function(&self) -> TokenStream {
        let Self { name, passed, result, .. } = self;
        let documentation = documentation::of(&self.operation);
        let constant = format_ident!("{}", name.unraw().to_string().to_uppercase());
        let arguments = self.arguments.iter().map(|Argument { name, of, is_bytes }| match is_bytes {
            true => quote! { #name: impl ::std::convert::Into<::bytes::Bytes> },
            false => quote! { #name: #of },
        });
        let bodies = self.arguments.iter().filter(|argument| argument.is_bytes).map(|Argument { name, .. }| {
            quote! { let #name: ::bytes::Bytes = #name.into(); }
        });
        let [connection, options] = ["connection", "options"].map(|name| self.unused(name));
        let account = self.account.iter().map(|name| quote! { let #name = #options.resolve_account(#connection)?; });
        let of_options = self.account.as_ref().map_or_else(|| quote! { _ }, |_| quote! { #options });
        let constructor = format_ident!("{}", if self.is_envelope { "envelope" } else { "plain" });
        let (generics, lifetime) = match self.arguments.iter().any(Argument::is_borrowed) {
            true => (quote! { <'a> }, quote! { 'a }),
            false => (quote! {}, quote! { 'static }),
        };
        quote! {
            #(#[doc = #documentation])*
            pub fn #name #generics (&self, #(#arguments),*) -> ::cloudflare_client::Request<#lifetime, #result> {
                #(#bodies)*
                ::cloudflare_client::Request::#constructor(
                    &self.connection,
                    operations::#constant,
                    move |#connection, #of_options| {
                        #(#account)*
                        Ok(::cloudflare_client::sdk::api::<Client>(#connection).#name(#(#passed),*)?)
                    },
                )
            }
        }
    }

    /// A variable name that no argument has.
    fn unused(&self, name: &str) -> Ident {
        let taken: BTreeSet<_> = self.arguments.iter().map(|argument| &argument.name).chain(&self.account).collect();
        let mut unused = format_ident!("{name}");
        while taken.contains(&unused) {
            unused = format_ident!("{unused}_");
        }
        unused
    }
}

/// `T` of `Result<ApiRequest<T>, _>`.
pub(super) fn success(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, of) = output else { return None };
    result_of(of, "ApiRequest")
}

/// The path of a type in the SDK crate: in the module `types`, or in `cloudflare_client` for types of `api_runtime`, on
/// which the crate does not depend.
fn qualified(client: &syn::File, of: &Type) -> Type {
    qualified_of(models_of(client).filter_map(name_of).map(ToString::to_string).collect(), of)
}

fn qualified_of(names: BTreeSet<String>, of: &Type) -> Type {
    let mut of = of.clone();
    Qualify { names }.visit_type_mut(&mut of);
    of
}

struct Qualify {
    names: BTreeSet<String>,
}

impl VisitMut for Qualify {
    fn visit_type_path_mut(&mut self, of: &mut TypePath) {
        let is_model = of.path.leading_colon.is_none()
            && of.path.get_ident().is_some_and(|name| self.names.contains(&name.to_string()));
        if is_model {
            let path: &Path = &of.path;
            of.path = parse_quote! { types::#path };
        } else if let Some(first) = of.path.segments.first_mut().filter(|first| first.ident == "api_runtime") {
            first.ident = format_ident!("cloudflare_client");
        }
        visit_mut::visit_type_path_mut(self, of);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::syntax::client_methods;
    use xtask_document::operation::operations;

    /// The method for an operation of a path, from a function of the client.
    fn method(path: &str, function: &TokenStream) -> String {
        let document: Value = json!({"paths": {path: {"get": {"operationId": "get_thing", "summary": "Get it"}}}});
        let client: syn::File = parse_quote! {
            impl Client { #function }
            mod types { struct Thing; struct ThingEnvelope; }
        };
        let results = BTreeMap::from([("ThingEnvelope".to_owned(), parse_quote! { ::std::option::Option<Thing> })]);
        let operation = operations(&document).next().unwrap();
        let method = Method::of(operation, client_methods(&client).next().unwrap(), &client, &results).unwrap();
        let function: syn::ImplItemFn = syn::parse2(method.to_function()).unwrap();
        let file: syn::File = parse_quote! { impl Operations { #function } };
        prettyplease::unparse(&file)
    }

    fn assert_method(path: &str, function: &TokenStream, expected: &TokenStream) {
        let expected: syn::File = parse_quote! {
            impl Operations {
                /// Get it
                ///
                #expected
            }
        };
        let code = |text: &str| {
            text.lines().filter(|line| !line.trim_start().starts_with("///")).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(code(&method(path, function)), code(&prettyplease::unparse(&expected)));
    }

    #[test]
    fn envelope_is_requested_for_its_result_with_the_configured_account() {
        let function = quote! {
            pub fn get_thing<'a>(
                &'a self, account_id: &'a str, id: &'a ::uuid::Uuid, kind: Option<types::Kind>, least: Option<::api_runtime::Number>,
            ) -> Result<::api_runtime::ApiRequest<types::ThingEnvelope>, ::api_runtime::RequestError> {}
        };
        let expected = quote! {
            pub fn get_thing<'a>(
                &self, id: &'a ::uuid::Uuid, kind: Option<types::Kind>, least: Option<::cloudflare_client::Number>
            ) -> ::cloudflare_client::Request<'a, ::std::option::Option<types::Thing>> {
                ::cloudflare_client::Request::envelope(&self.connection, operations::GET_THING, move |connection, options| {
                    let account_id = options.resolve_account(connection)?;
                    Ok(::cloudflare_client::sdk::api::<Client>(connection)
                        .get_thing(account_id.as_str(), id, ::std::clone::Clone::clone(&kind), ::std::clone::Clone::clone(&least))?)
                })
            }
        };
        assert_method("/accounts/{account_id}/things/{id}", &function, &expected);
    }

    #[test]
    fn bytes_are_sent_and_returned_without_an_account_and_names_do_not_clash() {
        let function = quote! {
            pub fn get_thing<'a, B: Into<reqwest::Body>>(&'a self, connection: i64, body: B)
                -> Result<::api_runtime::ApiRequest<::api_runtime::Binary>, ::api_runtime::RequestError> {}
        };
        let expected = quote! {
            pub fn get_thing(&self, connection: i64, body: impl ::std::convert::Into<::bytes::Bytes>)
                -> ::cloudflare_client::Request<'static, ::bytes::Bytes> {
                let body: ::bytes::Bytes = body.into();
                ::cloudflare_client::Request::plain(&self.connection, operations::GET_THING, move |connection_, _| {
                    Ok(::cloudflare_client::sdk::api::<Client>(connection_)
                        .get_thing(::std::clone::Clone::clone(&connection), ::std::clone::Clone::clone(&body))?)
                })
            }
        };
        assert_method("/things/{connection}", &function, &expected);
    }

    #[test]
    fn success_without_a_body_is_a_unit_and_other_json_is_its_type() {
        let formatted = quote! { Formatted<::uuid::Uuid> };
        for (success, value) in [
            (quote! { ::api_runtime::Empty }, quote! { () }),
            (quote! { types::Thing }, quote! { types::Thing }),
            (quote! { Vec<::api_runtime::#formatted> }, quote! { Vec<::cloudflare_client::#formatted> }),
        ] {
            let function = quote! {
                pub fn get_thing<'a>(&'a self) -> Result<::api_runtime::ApiRequest<#success>, ::api_runtime::RequestError> {}
            };
            let expected = quote! {
                pub fn get_thing(&self) -> ::cloudflare_client::Request<'static, #value> {
                    ::cloudflare_client::Request::plain(&self.connection, operations::GET_THING, move |connection, _| {
                        Ok(::cloudflare_client::sdk::api::<Client>(connection).get_thing()?)
                    })
                }
            };
            assert_method("/things", &function, &expected);
        }
    }
}
