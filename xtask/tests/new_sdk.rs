//! One more SDK, from nothing to crates that compile; and one of every tag of a vendor's document.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has found something")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use xtask::generate::{self, GeneratorProcess};
use xtask::import::Import;
use xtask::scaffold::Scaffold;
use xtask::sdk::Slice;
use xtask::survey::Survey;
use xtask::workspace::Workspace;

fn process() -> GeneratorProcess {
    GeneratorProcess::of(env!("CARGO_BIN_EXE_xtask"), 1024)
}

/// Copies what a build needs of a folder: everything but what a build makes.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, copied) = (entry.path(), to.join(entry.file_name()));
        match entry.file_name().to_str() {
            Some("target" | ".git") => {}
            _ if path.is_dir() => copy(&path, &copied),
            _ => drop(fs::copy(&path, &copied).unwrap()),
        }
    }
}

/// Runs cargo on the new packages. Nothing is fetched.
fn cargo(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", env!("CARGO_TARGET_TMPDIR"))
        .env("RUSTDOCFLAGS", "--deny=warnings")
        // Nobody debugs them, and the next run builds them anew.
        .env("CARGO_PROFILE_DEV_DEBUG", "none")
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .unwrap()
}

const PACKAGE_OF_THE_SDK: &str = "--package=acme-gadgets";
const PACKAGES: [&str; 3] = [PACKAGE_OF_THE_SDK, "--package=acme-gadgets-api", "--package=acme-gadgets-mock"];

/// Writes the integration test of a package.
fn write_test(root: &Path, package: &str, text: &str) {
    let path = root.join("crates").join(package).join("tests/user.rs");
    fs::create_dir(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What is wrong with the new packages, as the compiler, its lints and its documentation see it.
fn compiler_output(root: &Path) -> String {
    let clippy = [&["clippy"], &PACKAGES[..], &["--offline", "--quiet", "--all-targets", "--", "--deny=warnings"]];
    let doc = [&["doc"], &PACKAGES[..], &["--offline", "--quiet", "--no-deps"]];
    let outputs = [clippy, doc].map(|arguments| {
        let output = cargo(root, &arguments.concat());
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), text.is_empty(), "{text}");
        text
    });
    outputs.concat()
}

/// What a program does with the new client's models: it builds what is sent, and reads what a union can be.
const USER: &str = r##"//! A user of the client.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has found something")]

use acme_gadgets_api::types::{AcmeCat, AcmeCatInner, AcmeCatKind, AcmePet, AcmePlan, AcmeSize, AcmeToy, AcmeToyKind};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What a value is read as. It is always written as it came.
fn read<T: DeserializeOwned + Serialize>(value: Value) -> T {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), value);
    read
}

#[test]
fn what_is_sent_can_be_built() {
    let mut cat = AcmeCat::new(AcmeCatKind::Cat);
    cat.inner = Some(AcmeCatInner::new("x".to_owned()));
    let sent = (AcmePet::from(cat), AcmeToy::new(AcmeToyKind::Unknown("ball".to_owned())));
    assert!(!matches!(sent.0, AcmePet::Unknown(value) if value.is_null()));
}

#[test]
fn a_value_that_a_branch_lists_tells_which_one_it_is() {
    assert!(matches!(read(json!({"kind": "cat", "a": "x", "inner": {"x": "y"}})), AcmePet::AcmeCat(_)));
    for kind in ["dog", "hound"] {
        assert!(matches!(read(json!({"kind": kind, "b": "x"})), AcmePet::AcmeDog(_)));
    }
}

#[test]
fn what_fits_no_branch_is_kept_as_it_came() {
    for value in [
        json!({"kind": "wolf", "b": "x", "new": {"deep": [1, null]}}),
        json!({"b": "x"}),
        json!({}),
        json!(["cat"]),
        json!("cat"),
        json!(1.5),
        json!(null),
    ] {
        assert!(matches!(read(value.clone()), AcmePet::Unknown(kept) if kept == value));
    }
}

#[test]
fn a_property_that_another_branch_has_is_not_lost() {
    for value in [json!({}), json!({"note": "n"}), json!({"limits": {"guests": 1}})] {
        assert!(matches!(read(value), AcmePlan::AcmeFree(_)));
    }
    assert!(matches!(read(json!({"note": "n", "seats": 1})), AcmePlan::AcmePaid(_)));
    assert!(matches!(read(json!({"limits": {"members": 1}})), AcmePlan::AcmeTeam(_)));
    assert!(matches!(read(json!({"seats": 1, "limits": {"guests": 1}})), AcmePlan::Unknown(_)));
}

#[test]
fn a_property_that_no_branch_has_changes_nothing() {
    let cat = serde_json::from_value(json!({"kind": "cat", "new": 1})).unwrap();
    assert!(matches!(cat, AcmePet::AcmeCat(_)));
    let plan = serde_json::from_value(json!({"seats": 1, "new": 1})).unwrap();
    assert!(matches!(plan, AcmePlan::AcmePaid(_)));
}

#[test]
fn whatever_is_read_can_be_displayed() {
    for (value, text) in [(json!(3), "3"), (json!(true), "true"), (json!("huge"), "huge"), (json!({"a": 1}), r#"{"a":1}"#)] {
        assert_eq!(read::<AcmeSize>(value).to_string(), text);
    }
}
"##;

/// What a program does with the new SDK: it calls operations, whatever the server responds.
const CALLER: &str = r##"//! A user of the SDK.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has found something")]

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use acme_gadgets::operations::types::AcmeGadgetsListKind;
use acme_gadgets::{Client, Credentials, ErrorKind};
use acme_gadgets_mock::MockServerExt;
use acme_gadgets_mock::httpmock::{HttpMockRequest, HttpMockResponse, MockServer};

const ACCOUNT: &str = "023e105f4ecef8ad9ca31a8372d0c353";
const SUCCESS: &str = r#"{"success":true,"errors":7,"result":[{"name":"a","kind":"big"}],"result_info":{"page":2}}"#;

/// A server that sends a response, and the second one from then on, if the request has the token and the account.
async fn server(first: (u16, &'static str, &'static str), second: &'static str) -> (MockServer, Client) {
    let server = MockServer::start_async().await;
    let requests = AtomicUsize::new(0);
    server.acme_account_gadgets_list(|when, then| {
        when.account_id(&ACCOUNT.to_owned().into()).into_inner().header("authorization", "Bearer cfut_0123456789");
        then.into_inner().respond_with(move |_: &HttpMockRequest| {
            let (status, retry_after, body) = match requests.fetch_add(1, Ordering::SeqCst) {
                0 => first,
                _ => (200, "", second),
            };
            let response = HttpMockResponse::builder().status(status).header("content-type", "application/json");
            let response = if retry_after.is_empty() { response } else { response.header("retry-after", retry_after) };
            response.body(body).build()
        });
    });
    let credentials = Credentials::api_token("cfut_0123456789").unwrap();
    let builder = Client::builder().credentials(credentials).account_id(ACCOUNT).base_url(server.base_url());
    (server, builder.build().unwrap())
}

#[tokio::test]
async fn success_has_result_and_metadata_and_its_request_the_token() {
    let (_server, client) = server((200, "", SUCCESS), "").await;
    let response = client.operations().acme_account_gadgets_list(None).send().await.unwrap();
    assert_eq!(response.metadata().attempts(), 1);
    assert_eq!(response.metadata().result_info().unwrap().page, Some(2));
    assert_eq!(response.value()[0].name, "a");
}

#[tokio::test]
async fn request_is_retried_after_a_503() {
    let (_server, client) = server((503, "", ""), SUCCESS).await;
    let response = client.operations().acme_account_gadgets_list(None).send().await.unwrap();
    assert_eq!((response.metadata().attempts(), response.value().len()), (2, 1));
}

#[tokio::test]
async fn request_waits_as_long_as_a_429_says() {
    let (_server, client) = server((429, "1", ""), SUCCESS).await;
    let start = Instant::now();
    let response = client.operations().acme_account_gadgets_list(None).send().await.unwrap();
    assert_eq!(response.metadata().attempts(), 2);
    assert!(start.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn failure_is_an_error_with_its_code() {
    let body = r#"{"success":false,"errors":[{"code":7003,"message":"No route"}],"messages":[],"result":null}"#;
    for status in [404, 200] {
        let (_server, client) = server((status, "", body), SUCCESS).await;
        let error = client.operations().acme_account_gadgets_list(None).await.unwrap_err();
        assert_eq!(error.errors()[0].code(), Some(7003), "{status}: {error}");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1), "{status}: {error}");
    }
}

#[tokio::test]
async fn missing_result_is_an_error_and_a_nullable_one_is_none() {
    let (server, client) = server((200, "", r#"{"success":true}"#), "").await;
    client.operations().acme_account_gadgets_list(None).await.unwrap_err();
    let id = serde_json::from_str("\"11111111-2222-4333-8444-555555555555\"").unwrap();
    let mock = server.acme_account_gadgets_delete(|_, then| {
        then.into_inner().status(200).header("content-type", "application/json").body(r#"{"success":true,"result":null}"#);
    });
    assert!(client.operations().acme_account_gadgets_delete(&id).await.unwrap().is_none());
    mock.delete_async().await;
}

#[tokio::test]
async fn union_of_envelopes_is_checked_as_one_envelope() {
    for (body, owners) in [
        ("{}", None),
        (r#"{"success":true}"#, None),
        (r#"{"success":true,"result":null}"#, None),
        (r#"{"success":false,"errors":[],"result":[]}"#, None),
        (r#"{"success":true,"errors":[7],"result":[],"result_info":{"page":2}}"#, Some("[]")),
        (r#"{"success":true,"result":[{"age":1},{"seat":"x"}],"result_info":{"page":2}}"#, Some(r#"[{"age":1},{"seat":"x"}]"#)),
    ] {
        let (server, client) = server((200, "", SUCCESS), "").await;
        server.acme_gadgets_owners(|_, then| {
            then.into_inner().status(200).header("content-type", "application/json").body(body);
        });
        let response = client.operations().acme_gadgets_owners().send().await;
        let page = response.as_ref().ok().and_then(|response| response.metadata().result_info()?.page);
        assert_eq!(page, owners.map(|_| 2), "{body}");
        let value = response.ok().map(|response| serde_json::to_string(response.value()).unwrap());
        assert_eq!(value.as_deref(), owners, "{body}");
    }
}

#[tokio::test]
async fn success_has_a_documented_status() {
    let (server, client) = server((200, "", SUCCESS), "").await;
    let (operations, id) = (client.operations(), serde_json::from_str("\"11111111-2222-4333-8444-555555555555\"").unwrap());
    let gadget = serde_json::from_str(r#"{"name":"a","kind":"big"}"#).unwrap();
    for (created, deleted, is_success) in [(201, 204, true), (202, 205, false), (200, 200, false)] {
        let create = server.acme_gadgets_create(|_, then| {
            then.into_inner().status(created).header("content-type", "application/json").body(r#"{"name":"b","kind":"small"}"#);
        });
        let delete = server.acme_gadgets_delete(|_, then| drop(then.into_inner().status(deleted)));
        assert_eq!(operations.acme_gadgets_create(&gadget).await.is_ok_and(|gadget| gadget.name == "b"), is_success);
        assert_eq!(operations.acme_gadgets_delete(&id).await.is_ok(), is_success);
        create.delete_async().await;
        delete.delete_async().await;
    }
    let head = server.acme_gadgets_head(|_, then| drop(then.into_inner().status(200)));
    operations.acme_gadgets_head(&id).await.unwrap();
    assert_eq!(head.calls_async().await, 1);
}

#[tokio::test]
async fn duplicate_key_of_a_map_is_an_error() {
    let (server, client) = server((200, "", SUCCESS), "").await;
    let id = serde_json::from_str("\"11111111-2222-4333-8444-555555555555\"").unwrap();
    for (maps, is_success) in [
        (r#""labels":{"x":"1","y":"2"},"maps":{"nullable":null,"list":[{"x":"1"},{"x":"2"}]}"#, true),
        (r#""labels":{"x":"1","x":"2"}"#, false),
        (r#""maps":{"nullable":{"x":"1","x":"2"}}"#, false),
        (r#""maps":{"nullable":null,"list":[{"x":"1","x":"2"}]}"#, false),
    ] {
        let mock = server.acme_gadgets_get(|_, then| {
            let body = format!(r#"{{"name":"a","kind":"big",{maps}}}"#);
            then.into_inner().status(200).header("content-type", "application/json").body(body);
        });
        let error = client.operations().acme_gadgets_get(&id).await.err();
        let reason = error.and_then(|error| Some(error.source()?.to_string())).unwrap_or_default();
        assert_eq!(reason.contains("duplicate key"), !is_success, "{reason}");
        mock.delete_async().await;
    }
}

#[tokio::test]
async fn query_parameters_arrive_as_mocks_expect_them() {
    let (server, client) = server((200, "", SUCCESS), "").await;
    let names = vec!["a b".to_owned(), "c&d=ü".to_owned()];
    let since = "2000-01-02T03:04:05Z".parse().unwrap();
    let mock = server.acme_gadgets_list(|when, then| {
        when.kind(AcmeGadgetsListKind::Big).name(&names).since(&since);
        then.into_inner().status(200).header("content-type", "application/json").body("[]");
    });
    let operations = client.operations();
    let request = operations.acme_gadgets_list(Some(AcmeGadgetsListKind::Big), Some(&names), Some(&since));
    assert!(request.await.unwrap().is_empty());
    assert_eq!(mock.calls_async().await, 1);
}

#[tokio::test]
async fn bytes_are_sent_again_and_returned() {
    let (server, client) = server((200, "", SUCCESS), "").await;
    let mock = server.acme_account_gadgets_upload(|when, then| {
        when.into_inner().body("picture");
        then.into_inner().status(200).header("content-type", "application/octet-stream").body("receipt");
    });
    let request = client.operations().acme_account_gadgets_upload("picture");
    assert_eq!(request.clone().await.unwrap(), "receipt");
    assert_eq!(request.await.unwrap(), "receipt");
    assert_eq!(mock.calls_async().await, 2);
}
"##;

/// A vendor's document with most of what a client can be made of.
#[allow(clippy::too_many_lines, reason = "one document")]
fn vendors() -> Value {
    let content = |schema: Value| json!({"description": "d", "content": {"application/json": {"schema": schema}}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/acme_{name}")});
    let id = json!({"in": "path", "name": "id", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let account = json!({"in": "path", "name": "account_id", "required": true, "schema": reference("identifier")});
    let kind = json!({"in": "query", "name": "kind", "schema": {"type": "string", "enum": ["big", "small"]}});
    let names = json!({"in": "query", "name": "name", "schema": {"type": "array", "items": {"type": "string"}}});
    let since = json!({"in": "query", "name": "since", "schema": {"type": "string", "format": "date-time"}});
    let map =
        |nullable: bool| json!({"type": "object", "nullable": nullable, "additionalProperties": {"type": "string"}});
    let maps = json!({"type": "object", "required": ["nullable"], "properties": {
        "nullable": map(true), "list": {"type": "array", "items": map(false)},
    }});
    let gadget = json!({"type": "object", "required": ["name", "kind"], "properties": {
        "name": {"type": "string", "minLength": 1},
        "kind": {"type": "string", "enum": ["big", "small"]},
        "made": {"type": "string", "format": "date-time"},
        "parts": {"type": "array", "items": reference("gadget")},
        "labels": map(false),
        "maps": maps,
        "plan": reference("plan"),
        "size": reference("size"),
        "shape": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"edges": {"type": "integer"}}}]},
    }});
    let fields =
        (0..56).map(|number| json!({"in": "query", "name": format!("field{number}"), "schema": {"type": "string"}}));
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Acme", "version": "1"},
        "paths": {
            "/gadgets": {
                "get": {
                    "operationId": "acme-gadgets-list", "summary": "See https://acme.test, [gadget] or <b>`x`", "parameters": [kind, names, since],
                    "responses": {"200": content(json!({"type": "array", "items": reference("gadget")}))},
                },
                "post": {
                    "operationId": "acme-gadgets-create", "summary": "Create",
                    "requestBody": {"content": {"application/json": {"schema": reference("gadget")}}},
                    "responses": {"201": content(reference("gadget")), "4XX": content(json!({"type": "object"}))},
                },
            },
            "/accounts/{account_id}/gadgets": {
                "parameters": [account],
                "get": {
                    "operationId": "acme-account-gadgets-list", "summary": "```\nassert!(false);\n```", "parameters": [kind],
                    "description": "    assert!(false);\n\n</div> [link]: x */ \u{202e}",
                    "x-api-token-group": ["Gadgets Read", "Gadgets `Write`"],
                    "responses": {"200": content(reference("list"))},
                },
                "put": {
                    "operationId": "acme-account-gadgets-upload", "summary": "Upload",
                    "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}},
                    "responses": {"200": {"description": "d", "content": {"application/octet-stream": {}}}},
                },
            },
            "/accounts/{account_id}/gadgets/{id}": {
                "parameters": [account, id],
                "delete": {
                    "operationId": "acme-account-gadgets-delete", "summary": "Delete", "responses": {"200": content(json!({
                        "type": "object", "properties": {"success": {"type": "boolean"}, "result": {"type": "object", "nullable": true}},
                    }))},
                },
            },
            "/gadgets/pets": {
                "put": {
                    "operationId": "acme-gadgets-pets", "summary": "Unions",
                    "parameters": [{"in": "query", "name": "toy", "schema": reference("toy")}],
                    "requestBody": {"content": {"application/json": {"schema": reference("pet")}}},
                    "responses": {"200": content(reference("pet"))},
                },
            },
            "/gadgets/owners": {
                "get": {
                    "operationId": "acme-gadgets-owners", "summary": "A union of envelopes",
                    "responses": {"200": content(json!({"oneOf": [
                        {"allOf": [reference("common"), {"type": "object", "properties": {
                            "result": {"type": "array", "items": reference("person")}, "result_info": {"type": "object"},
                        }}]},
                        {"allOf": [reference("common"), {"type": "object", "properties": {
                            "result": {"type": "array", "items": reference("company")},
                        }}]},
                        {"properties": {"messages": {"type": "array", "items": {"type": "object"}}}},
                    ]}))},
                },
            },
            "/gadgets/search": {
                "get": {
                    "operationId": "acme-gadgets-search", "summary": "Wide", "parameters": fields.collect::<Vec<_>>(),
                    "responses": {"200": content(reference("gadget"))},
                },
            },
            "/gadgets/{id}": {
                "parameters": [id],
                "get": {"operationId": "acme-gadgets-get", "responses": {"200": content(reference("gadget"))}},
                "head": {"operationId": "acme-gadgets-head", "responses": {"200": {"description": "there"}}},
                "delete": {"operationId": "acme-gadgets-delete", "responses": {"204": {"description": "gone"}}},
            },
        },
        "components": {"schemas": {
            "acme_pet": {"oneOf": [reference("cat"), reference("dog")]},
            "acme_cat": {"type": "object", "required": ["kind"], "properties": {
                "kind": {"type": "string", "enum": ["cat"]}, "a": {"type": "string"},
                "inner": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
            }},
            "acme_dog": {"type": "object", "required": ["kind"], "properties": {
                "kind": reference("toy_kind"), "b": {"type": "string"},
            }},
            "acme_plan": {"oneOf": [reference("free"), reference("paid"), reference("team")]},
            "acme_free": {"type": "object", "properties": {
                "note": {"type": "string"}, "limits": {"type": "object", "properties": {"guests": {"type": "integer"}}},
            }},
            "acme_paid": {"type": "object", "required": ["seats"], "properties": {
                "note": {"type": "string"}, "seats": {"type": "integer"},
            }},
            "acme_team": {"type": "object", "properties": {
                "note": {"type": "string"}, "limits": {"type": "object", "properties": {"members": {"type": "integer"}}},
            }},
            "acme_identifier": {"type": "string", "maxLength": 32},
            "acme_common": {"type": "object", "required": ["errors", "success"], "properties": {
                "success": {"type": "boolean", "enum": [true]}, "errors": {"type": "array", "items": {"type": "object"}},
            }},
            "acme_person": {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}},
            "acme_company": {"type": "object", "required": ["seat"], "properties": {"seat": {"type": "string"}}},
            "acme_list": {"allOf": [
                reference("common"),
                {"type": "object", "properties": {
                    "result": {"type": "array", "items": reference("gadget")}, "result_info": {"type": "object"},
                }},
            ]},
            "acme_size": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
            "acme_toy": {"type": "object", "required": ["kind"], "properties": {"kind": reference("toy_kind")}},
            "acme_toy_kind": {"type": "string", "enum": ["dog", "hound"]},
            "acme_gadget": gadget,
        }},
    })
}

#[test]
fn new_sdk_compiles_before_and_after_its_first_import() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    copy(Workspace::current().root(), root);
    let workspace = Workspace::at(root);
    let paths = ["/gadgets", "/accounts/{account_id}/gadgets"].map(str::to_owned).into();
    let slice = Slice { paths, ..Slice::default() };
    let title = "Acme's [gadgets] <b>{{description}} `https://acme.test".to_owned();
    let scaffold = Scaffold::new("acme-gadgets", Some(title), None, slice).unwrap();

    scaffold.write(&workspace, &process()).unwrap();
    assert_eq!(compiler_output(root), "");
    generate::check(&workspace, &process()).unwrap();

    fs::write(root.join("vendors.json"), vendors().to_string()).unwrap();
    let sdk = workspace.sdk(Some("acme-gadgets")).unwrap();
    let import = Import::make(&sdk, &root.join("vendors.json"), "2026-01-02").unwrap();
    import.write(&workspace, &sdk).unwrap();
    generate::write(&workspace, &process()).unwrap();
    let formatted = cargo(root, &["fmt", "--check", PACKAGE_OF_THE_SDK]);
    assert!(formatted.status.success(), "{}", String::from_utf8_lossy(&formatted.stdout));
    write_test(root, "acme-gadgets-api", USER);
    write_test(root, "acme-gadgets", CALLER);
    assert_eq!(compiler_output(root), "");
    let run = cargo(root, &[&["test"], &PACKAGES[..], &["--offline", "--quiet"]].concat());
    let output = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{output}");
    let client = fs::read_to_string(root.join("crates/acme-gadgets-api/src/generated.rs")).unwrap();
    assert!(client.contains("pub const REVISION: &str = \"2026-01-02\";"));
    assert!(client.contains("pub fn acme_gadgets_create"));

    let again = scaffold.write(&workspace, &process()).unwrap_err().to_string();
    assert_eq!(again, "spec/acme-gadgets already exists");
}

#[test]
fn a_survey_makes_an_sdk_of_every_tag_and_says_what_is_wrong_with_which() {
    let mut document = vendors();
    let paths = document["paths"].as_object_mut().unwrap();
    paths.retain(|path, _| !path.starts_with("/accounts"));
    document["paths"]["/gadgets"]["get"]["tags"] = json!(["lists"]);
    document["paths"]["/gadgets"]["post"]["tags"] = json!(["writes"]);
    for path in ["/gadgets/owners", "/gadgets/search"] {
        document["paths"][path]["get"]["tags"] = json!(["lists"]);
    }
    document["paths"]["/gadgets/{id}"]["get"]["tags"] = json!(["lists", "broken"]);
    for method in ["head", "delete"] {
        document["paths"]["/gadgets/{id}"][method]["tags"] = json!(["broken"]);
    }
    document["paths"]["/gadgets/{id}"]["delete"]["operationId"] = json!("acme_gadgets_get");
    document["paths"]["/files"]["post"] = json!({
        "operationId": "acme-files-upload", "tags": ["writes"],
        "requestBody": {"content": {"multipart/form-data": {}}}, "responses": {},
    });
    let folder = tempfile::tempdir().unwrap();
    let (from, out) = (folder.path().join("vendors.json"), folder.path().join("out"));
    fs::write(&from, document.to_string()).unwrap();

    let survey = Survey::make(&Workspace::current(), &process(), &from, &out, true).unwrap();
    assert_eq!(
        survey.check().unwrap_err().to_string(),
        "1 of 3 tags cannot be generated; 1 operation has no tag and was not tried"
    );
    let text = survey.to_string();
    for part in [
        "2 of 3 tags generated",
        "broken: the operations \"acme_gadgets_get\" and \"acme-gadgets-get\" both get the name",
        "multipart-body: dropped the operation acme-files-upload",
        "multipart-body (drops operations): 1\n",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert!(
        out.join("crates/tag1-api/src/generated.rs").is_file() && out.join("crates/tag1/src/generated.rs").is_file()
    );
    let again = Survey::make(&Workspace::current(), &process(), &from, &out, true).err().unwrap();
    assert!(again.to_string().ends_with("already exists"));
}
