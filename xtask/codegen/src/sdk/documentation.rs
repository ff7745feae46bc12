//! The documentation of the generated methods.

use serde_json::Value;

use super::call::Call;
use super::method::Method;
use crate::markdown::paragraph;
use crate::packages::{Packages, crate_path};
use xtask_document::Fields;
use xtask_document::operation::Operation;

/// The lines of an operation's documentation.
pub(super) fn of(operation: &Operation<'_>) -> Vec<String> {
    let text = |key: &str| operation.text(key).map(paragraph).unwrap_or_default();
    let summary = [text("summary"), text("description")].into_iter().find(|text| !text.is_empty());
    let summary = summary.unwrap_or_else(|| format!("The operation `{}`.", operation.id().unwrap_or_default()));
    let method = operation.method.to_uppercase();
    let route = if operation.path.contains('`') {
        paragraph(&format!("{method} {}", operation.path))
    } else {
        format!("`{method} {}`", operation.path.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let mut paragraphs = vec![summary, route];
    if operation.object.is("deprecated") {
        paragraphs.push("The API's document marks it as deprecated.".to_owned());
    }
    let permissions = operation.object.list("x-api-token-group").iter();
    let permissions: Vec<_> = permissions.filter_map(Value::as_str).map(paragraph).collect();
    if !permissions.is_empty() {
        paragraphs.push(format!("An API token needs one of these permissions: {}.", permissions.join(", ")));
    }
    paragraphs.push("# Errors".to_owned());
    paragraphs.push("The request fails with an [`Error`](::cloudflare_client::Error).".to_owned());
    paragraphs
        .join("\n\n")
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!(" {line}") })
        .collect()
}

/// The documentation of the type with all methods, with an example if a method has a sample call.
pub(super) fn example(methods: &[Method<'_>], calls: &[Option<Call>], packages: &Packages, sdk: &str) -> Vec<String> {
    let title = " One method for each operation of the API. Each returns a request, which is sent when it is awaited.";
    let callable = || methods.iter().zip(calls).filter_map(|(method, call)| Some((method, call.as_ref()?)));
    let rank = |method: &Method<'_>| (!method.is_envelope, method.operation.method != "get", method.arguments.len());
    let Some((method, call)) = callable().min_by_key(|(method, _)| rank(method)) else {
        return vec![title.to_owned()];
    };
    let (sdk, mock) = (crate_path(sdk), crate_path(&packages.mock));
    let (name, arguments) = (&method.name, &call.arguments);
    let (status, content_type, body) = (call.status, call.content_type, &call.body);
    vec![
        title.to_owned(),
        String::new(),
        " ```".to_owned(),
        format!(" use {sdk}::{{Client, Credentials}};"),
        format!(" # use {mock}::{{MockServerExt, httpmock::MockServer}};"),
        String::new(),
        " # #[tokio::main(flavor = \"current_thread\")]".to_owned(),
        " # async fn main() -> Result<(), Box<dyn std::error::Error>> {".to_owned(),
        " # let server = MockServer::start_async().await;".to_owned(),
        format!(" # server.{name}(|_, then| {{"),
        format!(" #     then.into_inner().status({status}).header(\"content-type\", {content_type:?}).body({body:?});"),
        " # });".to_owned(),
        " let client = Client::builder()".to_owned(),
        "     .credentials(Credentials::api_token(\"token\")?)".to_owned(),
        format!("     .account_id({:?})", super::call::ACCOUNT),
        " #   .base_url(server.base_url())".to_owned(),
        "     .build()?;".to_owned(),
        format!(" let result = client.operations().{name}({arguments}).await?;"),
        " # drop(result);".to_owned(),
        " # Ok(())".to_owned(),
        " # }".to_owned(),
        " ```".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use xtask_document::operation::operations;

    fn documentation(operation: Value) -> String {
        let document = json!({"paths": {"/things/{id}": {"get": operation}}});
        of(&operations(&document).next().unwrap()).join("\n")
    }

    #[test]
    fn documentation_has_summary_route_permissions_and_errors() {
        let text = documentation(json!({
            "operationId": "get_thing", "summary": "Get a <thing>", "description": "At length.",
            "x-api-token-group": ["Things Read", "Things `Write`"],
        }));
        let expected = " Get a \\<thing\\>\n\n `GET /things/{id}`\n\n An API token needs one of these permissions: \
                        Things Read, Things \\`Write\\`.\n\n # Errors\n\n \
                        The request fails with an [`Error`](::cloudflare_client::Error).";
        assert_eq!(text, expected);
    }

    #[test]
    fn operation_without_a_summary_is_documented_by_its_id() {
        let text = documentation(json!({"operationId": "get_thing", "summary": " ", "deprecated": true}));
        assert!(text.starts_with(" The operation `get_thing`.\n\n `GET /things/{id}`\n\n The API's document marks"));
    }
}
