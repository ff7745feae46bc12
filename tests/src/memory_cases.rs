//! Responses that could make a call take much memory, and how much it may take.

use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::large_bodies::{behaviors, chunked, gzip, nested, repeated, users};
use crate::{ScriptedServer, Step};

const MIB: usize = 1 << 20;

/// The default limit of a body.
pub const MAX_BODY: usize = 64 * MIB;

/// A call, the response to it, and the bound of the call's memory.
pub struct MemoryCase {
    name: &'static str,
    call: &'static str,
    status: u16,
    body: Body,
    is_gzip: bool,
    is_chunked: bool,
    expected: &'static str,
    has_result: bool,
}

/// Makes a body of about this many bytes.
type Body = Box<dyn Fn(usize) -> Vec<u8>>;

/// What a case took, in bytes over the idle client.
#[derive(Debug)]
pub struct Measured {
    /// The peak of what was allocated.
    pub allocated: usize,
    /// The peak of the process's resident memory. It is 0 where the system does not report it.
    pub resident: usize,
    /// What `allocated` may be at most.
    pub bound: usize,
    /// The outcome of the call: `ok`, or the error's kind and the number of requests.
    pub outcome: String,
}

/// Why a case fails.
#[derive(Debug)]
pub struct Violation(String);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl MemoryCase {
    /// What a call may take whose response has no large result.
    pub const BOUND: usize = 16 * MIB;

    /// What the case is about.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Measures the case with a body of about the given length. `program` is the executable `peak_memory`.
    pub async fn measure(&self, program: &Path, bytes: usize) -> Measured {
        let body = (self.body)(bytes);
        let bound = if self.has_result {
            let plain = self.response(&body, false, false);
            let (floor, ..) = self.run(program, &format!("bare_{}", self.call), plain).await;
            // 1.1 times the floor, and the bound of the rest.
            floor + floor / 10 + Self::BOUND
        } else {
            Self::BOUND
        };
        let response = self.response(&body, self.is_gzip, self.is_chunked);
        let (allocated, resident, outcome) = self.run(program, self.call, response).await;
        Measured { allocated, resident, bound, outcome }
    }

    /// Checks a measurement.
    pub fn check(&self, measured: &Measured) -> Result<(), Violation> {
        let Measured { allocated, resident, bound, outcome } = measured;
        let name = self.name;
        if outcome != self.expected {
            return Err(Violation(format!("{name}: the outcome is `{outcome}`, expected `{}`", self.expected)));
        }
        // The allocator and the stacks of threads take some more.
        let resident_bound = bound + bound / 4 + 4 * MIB;
        if allocated > bound || *resident > resident_bound {
            return Err(Violation(format!("{name}: {measured:?}")));
        }
        Ok(())
    }

    /// Runs the program against a server that sends a small response to the first request, and another one to the others.
    async fn run(&self, program: &Path, call: &str, response: Vec<u8>) -> (usize, usize, String) {
        let small =
            Step::respond("200 OK", &[("connection", "close")], r#"{"success":true,"result":{"behaviors":{}}}"#);
        let server = ScriptedServer::start(vec![small, Step::Close(response)]).await;
        let (program, arguments) = (program.to_owned(), [call.to_owned(), server.base_url()]);
        let output = tokio::task::spawn_blocking(move || Command::new(program).args(arguments).output());
        let output = output.await.unwrap().unwrap();
        assert!(output.status.success(), "{}: {}", self.name, String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut parts = text.trim().splitn(3, ' ');
        let mut number = || parts.next().unwrap().parse().unwrap();
        (number(), number(), parts.next().unwrap().to_owned())
    }

    fn response(&self, body: &[u8], is_gzip: bool, is_chunked: bool) -> Vec<u8> {
        let (coding, body) = if is_gzip { ("content-encoding: gzip\r\n", &*gzip(body)) } else { ("", body) };
        let head = format!("HTTP/1.1 {} \r\n{coding}", self.status);
        if is_chunked {
            return [head.as_bytes(), b"transfer-encoding: chunked\r\n\r\n", &chunked(body, 16 << 10)].concat();
        }
        [head.as_bytes(), format!("content-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
    }

    fn new(name: &'static str, status: u16, expected: &'static str, body: impl Fn(usize) -> Vec<u8> + 'static) -> Self {
        let body = Box::new(body);
        Self { name, call: "behaviors", status, body, is_gzip: false, is_chunked: false, expected, has_result: false }
    }

    fn gzip(self) -> Self {
        Self { is_gzip: true, ..self }
    }

    /// A case whose response does not announce the length of its body.
    fn chunked(self) -> Self {
        Self { is_chunked: true, ..self }
    }

    /// A case whose result takes what its type takes.
    fn result(name: &'static str, call: &'static str, body: impl Fn(usize) -> Vec<u8> + 'static) -> Self {
        Self { call, has_result: true, ..Self::new(name, 200, "ok", body) }
    }
}

/// All cases.
pub fn memory_cases() -> Vec<MemoryCase> {
    [successes(), behind_results(), invalid_bodies(), failures(), results(), plain_bodies()]
        .into_iter()
        .flatten()
        .collect()
}

const SUCCESS: &str = r#"],"success":true,"result":{"behaviors":{}}}"#;
const FAILURE: &str = r#"],"success":false,"result":null}"#;

/// Successes with something large beside their result.
fn successes() -> Vec<MemoryCase> {
    let errors = |element| repeated(r#"{"errors":["#, element, "0", SUCCESS);
    let ok = |name, body: Box<dyn Fn(usize) -> Vec<u8>>| MemoryCase::new(name, 200, "ok", body);
    vec![
        ok("errors: objects", Box::new(errors(r#"{"":0},"#))),
        ok("errors: objects, gzip", Box::new(errors(r#"{"":0},"#))).gzip(),
        ok("errors: objects, chunked", Box::new(errors(r#"{"":0},"#))).chunked(),
        ok("errors: numbers", Box::new(errors("0,"))),
        ok("errors: strings", Box::new(errors(r#""","#))),
        ok("errors: lists", Box::new(errors("[],"))),
        ok("errors: nested lists", Box::new(errors("[[[[[[[[0]]]]]]]],"))),
        ok("errors: objects that the API sends", Box::new(errors(r#"{"code":1000,"message":"m"},"#))),
        ok("errors: objects of 6 MiB", Box::new(move |_| errors(r#"{"":0},"#)(6 * MIB))),
        ok("errors: objects of 3 MiB", Box::new(move |_| errors(r#"{"":0},"#)(3 * MIB))),
        ok("messages: one string", Box::new(repeated(r#"{"messages":[""#, "x", r#"""#, SUCCESS))),
        ok("messages: one string of escapes", Box::new(repeated(r#"{"messages":[""#, r"\u0041", r#"""#, SUCCESS))),
        ok("messages: deep nesting", Box::new(|bytes| nested(r#"{"messages":["#, SUCCESS, bytes))),
        ok("result_info: objects", Box::new(repeated(r#"{"result_info":["#, r#"{"":0},"#, "0", SUCCESS))),
        ok("unknown member: objects", Box::new(repeated(r#"{"more":["#, r#"{"":0},"#, "0", SUCCESS))),
        ok("unknown members", Box::new(repeated("{", r#""more":0,"#, r#""list":["#, SUCCESS))),
        ok("one unknown key", Box::new(repeated(r#"{""#, "k", r#"":["#, SUCCESS))),
        ok("white space", Box::new(repeated("{", " \n", r#""list":["#, SUCCESS))),
        ok("white space in a list", Box::new(repeated(r#"{"errors":["#, "  \n", "0", SUCCESS))),
    ]
}

/// Envelopes with something large behind a result that is large for the client's filter, but not for the bound.
fn behind_results() -> Vec<MemoryCase> {
    let behind = |part: &'static str, end: &'static str| {
        let members = repeated(part, r#"{"":0},"#, "0", end);
        move |bytes| {
            let description = "d".repeat(3 * MIB);
            let behavior = format!(r#"{{"name":"n","description":"{description}","enabled":true,"risk_level":"low"}}"#);
            let result = format!(r#"{{"result":{{"behaviors":{{"b":{behavior}}}}}"#);
            [result.as_bytes(), &members(bytes - result.len())].concat()
        }
    };
    let errors = behind(r#","success":true,"errors":["#, "]}");
    vec![
        MemoryCase::new("result of 3 MiB, then errors", 200, "ok", errors),
        MemoryCase::new("result of 3 MiB, then errors, gzip", 200, "ok", errors).gzip(),
        MemoryCase::new(
            "result of 3 MiB, then an unknown member",
            200,
            "ok",
            behind(r#","success":true,"more":["#, "]}"),
        ),
        MemoryCase::new(
            "result of 3 MiB, then a failure",
            200,
            "api after 1",
            behind(r#","success":false,"errors":["#, "]}"),
        ),
    ]
}

/// Bodies with status 200 that are no envelope of the result.
fn invalid_bodies() -> Vec<MemoryCase> {
    let case = |name, expected, body: Box<dyn Fn(usize) -> Vec<u8>>| MemoryCase::new(name, 200, expected, body);
    vec![
        case(
            "failure with status 200",
            "api after 1",
            Box::new(repeated(r#"{"errors":["#, r#"{"":0},"#, "0", FAILURE)),
        ),
        case("cut off", "unexpected_body after 1", Box::new(repeated(r#"{"errors":["#, r#"{"":0},"#, "0", ""))),
        case(
            "duplicate members",
            "decode after 1",
            Box::new(repeated("{", r#""messages":[{"":0}],"#, r#""list":["#, SUCCESS)),
        ),
        case(
            "duplicate results",
            "unexpected_body after 1",
            Box::new(repeated("{", r#""result":{},"#, r#""list":["#, SUCCESS)),
        ),
        case(
            "invalid UTF-8",
            "decode after 1",
            Box::new(|bytes| [b"{\"messages\":\"", &*vec![0xff; bytes - 100], b"\"}"].concat()),
        ),
        case("too large", "unexpected_body after 1", Box::new(|_| vec![b' '; MAX_BODY + 1])),
        case("too large, gzip", "unexpected_body after 1", Box::new(|_| vec![b' '; MAX_BODY + 1])).gzip(),
    ]
}

/// Statuses that are no success. Failures of the server are retried.
fn failures() -> Vec<MemoryCase> {
    let errors = |element| repeated(r#"{"errors":["#, element, "0", FAILURE);
    vec![
        MemoryCase::new("403: objects", 403, "permission after 1", errors(r#"{"":0},"#)),
        MemoryCase::new("403: objects, gzip", 403, "permission after 1", errors(r#"{"":0},"#)).gzip(),
        MemoryCase::new("403: objects of 256 KiB", 403, "permission after 1", move |_| {
            errors(r#"{"":0},"#)(256 * 1024 - 100)
        }),
        MemoryCase::new("403: invalid UTF-8 of 256 KiB", 403, "permission after 1", |_| {
            [b"{\"messages\":\"", &*vec![0xff; 256 * 1024 - 100], b"\"}"].concat()
        }),
        MemoryCase::new("302: text", 302, "unexpected_status after 1", |bytes| vec![b'x'; bytes]),
        MemoryCase::new("206: objects", 206, "unexpected_status after 1", errors(r#"{"":0},"#)),
        MemoryCase::new("500: objects", 500, "server after 3", errors(r#"{"":0},"#)),
        MemoryCase::new("500: objects, gzip", 500, "server after 3", errors(r#"{"":0},"#)).gzip(),
        MemoryCase::new("500: objects, chunked", 500, "server after 3", errors(r#"{"":0},"#)).chunked(),
        MemoryCase::new("500: text", 500, "server after 3", |bytes| vec![b'x'; bytes]),
    ]
}

/// Large results.
fn results() -> Vec<MemoryCase> {
    let details = |details: &'static str, bytes: fn(usize) -> usize| {
        let start = r#"{"success":true,"result":{"email":"a@example.com","name":"A","events":[{"id":"1","name":"N","risk_level":"high","timestamp":"2026-01-01T00:00:00Z","event_details":["#;
        let list = repeated(start, details, "0", "]}]}}");
        move |size| list(bytes(size))
    };
    vec![
        MemoryCase::result("behaviors", "behaviors", behaviors),
        MemoryCase::result("behaviors, gzip", "behaviors", behaviors).gzip(),
        MemoryCase::result("behaviors: 3 MiB", "behaviors", |_| behaviors(3 * MIB)),
        MemoryCase::result("users", "summary", users),
        MemoryCase::result(
            "details: 5 MiB that an API sends",
            "user_risk",
            details(r#"{"ip":"192.0.2.1","country":"DE","city":"Berlin","device":"a laptop of the user"},"#, |_| {
                5 * MIB
            }),
        ),
        MemoryCase {
            call: "user_risk",
            expected: "decode after 1",
            ..MemoryCase::result("details: 10 MiB of small objects", "user_risk", details(r#"{"":0},"#, |_| 10 * MIB))
        },
    ]
}

/// Bodies without an envelope, which nothing filters.
fn plain_bodies() -> Vec<MemoryCase> {
    let success = |element| repeated(r#"{"success":["#, element, "0", "]}");
    let rejected = |name, body: Box<dyn Fn(usize) -> Vec<u8>>| MemoryCase {
        expected: "decode after 1",
        ..MemoryCase::result(name, "plain", body)
    };
    vec![
        rejected("plain: `success` of objects", Box::new(success(r#"{"":0},"#))),
        rejected("plain: `success` of numbers", Box::new(success("0,"))),
    ]
}
