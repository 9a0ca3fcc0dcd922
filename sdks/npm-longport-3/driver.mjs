// Sends signproof's requests with the HttpClient of the package longport.

import { createRequire } from 'node:module';

import { HttpClient } from 'longport';

import { serve } from '../common/node/signproof_driver.mjs';

const { name, version } = createRequire(import.meta.url)('longport/package.json');

// Sends the request as a user would. The SDK encodes no query and throws for every error, of which
// nothing tells whether something was sent.
async function send(credential, request) {
  const { method, target, laps } = request;
  const headers = request.headerMap();
  const body = request.jsonBody();
  const { app_key, app_secret, access_token } = credential;
  const client = new HttpClient(request.baseUrl, app_key, app_secret, access_token);
  try {
    let data;
    for (const _ of laps) {
      data = await client.request(method, target, headers, body);
    }
    return { body: JSON.stringify(data) };
  } catch (error) {
    return { error: error.message };
  }
}

await serve(name, version, send);
