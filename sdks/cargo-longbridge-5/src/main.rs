//! Sends signproof's requests with the `HttpClient` of the crate longbridge-httpcli.

use longbridge_httpcli::{HttpClient, HttpClientConfig, HttpClientError, Method, ToPayload};
use signproof_driver::{implementation, serve, Credential, Laps, Request, Response, Unsent};
use std::convert::Infallible;
use std::io;
use tokio::runtime::Builder;

/// A body that is sent as it is: `Json` would parse and write it anew.
#[derive(Debug)]
struct Octets(Vec<u8>);

impl ToPayload for Octets {
    type Err = Infallible;

    fn to_bytes(&self) -> Result<Vec<u8>, Infallible> {
        Ok(self.0.clone())
    }
}

async fn send(
    credential: &Credential,
    request: &Request,
    laps: &mut Laps,
) -> Result<Response, Unsent> {
    let Credential { app_key, app_secret, access_token } = credential;
    // With an empty secret it sends no signature.
    let secret = if request.signed { app_secret } else { "" };
    let config = HttpClientConfig::from_apikey(app_key, secret, access_token);
    let client = HttpClient::new(config.http_url(&request.base_url));
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|error| Unsent::Rejected(error.to_string()))?;
    let params = request.params.as_ref().filter(|params| !params.is_empty());
    // What stands behind a `?` in the path is sent as the query.
    let target = if params.is_some() { request.path.clone() } else { request.target() };
    if request.repeats_header() {
        return Err(Unsent::Skipped("RequestBuilder::header takes a name only once".into()));
    }
    // An empty body is none: given to `body`, it would be signed as one.
    let body = Some(&request.body).filter(|body| !body.is_empty());
    let mut data = String::new();
    while laps.next() {
        let mut call = client.request(method.clone(), target.clone()).response::<String>();
        for (name, value) in &request.headers {
            call = call.header(name.as_str(), value.as_str());
        }
        let body = body.cloned().map(Octets);
        let outcome = match (params, body) {
            (None, None) => call.send().await,
            (None, Some(body)) => call.body(body).send().await,
            (Some(params), None) => call.query_params(params).send().await,
            (Some(params), Some(body)) => call.query_params(params).body(body).send().await,
        };
        data = match outcome {
            Ok(data) => data,
            Err(error) => return failed(error),
        };
    }
    Ok(Response { body: data.into_bytes(), ..Response::default() })
}

fn failed(error: HttpClientError) -> Result<Response, Unsent> {
    let message = error.to_string();
    let status = match error {
        HttpClientError::InvalidApiKey | HttpClientError::InvalidAccessToken => {
            return Err(Unsent::Rejected(message));
        }
        HttpClientError::SerializeQueryString(_) => return Err(Unsent::Skipped(message)),
        HttpClientError::BadStatus(status)
        | HttpClientError::UnexpectedHttpResponse { status, .. } => status.as_u16(),
        _ => 0,
    };
    Ok(Response { status, error: message, ..Response::default() })
}

fn main() -> io::Result<()> {
    serve(implementation!(), &["unsigned"], |credential, request, laps| {
        // A runtime for each case, whose end closes the connection that the SDK would keep.
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(send(credential, request, laps))
    })
}
