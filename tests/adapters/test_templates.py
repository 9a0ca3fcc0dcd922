"""The starter templates: honest as they come, right once a signer is filled in."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from signproof import schemes
from signproof.cli.new_adapter import command
from signproof.corpus import RECORDED, Corpus
from signproof.implementations.stdio_bench import StdioBench
from signproof.model import Outcome
from signproof.verify import judge

pytestmark = [pytest.mark.once, pytest.mark.unmeasured]

Verify = Callable[..., subprocess.CompletedProcess[str]]

PYTHON_LONGBRIDGE = """
    import hashlib, hmac
    names = "authorization;x-api-key;x-timestamp"
    digest = hashlib.sha1(request["body"]).hexdigest() if request["body"] else ""
    headers = (
        f"authorization:{credential['access_token']}\\n"
        f"x-api-key:{credential['app_key']}\\nx-timestamp:{request['timestamp']}\\n"
    )
    canonical = "|".join((
        request["method"].upper(), request["path"], request["query"] or "", headers, names, digest
    ))
    text = "HMAC-SHA256|" + hashlib.sha1(canonical.encode()).hexdigest()
    signature = hmac.new(credential["app_secret"].encode(), text.encode(), "sha256").hexdigest()
    return f"HMAC-SHA256 SignedHeaders={names}, Signature={signature}"
"""

NODE_LONGBRIDGE = """
  const { createHash, createHmac } = await import('node:crypto');
  const sha1 = (octets) => createHash('sha1').update(octets).digest('hex');
  const names = 'authorization;x-api-key;x-timestamp';
  const digest = request.body.length > 0 ? sha1(request.body) : '';
  const headers = `authorization:${credential.access_token}\\n` +
    `x-api-key:${credential.app_key}\\nx-timestamp:${request.timestamp}\\n`;
  const canonical = [request.method.toUpperCase(), request.path, request.query ?? '', headers,
    names, digest].join('|');
  const signature = createHmac('sha256', credential.app_secret)
    .update('HMAC-SHA256|' + sha1(canonical)).digest('hex');
  return `HMAC-SHA256 SignedHeaders=${names}, Signature=${signature}`;
"""


# Python's standard library has no RSA: it is a power, once the numbers are read out of the DER.
PYTHON_TIGER = """
    import base64, hashlib

    def elements(der):
        found, at = [], 0
        while at < len(der):
            start, size = at + 2, der[at + 1]
            if size & 0x80:
                start += size & 0x7F
                size = int.from_bytes(der[at + 2:start], "big")
            found.append(der[start:start + size])
            at = start + size
        return found

    parts = elements(elements(base64.b64decode(credential["private_key"]))[0])
    if len(parts) == 3:  # PKCS#8
        parts = elements(elements(parts[2])[0])
    modulus, _, exponent = (int.from_bytes(part, "big") for part in parts[1:4])
    content = "&".join(
        name + "=" + ("null" if value is None else value)
        for name, value in sorted(request["fields"].items()) if name != "sign"
    )
    try:
        digest = hashlib.sha1(content.encode(request["charset"])).digest()
    except UnicodeEncodeError:
        raise Rejected("the charset lacks a character", "unencodable-text")
    size = (modulus.bit_length() + 7) // 8
    info = bytes.fromhex("3021300906052b0e03021a05000414")
    message = b"\\0\\1" + b"\\xff" * (size - 38) + b"\\0" + info + digest
    signature = pow(int.from_bytes(message, "big"), exponent, modulus)
    return base64.b64encode(signature.to_bytes(size, "big")).decode()
"""

# Node reads GBK and does not write it: its table is turned round.
NODE_TIGER = """
  const { createPrivateKey, sign: rsaSign } = await import('node:crypto');
  const der = Buffer.from(credential.private_key, 'base64');
  let key;
  try {
    key = createPrivateKey({ key: der, format: 'der', type: 'pkcs1' });
  } catch {
    key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  }
  const content = Object.keys(request.fields).filter((name) => name !== 'sign').sort()
    .map((name) => `${name}=${request.fields[name]}`).join('&');
  let octets = Buffer.from(content, 'utf8');
  if (request.charset === 'GBK') {
    const codes = new Map();
    const decoder = new TextDecoder('gbk');
    for (let code = 0x8140; code <= 0xfefe; code += 1) {
      const pair = Buffer.from([code >> 8, code & 0xff]);
      const text = decoder.decode(pair);
      if (text.length === 1 && text !== '\\u20ac' && !codes.has(text)) codes.set(text, pair);
    }
    octets = Buffer.concat([...content].map((character) => {
      if (character <= '\\x7f') return Buffer.from(character);
      if (codes.has(character)) return codes.get(character);
      throw new Rejected('the charset lacks a character', 'unencodable-text');
    }));
  }
  return rsaSign('RSA-SHA1', octets, key).toString('base64');
"""


# Python's standard library has neither PKCS#12 nor X.509, and Node's keeps a file's key to itself:
# the openssl command opens it. The CN is read out of the subject, the second of the two names.
PYTHON_SHIOAJI = """
    import base64, hashlib, os, subprocess
    opened = subprocess.run(
        ["openssl", "pkcs12", "-nodes", "-legacy", "-clcerts", "-passin", "env:CA_PASSWORD"],
        input=credential["pfx"], capture_output=True, check=True,
        env={**os.environ, "CA_PASSWORD": credential["password"]},
    ).stdout.decode()

    def pem(label):
        body = opened.split(f"-----BEGIN {label}-----")[1].split("-----END")[0]
        return base64.b64decode(body)

    def elements(der):
        found, at = [], 0
        while at < len(der):
            start, size = at + 2, der[at + 1]
            if size & 0x80:
                start += size & 0x7F
                size = int.from_bytes(der[at + 2:start], "big")
            found.append((der[at], der[start:start + size]))
            at = start + size
        return found

    def inside(der, *path):
        for number in path:
            der = elements(der)[number][1]
        return der

    certificate = pem("CERTIFICATE")
    attributes = [elements(inside(one, 0)) for _, one in elements(inside(certificate, 0, 0, 5))]
    tag, name = next(value for oid, value in attributes if oid[1] == b"U\\x04\\x03")
    person_id = name.decode("utf-16-be" if tag == 0x1E else "utf-8").partition("-")[0]
    numbers = elements(inside(pem("PRIVATE KEY"), 0, 2, 0))
    modulus, exponent = (int.from_bytes(numbers[at][1], "big") for at in (1, 3))
    text = f"{person_id}{request['ip']}{request['plain_text']}{request['seconds']}".encode()
    size = (modulus.bit_length() + 7) // 8
    info = bytes.fromhex("3021300906052b0e03021a05000414") + hashlib.sha1(text).digest()
    message = b"\\0\\1" + b"\\xff" * (size - len(info) - 3) + b"\\0" + info
    signature = pow(int.from_bytes(message, "big"), exponent, modulus).to_bytes(size, "big")
    parts = (base64.b64encode(part).decode() for part in (signature, text, certificate))
    return ".".join(("pkcs1", *parts))
"""

NODE_SHIOAJI = """
  const { createPrivateKey, sign: rsaSign, X509Certificate } = await import('node:crypto');
  const { spawnSync } = await import('node:child_process');
  const opened = spawnSync('openssl',
    ['pkcs12', '-nodes', '-legacy', '-clcerts', '-passin', 'env:CA_PASSWORD'],
    { input: credential.pfx, env: { ...process.env, CA_PASSWORD: credential.password } });
  const pem = opened.stdout.toString('utf8');
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
  const name = certificate.subject.split('\\n').find((line) => line.startsWith('CN='));
  const personId = name.slice('CN='.length).split('-')[0];
  const text = Buffer.from(
    `${personId}${request.ip}${request.plain_text}${request.seconds}`, 'utf8');
  const signature = rsaSign('RSA-SHA1', text, createPrivateKey(pem));
  const parts = [signature, text, certificate.raw].map((part) => part.toString('base64'));
  return ['pkcs1', ...parts].join('.');
"""


@dataclass(frozen=True)
class Filling:
    """What is filled into the templates of a scheme, and what it is tried with."""

    scheme: str
    operation: str
    """What the template offers."""
    topics: tuple[str, ...]
    """Those of the operation that a right signer passes."""
    quick: str
    """The topic that is tried where one is enough."""
    case: str
    """The vector that is tried where one is enough."""
    member: str
    """The operation's output."""
    signers: dict[str, str]


FILLINGS = {
    filling.scheme: filling
    for filling in (
        Filling(
            "longbridge-hmac",
            "sign",
            ("method", "path", "query", "body", "timestamp", "credential", "page"),
            "query",
            "longbridge-hmac/query/none",
            "x_api_signature",
            {"python": PYTHON_LONGBRIDGE, "node": NODE_LONGBRIDGE},
        ),
        Filling(
            "tiger-rsa",
            "sign",
            ("order", "fields", "empty-values", "biz-content", "text", "charset", "key-size"),
            "order",
            "tiger-rsa/order/as-python",
            "sign",
            {"python": PYTHON_TIGER, "node": NODE_TIGER},
        ),
        Filling(
            "shioaji-ca",
            "sign-pkcs1",
            ("sign-pkcs1",),
            "sign-pkcs1",
            "shioaji-ca/sign-pkcs1/usual",
            "envelope",
            {"python": PYTHON_SHIOAJI, "node": NODE_SHIOAJI},
        ),
    )
}


@pytest.fixture(params=list(FILLINGS))
def filling(request: pytest.FixtureRequest) -> Filling:
    return FILLINGS[request.param]


@pytest.fixture(params=["python", "node"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def runner(language: str, request: pytest.FixtureRequest) -> str:
    """Return the program that runs an adapter of this language."""
    return sys.executable if language == "python" else str(request.getfixturevalue("node"))


@pytest.fixture
def adapter(language: str, filling: Filling, tmp_path: Path) -> Path:
    """Write the template as it comes."""
    path = tmp_path / {"python": "signproof_adapter.py", "node": "signproof-adapter.mjs"}[language]
    arguments = [language, str(path), "--scheme", filling.scheme]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    return path


def _fill(adapter: Path, sdk: str) -> None:
    """Put *sdk* between the two marks, as a person would."""
    text = adapter.read_text("utf-8")
    marks = r"(?s)(--- your SDK: begin ---\n).*?(\n *(?:#|//) --- your SDK: end ---)"
    filled, count = re.subn(marks, lambda found: found[1] + sdk.strip("\n") + found[2], text)
    assert count == 1
    adapter.write_text(filled, "utf-8")


def test_untouched_it_skips_everything_and_says_why(
    adapter: Path, filling: Filling, runner: str, verify: Verify
) -> None:
    result = verify(filling.scheme, "--", runner, adapter.name)
    count = len(Corpus.open().cases(filling.scheme))
    assert result.stdout.splitlines()[:2] == [
        "The implementation's standard error ends with:",
        f"  {adapter.name}: not written yet: fill in sign()",
    ]
    assert (result.returncode, result.stdout.splitlines()[-1]) == (3, f"{count} skip")


def test_filled_in_it_passes(
    adapter: Path, filling: Filling, runner: str, language: str, verify: Verify
) -> None:
    _fill(adapter, filling.signers[language])
    topics = [word for topic in filling.topics for word in ("--topic", topic)]
    result = verify(filling.scheme, "--strict", *topics, "--", runner, adapter.name)
    cases = Corpus.open().cases(filling.scheme)
    chosen = [case for case in cases if case.id.split("/")[1] in filling.topics]
    assert {case.vector.operation for case in chosen} == {filling.operation}
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, f"{len(chosen)} pass")


def test_the_topics_are_all_that_need_no_refusals(filling: Filling) -> None:
    count = Counter(
        case.id.split("/")[1]
        for case in Corpus.open().cases(filling.scheme)
        if case.vector.operation == filling.operation and case.id.split("/")[1] != RECORDED
    )
    assert set(filling.topics) == set(count) - {"refuse", "refuse-sign", "mistakes"}


# What an author may write in the marked place, and what the report says of it.
WRITTEN = {
    "python": {
        "wrong": ('    return "wrong"', "FAIL", "{member} is wrong"),
        "not-text": ("    return 7", "ERROR", "its output is not as the schema says: "),
        "rejected": (
            '    raise Rejected("no \\udcff", "invalid-value")',
            "FAIL",
            "refused a good input: invalid-value",
        ),
        "broken": (
            '    raise RuntimeError("no \\udcff")',
            "ERROR",
            "RuntimeError: no \\udcff",
        ),
    },
    "node": {
        "wrong": ('  return "wrong";', "FAIL", "{member} is wrong"),
        "not-text": ("  return 7;", "ERROR", "its output is not as the schema says: "),
        "rejected": (
            '  throw new Rejected("no \\udcff", "invalid-value");',
            "FAIL",
            "refused a good input: invalid-value",
        ),
        "broken": (
            '  throw new RangeError("no \\udcff");',
            "ERROR",
            "RangeError: no \N{REPLACEMENT CHARACTER}",
        ),
    },
}


# A wrong signature is searched for its cause, which takes its time.
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[pytest.mark.heavy] if case == "wrong" else [])
        for case in WRITTEN["python"]
    ],
)
def test_what_sign_does_is_told(
    case: str, adapter: Path, filling: Filling, runner: str, language: str, verify: Verify
) -> None:
    written, word, what = WRITTEN[language][case]
    _fill(adapter, written)
    result = verify("--id", filling.case, "--", runner, adapter.name)
    lines = result.stdout.splitlines()
    assert (result.returncode, lines[0]) == (1, f"{word} {filling.case}")
    said = f"  what     {what.format(member=filling.member)}"
    assert next(line for line in lines if "what " in line).startswith(said)


def test_an_sdk_that_prints_does_not_disturb(
    adapter: Path, filling: Filling, runner: str, language: str, verify: Verify
) -> None:
    noise = {
        "python": '    import os; print("noise"); os.system("echo noise")',
        "node": '  console.log("noise"); process.stdout.write("noise");',
    }
    _fill(adapter, noise[language] + filling.signers[language])
    arguments = (filling.scheme, "--topic", filling.quick, "--json", "report.json")
    result = verify(*arguments, "--", runner, adapter.name)
    assert (result.returncode, result.stdout.splitlines()[-1].split(" ", 1)[1]) == (0, "pass")
    assert "noise" in (adapter.parent / "report.json").read_text("utf-8")


def test_it_says_how_fast_it_is(
    adapter: Path, filling: Filling, runner: str, language: str
) -> None:
    _fill(adapter, filling.signers[language])
    cases = Corpus.open().cases(filling.scheme)
    case = next(case for case in cases if case.id == filling.case)
    with closing(StdioBench([runner, str(adapter)])) as driver:
        done = driver.bench(case, 20)
    result = judge(schemes.get(filling.scheme), case, done.reply, states_reasons=True)
    assert (result.outcome, result.message) == (Outcome.PASS, "")
    assert (done.calls >= 1, done.elapsed_ns >= 20_000_000) == (True, True)


# What is a scheme's own in the part of a template that nobody changes.
OWN = {
    "py": r"(?m)^(?:SCHEME|OPERATION|OUTPUT) = .*\n|(?s:^def read\(.*?(?=^def run_sign))",
    "mjs": r"(?m)^const (?:SCHEME|OPERATION|OUTPUT) = .*\n"
    r"|(?s:^function read\(.*?(?=^async function runSign))",
}


@pytest.mark.parametrize("ending", list(OWN))
def test_the_protocol_is_the_same_in_the_templates_of_all_schemes(ending: str) -> None:
    texts = set()
    for scheme in FILLINGS:
        template = files("signproof") / "adapters" / f"{scheme}.{ending}.template"
        _, mark, protocol = template.read_text("utf-8").partition("---- The protocol: ")
        assert mark
        texts.add(re.sub(OWN[ending], "", protocol))
    assert len(texts) == 1


@pytest.mark.parametrize("language", ["python"])
def test_the_python_template_needs_nothing_installed(adapter: Path) -> None:
    modules = set(re.findall(r"(?m)^(?:import|from) (\w+)", adapter.read_text("utf-8")))
    assert modules <= sys.stdlib_module_names


@pytest.mark.parametrize("language", ["python"])
def test_another_python_runs_it(adapter: Path, filling: Filling, verify: Verify) -> None:
    other = shutil.which("python3", path="/usr/bin:/bin")
    if other is None:
        pytest.skip("there is no other Python in /usr/bin")
    _fill(adapter, filling.signers["python"])
    arguments = (filling.scheme, "--topic", filling.quick)
    assert verify(*arguments, "--", other, adapter.name).returncode == 0
