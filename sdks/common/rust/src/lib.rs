//! The stdio protocol for drivers of Rust SDKs: `docs/protocol.md`, operation `send` alone, and
//! `bench` of it.

mod base64;
mod laps;

pub use laps::Laps;

use serde_json::{json, Map, Value};
use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

const SCHEME: &str = "longbridge-hmac";

/// Who is under test; the build script `sdk_version.rs` finds the values for `implementation!`.
pub struct Implementation {
    pub name: &'static str,
    pub version: &'static str,
    pub runtime: &'static str,
}

#[macro_export]
macro_rules! implementation {
    () => {
        $crate::Implementation {
            name: env!("SDK_NAME"),
            version: env!("SDK_VERSION"),
            runtime: env!("SDK_RUNTIME"),
        }
    };
}

#[derive(Clone)]
pub struct Credential {
    pub app_key: String,
    pub app_secret: String,
    pub access_token: String,
}

/// What is to be sent.
pub struct Request {
    pub base_url: String,
    pub method: String,
    pub path: String,
    /// The octets behind the `?`; `None` where there is none.
    pub query: Option<String>,
    /// The same query for the SDK to encode; `None` where the octets of `query` must be sent.
    pub params: Option<Vec<(String, String)>>,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Always so without the feature `unsigned`.
    pub signed: bool,
}

impl Request {
    /// Path and query as they shall stand in the request line.
    pub fn target(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// Whether a header stands more than once, which SDKs with a map of headers cannot take.
    pub fn repeats_header(&self) -> bool {
        let names: HashSet<_> = self.headers.iter().map(|row| row.0.to_lowercase()).collect();
        names.len() < self.headers.len()
    }
}

/// What the SDK made of the answer; `status` is 0 where it does not tell.
#[derive(Default)]
pub struct Response {
    pub status: u16,
    pub body: Vec<u8>,
    pub error: String,
}

/// Why nothing was sent.
pub enum Unsent {
    /// The SDK's public interface cannot express the request.
    Skipped(String),
    /// The SDK refused it.
    Rejected(String),
}

/// Answers signproof until the input ends; `send` makes the SDK's call, and nothing besides, once for
/// each of its laps.
pub fn serve(
    implementation: Implementation,
    features: &[&str],
    mut send: impl FnMut(&Credential, &Request, &mut Laps) -> Result<Response, Unsent>,
) -> io::Result<()> {
    let mut credentials = HashMap::new();
    for line in io::stdin().lock().split(b'\n') {
        let message: Value = serde_json::from_slice(&line?)?;
        let mut reply = match text(&message, "type").as_str() {
            "start" => introduction(&implementation, features),
            "prepare" => {
                credentials.insert(text(&message, "credential"), credential(&message["values"]));
                json!({"status": "output"})
            }
            kind @ ("run" | "bench")
                if message["scheme"] == SCHEME && message["operation"] == "send" =>
            {
                let credential = &credentials[&text(&message, "credential")];
                let request = request(&message["input"]);
                let mut laps = Laps::new(message["min_ms"].as_u64().unwrap_or(0));
                // A panic of the SDK is the answer to one case, not the end of the run.
                let outcome =
                    catch_unwind(AssertUnwindSafe(|| send(credential, &request, &mut laps)));
                match outcome {
                    Ok(Ok(response)) if kind == "bench" => laps.reply(answer(Ok(response))),
                    Ok(outcome) => answer(outcome),
                    Err(panic) => json!({"status": "errored", "message": panic_text(&*panic)}),
                }
            }
            _ => json!({"status": "skipped", "message": "this driver does not know it"}),
        };
        reply["seq"] = message["seq"].clone();
        let mut out = io::stdout().lock();
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    Ok(())
}

fn introduction(implementation: &Implementation, features: &[&str]) -> Value {
    let features: Vec<_> = ["bench"].iter().chain(features).collect();
    json!({
        "protocol": 1,
        "implementation": {
            "name": implementation.name,
            "version": implementation.version,
            "language": "Rust",
            "runtime": implementation.runtime,
        },
        "operations": Map::from_iter([(SCHEME.to_owned(), json!(["send"]))]),
        "features": features,
        "window": 1,
    })
}

fn answer(outcome: Result<Response, Unsent>) -> Value {
    match outcome {
        Ok(response) => json!({
            "status": "output",
            "output": {
                "status": response.status,
                "body_b64": base64::encode(&response.body),
                "error": response.error,
            },
        }),
        Err(Unsent::Skipped(message)) => json!({"status": "skipped", "message": message}),
        Err(Unsent::Rejected(message)) => json!({"status": "rejected", "message": message}),
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("no message"))
}

fn credential(values: &Value) -> Credential {
    Credential {
        app_key: text(values, "app_key"),
        app_secret: text(values, "app_secret"),
        access_token: text(values, "access_token"),
    }
}

fn request(input: &Value) -> Request {
    Request {
        base_url: text(input, "base_url"),
        method: text(input, "method"),
        path: text(input, "path"),
        query: input["query"].as_str().map(str::to_owned),
        params: input["params"].as_array().map(|rows| pairs(rows)),
        headers: input["headers"].as_array().map(|rows| pairs(rows)).unwrap_or_default(),
        body: base64::decode(&text(input, "body_b64")),
        signed: input["unsigned"] != true,
    }
}

fn pairs(rows: &[Value]) -> Vec<(String, String)> {
    let part = |row: &Value, index: usize| row[index].as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| (part(row, 0), part(row, 1))).collect()
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}
