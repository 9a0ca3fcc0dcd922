//! The stdio protocol of `docs/protocol.md` for drivers that do several operations of one scheme.

use serde_json::{json, Map, Value};
use signproof_driver::{Implementation, Laps};
use std::any::Any;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Why an operation has no output; the text is for a person.
pub enum Unanswered {
    /// The SDK's public interface cannot express the case.
    Skipped(String),
    /// The SDK refused the case.
    Rejected(String),
}

/// Gets a credential, null for an operation that takes none, and an input.
pub enum Operation {
    Once(fn(&Value, &Value) -> Result<Value, Unanswered>),
    /// Makes the SDK's call, and nothing besides, once for each lap: `bench` may ask for it, too.
    Repeated(fn(&Value, &Value, &mut Laps) -> Result<Value, Unanswered>),
}

/// Answers signproof until the input ends.
pub fn serve(
    implementation: Implementation,
    scheme: &str,
    operations: &[(&str, Operation)],
) -> io::Result<()> {
    let mut credentials = HashMap::new();
    for line in io::stdin().lock().split(b'\n') {
        let message: Value = serde_json::from_slice(&line?)?;
        let mut reply = match text(&message["type"]) {
            "start" => introduction(&implementation, scheme, operations),
            "prepare" => {
                credentials.insert(message["credential"].clone(), message["values"].clone());
                json!({"status": "output"})
            }
            kind @ ("run" | "bench") if text(&message["scheme"]) == scheme => {
                let credential = credentials.get(&message["credential"]).unwrap_or(&Value::Null);
                let name = text(&message["operation"]);
                let mut laps = Laps::new(message["min_ms"].as_u64().unwrap_or(0));
                match operations.iter().find(|operation| operation.0 == name) {
                    Some((_, Operation::Once(call))) if kind == "run" => {
                        run(|| call(credential, &message["input"]))
                    }
                    Some((_, Operation::Repeated(call))) => {
                        let reply = run(|| call(credential, &message["input"], &mut laps));
                        let measured = kind == "bench" && reply["status"] == "output";
                        if measured { laps.reply(reply) } else { reply }
                    }
                    _ => unknown(),
                }
            }
            _ => unknown(),
        };
        reply["seq"] = message["seq"].clone();
        let mut out = io::stdout().lock();
        writeln!(out, "{reply}")?;
        out.flush()?;
    }
    Ok(())
}

/// The text of a member that is text; empty for any other.
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn introduction(
    implementation: &Implementation,
    scheme: &str,
    operations: &[(&str, Operation)],
) -> Value {
    let names: Vec<_> = operations.iter().map(|operation| operation.0).collect();
    json!({
        "protocol": 1,
        "implementation": {
            "name": implementation.name,
            "version": implementation.version,
            "language": "Rust",
            "runtime": implementation.runtime,
        },
        "operations": Map::from_iter([(scheme.to_owned(), json!(names))]),
        "features": ["bench"],
        "window": 1,
    })
}

fn run(operation: impl FnOnce() -> Result<Value, Unanswered>) -> Value {
    // A panic of the SDK is the answer to one case, not the end of the run.
    match catch_unwind(AssertUnwindSafe(operation)) {
        Ok(Ok(output)) => json!({"status": "output", "output": output}),
        Ok(Err(Unanswered::Skipped(message))) => json!({"status": "skipped", "message": message}),
        Ok(Err(Unanswered::Rejected(message))) => json!({"status": "rejected", "message": message}),
        Err(panic) => json!({"status": "errored", "message": panic_text(&*panic)}),
    }
}

/// What a panic says.
pub fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("no message"))
}

fn unknown() -> Value {
    json!({"status": "skipped", "message": "this driver does not know it"})
}
