//! Loads keys, signs and sends with the crate tigeropen.

mod protocol;

use base64::engine::general_purpose::STANDARD as BASE64;
use base64::Engine;
use protocol::{panic_text, serve, text, Operation, Unanswered};
use serde_json::{json, Value};
use signproof_driver::{implementation, Laps};
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::{env, io};
use tigeropen::client::http_client::HttpClient;
use tigeropen::config::client_config::{ClientConfig, ClientConfigBuilder};
use tigeropen::error::TigerError;
use tigeropen::signer::{get_sign_content, sign_with_rsa};
use tokio::runtime::Builder;

/// Hands a key over as a configuration value and signs with it.
fn load_key(_credential: &Value, input: &Value) -> Result<Value, Unanswered> {
    if !input["passphrase"].as_str().unwrap_or("").is_empty() {
        return Err(Unanswered::Skipped("the SDK takes no passphrase".into()));
    }
    let octets = BASE64.decode(text(&input["key_b64"])).expect("base64");
    let key = String::from_utf8(octets)
        .map_err(|_| Unanswered::Skipped("the SDK takes a key as text, which is UTF-8".into()))?;
    // A key that is bad enough may panic in the SDK, which is a refusal here.
    let signed = catch_unwind(|| {
        let config = config("", key).build()?;
        sign_with_rsa(&config.private_key, text(&input["content"]))
    });
    match signed {
        Ok(Ok(sign)) => Ok(json!({"sign": sign})),
        Ok(Err(error)) => Err(Unanswered::Rejected(error.to_string())),
        Err(panic) => Err(Unanswered::Rejected(panic_text(&*panic))),
    }
}

/// Signs top-level fields with the functions that the client calls.
fn sign(credential: &Value, input: &Value, laps: &mut Laps) -> Result<Value, Unanswered> {
    if text(&input["charset"]) != "UTF-8" {
        return Err(Unanswered::Skipped("the SDK signs contents as UTF-8 alone".into()));
    }
    let mut params = BTreeMap::new();
    for row in input["params"].as_array().into_iter().flatten() {
        let Some(value) = row[1].as_str() else {
            return Err(Unanswered::Skipped("the SDK takes texts: no value can be null".into()));
        };
        if params.insert(text(&row[0]).to_owned(), value.to_owned()).is_some() {
            return Err(Unanswered::Skipped("the SDK takes a map: no name can stand twice".into()));
        }
    }
    let key = text(&credential["private_key"]);
    let mut sign = String::new();
    while laps.next() {
        sign = match sign_with_rsa(key, &get_sign_content(&params)) {
            Ok(sign) => sign,
            Err(error) => return Err(Unanswered::Rejected(error.to_string())),
        };
    }
    Ok(json!({"sign": sign}))
}

/// Calls an API with the client's generic method, which sends `biz_content` as it is.
fn send(credential: &Value, input: &Value, laps: &mut Laps) -> Result<Value, Unanswered> {
    let key = text(&credential["private_key"]).to_owned();
    let mut config = config(&format!("{}/gateway", text(&input["base_url"])), key)
        .tiger_id(text(&credential["tiger_id"]))
        .account(text(&credential["account"]))
        .license(given(credential, "license").unwrap_or("TBSG"))
        .tiger_public_key(text(&credential["tiger_public_key"]));
    if let Some(token) = given(credential, "token") {
        config = config.token(token);
    }
    let config = config
        .build()
        .map_err(|error| Unanswered::Rejected(error.to_string()))?;
    // `execute` wants JSON; the SDK's own calls without parameters send an empty object, too.
    let content = input["biz_content"].as_str().unwrap_or("{}");
    // A runtime for each case, whose end closes the connection that the SDK would keep.
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let method = text(&input["api_method"]);
    let outcome = runtime.block_on(async {
        let client = HttpClient::new(config);
        let mut body = String::new();
        while laps.next() {
            body = client.execute(method, content).await?;
        }
        Ok(body)
    });
    let (body, error) = match outcome {
        Ok(body) => (body, String::new()),
        // Of what `execute` checks before it sends.
        Err(TigerError::Config(message)) if content_refused(content) => {
            return Err(Unanswered::Rejected(message));
        }
        Err(error) => (String::new(), error.to_string()),
    };
    Ok(json!({"status": 0, "body_b64": BASE64.encode(body), "error": error}))
}

/// A member that is there and not empty.
fn given<'a>(credential: &'a Value, name: &str) -> Option<&'a str> {
    credential[name].as_str().filter(|text| !text.is_empty())
}

fn content_refused(content: &str) -> bool {
    serde_json::from_str::<Value>(content).is_err()
}

/// With an address of its own, so that a dynamic domain is not looked up on the network.
fn config(url: &str, key: String) -> ClientConfigBuilder {
    ClientConfig::builder()
        .enable_dynamic_domain(false)
        .server_url(url)
        .quote_server_url(url)
        .tiger_id("0")
        .private_key(key)
}

fn main() -> io::Result<()> {
    // The environment beats what is set here, and may hold a real account.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("TIGEROPEN_") {
            env::remove_var(name);
        }
    }
    let operations = [
        ("load-key", Operation::Once(load_key)),
        ("sign", Operation::Repeated(sign)),
        ("send", Operation::Repeated(send)),
    ];
    serve(implementation!(), "tiger-rsa", &operations)
}
