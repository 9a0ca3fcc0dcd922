// The stdio protocol for drivers of Node SDKs: docs/protocol.md, operation `send` alone, and `bench`
// of it.

import { Buffer } from 'node:buffer';
import process from 'node:process';

const SCHEME = 'longbridge-hmac';

// The SDK's public interface cannot express the request; the text says why.
export class Skipped extends Error {}

// The SDK refused the request before it sent anything.
export class Rejected extends Error {}

// How often the SDK's call is made: once for `run`, for a while for `bench`. What is between two
// rounds is all that it measures; a call that throws is not counted.
class Laps {
  constructor(minMs = 0) {
    this.leastNs = BigInt(minMs) * 1_000_000n;
    this.calls = 0;
    this.elapsedNs = 0n;
  }

  *[Symbol.iterator]() {
    const started = process.hrtime.bigint();
    do {
      yield;
      this.elapsedNs = process.hrtime.bigint() - started;
      this.calls += 1;
    } while (this.elapsedNs < this.leastNs);
  }
}

export class Request {
  constructor(input, laps) {
    this.laps = laps; // the SDK's call, and nothing besides, is made once for each
    this.baseUrl = input.base_url;
    this.method = input.method;
    this.path = input.path;
    this.query = input.query; // the octets behind the "?"; null where there is none
    this.params = input.params; // null where the octets of `query` must be sent
    this.headers = input.headers ?? [];
    this.body = Buffer.from(input.body_b64, 'base64');
  }

  // Path and query as they shall stand in the request line.
  get target() {
    return this.query === null ? this.path : `${this.path}?${this.query}`;
  }

  // The headers for an SDK that takes each name once.
  headerMap() {
    const names = new Set(this.headers.map(([name]) => name.toLowerCase()));
    if (names.size < this.headers.length) {
      throw new Skipped('the SDK takes an object of headers: no name can stand twice');
    }
    return Object.fromEntries(this.headers);
  }

  // The body for an SDK that writes JSON itself; undefined where there is none.
  //
  // The SDK chooses spaces, escapes and the order of members. What would be lost beyond that cannot
  // be sent: a name that stands twice, an integer that a number cannot hold, and a body of `null`,
  // which reads like none.
  jsonBody() {
    if (this.body.length === 0) {
      return undefined;
    }
    let text, value;
    try {
      text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.body);
      value = JSON.parse(text);
    } catch {
      throw new Skipped('the SDK writes JSON itself: these octets cannot be sent');
    }
    if (value === null) {
      throw new Skipped('the SDK takes the body null for none');
    }
    const tokens = text.match(TOKENS);
    if (tokens.some((token) => /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)))) {
      throw new Skipped('a number in JavaScript cannot hold an integer of this body');
    }
    if (JSON.stringify(value).match(TOKENS).length < tokens.length) {
      throw new Skipped('the SDK takes an object as body: no name can stand twice');
    }
    return value;
  }
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[-+.\w]+|[{}[\]:,]/gu;

// Answers signproof until the input ends. `send` gets a credential and a Request and returns a
// promise of { status, body, error }: what the SDK made of the answer, each with its default.
export async function serve(name, version, send) {
  // Standard output belongs to the protocol; whatever else JavaScript prints goes to standard error.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  const implementation = {
    name,
    version,
    language: 'JavaScript',
    runtime: `Node ${process.versions.node}`,
  };
  const credentials = new Map();
  for await (const line of lines(process.stdin)) {
    const message = JSON.parse(line);
    const reply = await answer(message, implementation, credentials, send);
    write(JSON.stringify({ seq: message.seq, ...reply }) + '\n');
  }
}

async function answer(message, implementation, credentials, send) {
  if (message.type === 'start') {
    const operations = { [SCHEME]: ['send'] };
    return { protocol: 1, implementation, operations, features: ['bench'], window: 1 };
  }
  if (message.type === 'prepare') {
    credentials.set(message.credential, message.values);
    return { status: 'output' };
  }
  const asked = message.type === 'run' || message.type === 'bench';
  if (!asked || message.scheme !== SCHEME || message.operation !== 'send') {
    return { status: 'skipped', message: 'this driver does not know it' };
  }
  const laps = new Laps(message.min_ms);
  const reply = await outcome(credentials.get(message.credential), message.input, laps, send);
  if (message.type === 'run') {
    return reply;
  }
  if (reply.output?.error) {
    return { status: 'errored', message: reply.output.error }; // nothing to measure
  }
  return { ...reply, iterations: laps.calls, elapsed_ns: Number(laps.elapsedNs) };
}

async function outcome(credential, input, laps, send) {
  try {
    const { status, body, error } = await send(credential, new Request(input, laps));
    const body_b64 = Buffer.from(body ?? '').toString('base64');
    return { status: 'output', output: { status: status ?? 0, body_b64, error: error ?? '' } };
  } catch (error) {
    if (error instanceof Skipped) {
      return { status: 'skipped', message: error.message };
    }
    if (error instanceof Rejected) {
      return { status: 'rejected', message: error.message };
    }
    console.error(error);
    return { status: 'errored', message: String(error) };
  }
}

// Not `node:readline`, which also ends lines at U+2028 and U+2029.
async function* lines(stream) {
  let rest = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end; (end = chunk.indexOf(0x0a, from)) >= 0; from = end + 1) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
      rest = [];
    }
    rest.push(chunk.subarray(from));
  }
}
