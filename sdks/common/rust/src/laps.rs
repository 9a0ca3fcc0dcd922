//! How often a driver makes the SDK's call: once for `run`, for a while for `bench`.

use serde_json::{json, Value};
use std::time::{Duration, Instant};

/// Goes round until its time has passed; what is between two rounds is all that it measures. A call
/// in whose round the loop ends is not counted.
pub struct Laps {
    least: Duration,
    started: Option<Instant>,
    calls: u64,
    elapsed: Duration,
}

impl Laps {
    /// Goes round once, or as often as `min_ms` milliseconds take.
    pub fn new(min_ms: u64) -> Laps {
        let least = Duration::from_millis(min_ms);
        Laps { least, started: None, calls: 0, elapsed: Duration::ZERO }
    }

    /// Tells whether there is another round.
    pub fn next(&mut self) -> bool {
        let Some(started) = self.started else {
            self.started = Some(Instant::now());
            return true;
        };
        self.elapsed = started.elapsed();
        self.calls += 1;
        self.elapsed < self.least
    }

    /// Makes of the reply to a `run` that to a `bench`: a call that failed is nothing to measure.
    pub fn reply(&self, mut reply: Value) -> Value {
        match reply["output"]["error"].as_str() {
            Some(error) if !error.is_empty() => json!({"status": "errored", "message": error}),
            _ => {
                reply["iterations"] = json!(self.calls);
                reply["elapsed_ns"] = json!(self.elapsed.as_nanos() as u64);
                reply
            }
        }
    }
}
