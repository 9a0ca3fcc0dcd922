// An adapter in JavaScript, independent of the template: `sign`, `request` and `response`.
//
// Its digests come from Web Crypto, which is asynchronous: cases that arrive together run side by
// side. Their replies go out last first, since the protocol allows any order.

import process from 'node:process';

const SCHEME = 'longbridge-hmac';
const NAMES = 'authorization;x-api-key;x-timestamp';
const utf8 = new TextEncoder();
const { subtle } = globalThis.crypto;

class Refusal extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

const hex = (octets) => Buffer.from(octets).toString('hex');
const sha1 = async (octets) => hex(await subtle.digest('SHA-1', octets));

async function hmac(secret, text) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', utf8.encode(secret), algorithm, false, ['sign']);
  return hex(await subtle.sign('HMAC', key, utf8.encode(text)));
}

const VISIBLE = /^[!-~]*$/;

const GUARDS = [
  ['empty-credential', (c) => !c.app_key || !c.app_secret || !c.access_token],
  ['token-with-scheme', (c) => /^bearer /i.test(c.access_token)],
  ['invalid-value', (c) => !VISIBLE.test(c.app_key) || !VISIBLE.test(c.access_token)],
  ['secret-with-space', (c) => /^[ \t\n\v\f\r]|[ \t\n\v\f\r]$/.test(c.app_secret)],
  ['invalid-method', (c, r) => !/^[A-Za-z]+$/.test(r.method)],
  ['invalid-target', (c, r) => !VISIBLE.test(r.path) || !/^\/[^?#]*$/.test(r.path)],
  ['invalid-target', (c, r) => !VISIBLE.test(r.query ?? '') || (r.query ?? '').includes('#')],
  ['invalid-value', (c, r) => !r.timestamp || !VISIBLE.test(r.timestamp)],
];

async function stages(credential, request) {
  for (const [reason, applies] of GUARDS) {
    if (applies(credential, request)) throw new Refusal(reason, 'this cannot be signed');
  }
  const body = Buffer.from(request.body_b64, 'base64');
  const headers =
    `authorization:${credential.access_token}\n` +
    `x-api-key:${credential.app_key}\n` +
    `x-timestamp:${request.timestamp}\n`;
  const bodyDigest = body.length > 0 ? await sha1(body) : '';
  const canonical = [
    request.method.toUpperCase(),
    request.path,
    request.query ?? '',
    headers,
    NAMES,
    bodyDigest,
  ].join('|');
  const canonicalDigest = await sha1(utf8.encode(canonical));
  const text = `HMAC-SHA256|${canonicalDigest}`;
  const signature = await hmac(credential.app_secret, text);
  return {
    canonical_headers: headers,
    body_digest: bodyDigest,
    canonical_request: canonical,
    canonical_digest: canonicalDigest,
    string_to_sign: text,
    signature,
    header: `HMAC-SHA256 SignedHeaders=${NAMES}, Signature=${signature}`,
  };
}

const operations = {
  async sign(credential, input) {
    const seen = await stages(credential, input);
    return { output: { x_api_signature: seen.header }, stages: seen };
  },

  async request(credential, input) {
    const { method, path, params, body_b64, timestamp } = input;
    const query = params.length > 0 ? new URLSearchParams(params).toString() : null;
    const { header } = await stages(credential, { method, path, query, body_b64, timestamp });
    const headers = [
      ['authorization', credential.access_token],
      ['x-api-key', credential.app_key],
      ['x-timestamp', timestamp],
      ['x-api-signature', header],
      ['user-agent', 'example-node-sdk/1.0.0'],
    ];
    if (body_b64) headers.push(['content-type', 'application/json']);
    return { output: { method, path, query, headers, body_b64 } };
  },

  async response(_, input) {
    const { code, message, msg } = envelope(Buffer.from(input.body_b64, 'base64'));
    const meaning = MEANINGS.get(code) ?? 'api-error';
    return { output: { code, message: message ?? msg ?? '', meaning } };
  },
};

const MEANINGS = new Map([
  [0, 'success'],
  [403201, 'signature-invalid'],
  [403202, 'duplicate-request'],
  [403203, 'api-key-illegal'],
  [403205, 'ip-not-allowed'],
  [401003, 'token-expired'],
  [401004, 'token-invalid'],
  [429001, 'ip-rate-limited'],
  [429002, 'api-rate-limited'],
  [500000, 'internal-error'],
]);

function envelope(body) {
  let parsed;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new Refusal('malformed-envelope', 'the body is not JSON');
  }
  if (!Number.isSafeInteger(parsed?.code)) {
    throw new Refusal('malformed-envelope', 'there is no integer `code`');
  }
  return parsed;
}

const credentials = new Map();

async function run({ scheme, operation, credential, input, min_ms: minMs }) {
  if (scheme !== SCHEME || !Object.hasOwn(operations, operation)) {
    return { status: 'skipped', message: 'unknown operation' };
  }
  try {
    const call = () => operations[operation](credentials.get(credential), input);
    if (minMs) return await bench(call, minMs * 1e6);
    return { status: 'output', ...(await call()) };
  } catch (error) {
    if (error instanceof Refusal) {
      return { status: 'rejected', reason: error.reason, message: error.message };
    }
    return { status: 'errored', message: String(error) };
  }
}

async function bench(call, atLeastNs) {
  let iterations = 0;
  let elapsed = 0;
  let last;
  const started = process.hrtime.bigint();
  while (elapsed < atLeastNs) {
    const more = Math.floor(iterations / 8) + 1;
    for (let number = 0; number < more; number += 1) last = await call();
    iterations += more;
    elapsed = Number(process.hrtime.bigint() - started);
  }
  return { status: 'output', output: last.output, iterations, elapsed_ns: elapsed };
}

async function answer(message) {
  switch (message.type) {
    case 'start':
      return {
        protocol: 1,
        implementation: {
          name: 'example-node-sdk',
          version: '1.0.0',
          language: 'JavaScript',
          runtime: `Node ${process.versions.node}`,
        },
        operations: { [SCHEME]: Object.keys(operations) },
        features: ['stages', 'reasons', 'bench'],
        window: 64,
      };
    case 'prepare':
      credentials.set(message.credential, message.values);
      return {};
    case 'run':
    case 'bench':
      return run(message);
    default:
      return { status: 'skipped', message: 'unknown message type' };
  }
}

async function reply(line) {
  const message = JSON.parse(line);
  return `${JSON.stringify({ seq: message.seq, ...(await answer(message)) })}\n`;
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', async (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  const replies = await Promise.all(lines.map(reply));
  process.stdout.write(replies.reverse().join(''));
});
