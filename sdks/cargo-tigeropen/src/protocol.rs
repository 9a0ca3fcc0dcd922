//! The stdio protocol of `docs/protocol.md` for drivers that do several operations of one scheme.

use serde_json::{json, Map, Value};
use signproof_driver::Implementation;
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
pub type Operation = fn(&Value, &Value) -> Result<Value, Unanswered>;

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
            "run" if text(&message["scheme"]) == scheme => {
                let credential = credentials.get(&message["credential"]).unwrap_or(&Value::Null);
                let name = text(&message["operation"]);
                match operations.iter().find(|operation| operation.0 == name) {
                    Some((_, operation)) => run(*operation, credential, &message["input"]),
                    None => unknown(),
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
        "features": [],
        "window": 1,
    })
}

fn run(operation: Operation, credential: &Value, input: &Value) -> Value {
    // A panic of the SDK is the answer to one case, not the end of the run.
    match catch_unwind(AssertUnwindSafe(|| operation(credential, input))) {
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
