"""A Shioaji client by other hands, right or wrong in one way, that speaks the stdio protocol.

It imports the standard library alone and was written from what is known of the broker's rules, not
from signproof's pipeline: RSA is plain arithmetic here, with numbers read from DER; only the CA's
file is opened by the openssl command. A class has a method for each step, and for each mistake
there is a subclass in which a step is done the wrong way. The mistake is named by its id in the
first argument; `--list` prints the ids.
"""
# ruff: noqa: ARG002, ARG005 - many a step does not look at all that it is given

import base64
import codecs
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

Subject = list[tuple[str, str]]
Values = dict[str, str]

TAIPEI = timezone(timedelta(hours=8))
KEYS = [
    *("SJ_API_KEY", "SJ_SEC_KEY", "SJ_CA_PATH", "SJ_CA_PASSWD"),
    *("SJ_PRODUCTION", "SJ_HTTP_ADDR", "SJ_HTTP_AUTH", "SJ_RECEIVE_WINDOW"),
]
ATTRIBUTES = {
    "550403": "CN",
    "550405": "serialNumber",
    "55040b": "OU",
    "55040a": "O",
    "550406": "C",
    "0992268993f22c640101": "UID",
    "2a864886f70d010901": "emailAddress",
}
CHARSETS = {0x1E: "utf-16-be", 0x1C: "utf-32-be", 0x14: "latin-1"}


def read_der(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and contents of the elements that stand one after the other."""
    while octets:
        tag, size, at = octets[0], octets[1], 2
        if size & 0x80:
            at += size & 0x7F
            size = int.from_bytes(octets[2:at])
        yield tag, octets[at : at + size]
        octets = octets[at + size :]


def inside(octets: bytes) -> list[bytes]:
    """Return the contents of what the one element consists of."""
    return [contents for _, contents in read_der(next(read_der(octets))[1])]


def subject_in(certificate: bytes) -> Subject:
    signed = next(read_der(next(read_der(certificate))[1]))[1]
    members = [each for tag, each in read_der(signed) if tag != 0xA0]
    found = []
    for _, relative in read_der(members[4]):
        for _, pair in read_der(relative):
            (_, oid), (tag, value) = read_der(pair)
            name = ATTRIBUTES.get(oid.hex(), oid.hex())
            found.append((name, value.decode(CHARSETS.get(tag, "utf-8"))))
    return found


class Ca:
    """A CA's file, opened when it is first asked for."""

    def __init__(self, pfx_b64: str, password: str) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(base64.b64decode(pfx_b64))
            file.flush()
            command = ["openssl", "pkcs12", "-in", file.name, "-passin", "env:PASSWORD"]
            environment = {**os.environ, "PASSWORD": password}
            for legacy in ([], ["-legacy"]):
                done = subprocess.run(
                    [*command, "-nodes", "-clcerts", *legacy],
                    capture_output=True,
                    check=bool(legacy),
                    env=environment,
                )
                if done.returncode == 0:
                    break
        ders = {
            label: base64.b64decode(body)
            for label, body in re.findall(
                "-----BEGIN ([A-Z ]+)-----(.*?)-----END", done.stdout.decode(), re.DOTALL
            )
        }
        self.certificate = ders["CERTIFICATE"]
        numbers = next(read_der(inside(ders["PRIVATE KEY"])[2]))[1]
        self.numbers = [int.from_bytes(number) for _, number in read_der(numbers)]


class Client:
    """The client without a mistake."""

    # Whose certificate it is.

    def names(self, subject: Subject) -> list[str]:
        return [value for name, value in subject if name == "CN"]

    def cut(self, name: str) -> str:
        return name.split("-", 1)[0]

    def person_id(self, certificate: bytes) -> str:
        return self.cut(self.names(subject_in(certificate))[0])

    # What is signed.

    def time(self, seconds: int) -> str:
        return str(seconds)

    def plain(self, text: str) -> str:
        return text

    def join(self, person: str, ip: str, plain: str, time: str) -> str:
        return person + ip + plain + time

    def encode(self, text: str) -> bytes:
        return text.encode()

    # The signature.

    def content(self, text: bytes, plain: str) -> bytes:
        return text

    def info(self, content: bytes) -> bytes:
        return INFOS["sha1"] + hashlib.sha1(content).digest()

    def padded(self, info: bytes, size: int) -> bytes:
        if len(info) > size - 11:  # the right one, where a wrong one has no room
            info = INFOS["sha1"] + hashlib.sha1(info).digest()
        return b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info

    def turned(self, signature: bytes) -> bytes:
        return signature

    def signature(self, content: bytes, numbers: list[int]) -> bytes:
        _, n, _, _, p, q, dp, dq, qi = numbers
        size = (n.bit_length() + 7) // 8
        m = int.from_bytes(self.padded(self.info(content), size))
        a, b = pow(m, dp, p), pow(m, dq, q)
        return self.turned((b + q * (qi * (a - b) % p)).to_bytes(size))

    # The envelope.

    prefix, dot = "pkcs1", "."

    def base64(self, octets: bytes) -> str:
        return base64.b64encode(octets).decode()

    def write_signature(self, octets: bytes) -> str:
        return self.base64(octets)

    def write_text(self, octets: bytes) -> str:
        return self.base64(octets)

    def write_certificate(self, octets: bytes) -> str:
        return self.base64(octets)

    def sent_text(self, text: bytes, plain: str) -> bytes:
        return text

    def parts(self, signature: str, text: str, certificate: str) -> list[str]:
        return [signature, text, certificate]

    def whole(self, envelope: str) -> str:
        return envelope

    def sign_pkcs1(self, given: dict[str, Any], ca: Ca) -> dict[str, str]:
        plain = given["plain_text"]
        person = self.person_id(ca.certificate)
        joined = self.join(person, given["ip"], self.plain(plain), self.time(given["seconds"]))
        text = self.encode(joined)
        signature = self.signature(self.content(text, plain), ca.numbers)
        parts = self.parts(
            self.write_signature(signature),
            self.write_text(self.sent_text(text, plain)),
            self.write_certificate(ca.certificate),
        )
        prefix = [self.prefix] if self.prefix else []
        return {"envelope": self.whole(self.dot.join(prefix + parts))}

    def of_certificate(self, given: dict[str, Any], ca: Ca) -> dict[str, str]:
        return {"person_id": self.person_id(base64.b64decode(given["certificate_b64"]))}

    # When a certificate ends.

    def end(self, seconds: int) -> str:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()

    def expire_time(self, given: dict[str, Any], ca: Ca) -> dict[str, str]:
        return {"expire_time": self.end(given["not_after"])}

    # The `.env`.

    later_wins = True
    stops = True

    def file(self, octets: bytes) -> bytes:
        return octets

    def text(self, octets: bytes) -> str:
        return octets.decode("utf-8-sig")

    def rows(self, text: str) -> list[str]:
        return text.replace("\r\n", "\n").split("\n")

    def setting(self, row: str) -> tuple[str, str] | None:
        """Return key and what stands behind `=`; None for a comment."""
        if row.strip().startswith("#") or "=" not in row:
            return None
        key, _, written = row.partition("=")
        return self.key(key), self.written(written)

    def key(self, written: str) -> str:
        return re.sub("^export\\s+", "", written.strip())

    def written(self, text: str) -> str:
        return text.strip(" \t")

    def comment(self, written: str) -> str:
        return re.sub(r"(^|\s+)#.*", "", written)

    def escapes(self, inner: str) -> str:
        return codecs.decode(inner, "unicode-escape")

    def quoted(self, inner: str, mark: str) -> str:
        return inner

    def unquoted(self, value: str) -> str:
        return value

    def variables(self, value: str, known: Values, dialect: str) -> str:
        pattern = r"\$\{(\w+)\}|\$([A-Za-z_]\w*)" if dialect == "server" else r"\$\{(\w+)\}()"
        return re.sub(pattern, lambda found: known.get(found[1] or found[2], ""), value)

    def value(self, written: str, known: Values, dialect: str) -> str | None:
        """Return what is read; None where the server's reader stops."""
        mark = written[:1]
        if mark in {"'", '"'}:
            inner = written[1:].partition(mark)[0]
            if mark == '"' and "\\" in inner:
                if dialect == "server" and self.stops:
                    return None
                inner = self.escapes(inner)
            if not (dialect == "server" and mark == "'"):
                inner = self.variables(inner, known, dialect)
            return self.quoted(inner, mark)
        value = self.comment(written)
        if dialect == "server" and self.stops and re.search(r"\s|\\", RIGHT.comment(written)):
            return None
        return self.unquoted(self.variables(value, known, dialect))

    def settings(self, file: bytes, dialect: str, environment: Values) -> Values:
        found: Values = {}
        for row in self.rows(self.text(self.file(file))):
            pair = self.setting(row)
            if pair is None:
                continue
            key, written = pair
            value = self.value(written, found | environment, dialect)
            if value is None:
                break
            if self.later_wins or key not in found:
                found[key] = value
        return found

    def merged(self, file: Values, environment: Values) -> Values:
        return file | environment

    def read_env(self, given: dict[str, Any], ca: Ca) -> dict[str, Any]:
        environment = dict(given.get("environment", []))
        octets = base64.b64decode(given["file_b64"])
        file = self.settings(octets, given["dialect"], environment)
        values = self.merged(file, environment)
        return {"values": sorted([key, values[key]] for key in values if key in KEYS)}


INFOS = {
    "md5": bytes.fromhex("3020300c06082a864886f70d020505000410"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha224": bytes.fromhex("302d300d06096086480165030402040500041c"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
CLIENTS: dict[str, type[Client]] = {"": Client}

act: Any
id_: str
words: Any


def wrong(id_: str, **steps: Any) -> None:
    """Register a client with these steps done the wrong way."""
    assert id_ not in CLIENTS, id_
    assert all(hasattr(Client, step) for step in steps), id_
    CLIENTS[id_] = type(id_, (Client,), steps)


def step(name: str, **ways: Any) -> None:
    """Register a client for each way to do a step that takes and returns one thing."""
    for id_, act in ways.items():
        wrong(id_.replace("_", "-"), **{name: lambda self, given, act=act: act(given)})


# --- The person id.

for id_, name in {
    "serial-number": "serialNumber",
    "uid": "UID",
    "ou": "OU",
    "organization": "O",
    "email-address": "emailAddress",
}.items():
    wrong(
        f"person-id-from-{id_}",
        names=lambda self, subject, wanted=name: (
            [value for name, value in subject if name == wanted] + Client().names(subject)
        ),
    )
wrong("person-id-from-last-cn", names=lambda self, subject: Client().names(subject)[-1:])
step(
    "cut",
    person_id_whole_cn=str,
    person_id_cut_at_last_hyphen=lambda name: re.sub("-[^-]*$", "", name),
    person_id_cut_at_second_hyphen=lambda name: re.sub("^([^-]*-[^-]*)-.*", r"\1", name),
    person_id_cut_at_colons=lambda name: name.split(":")[0],
    person_id_cut_after_ten=lambda name: name[:10],
    person_id_after_hyphen=lambda name: re.sub("^[^-]*-", "", name),
    person_id_without_punctuation=lambda name: re.sub("[^A-Za-z0-9]", "", name),
    person_id_lowercase=lambda name: Client().cut(name).lower(),
    person_id_uppercase=lambda name: Client().cut(name).upper(),
)

# --- What is signed.

for id_, gap in {
    "bars": "|",
    "commas": ",",
    "semicolons": ";",
    "newlines": "\n",
    "spaces": " ",
    "colons": ":",
    "hyphens": "-",
    "ampersands": "&",
}.items():
    wrong(f"text-joined-with-{id_}", join=lambda self, *parts, gap=gap: gap.join(parts))
for id_, template in {
    "text-ordered-ip-first": "{1}{0}{2}{3}",
    "text-ordered-time-first": "{3}{0}{1}{2}",
    "text-ordered-text-first": "{2}{0}{1}{3}",
    "text-ordered-text-before-ip": "{0}{2}{1}{3}",
    "text-ordered-time-before-text": "{0}{1}{3}{2}",
    "text-ordered-time-before-ip": "{0}{3}{1}{2}",
    "text-ordered-ip-last": "{0}{2}{3}{1}",
    "text-ordered-person-id-last": "{1}{2}{3}{0}",
    "text-ordered-reversed": "{3}{2}{1}{0}",
    "person-id-not-signed": "{1}{2}{3}",
    "ip-not-signed": "{0}{2}{3}",
    "plain-text-not-signed": "{0}{1}{3}",
    "time-not-signed": "{0}{1}{2}",
    "plain-text-alone": "{2}",
}.items():
    wrong(id_, join=lambda self, *parts, template=template: template.format(*parts))


def clock(seconds: int, zone: timezone = UTC) -> datetime:
    return datetime.fromtimestamp(seconds, zone).replace(tzinfo=None)


step(
    "time",
    time_as_milliseconds="{}000".format,
    time_as_microseconds="{}000000".format,
    time_as_nanoseconds="{}000000000".format,
    time_as_float=lambda now: str(float(now)),
    time_as_iso=lambda now: clock(now).isoformat(),
    time_as_iso_z=lambda now: clock(now).isoformat() + "Z",
    time_as_iso_taipei=lambda now: clock(now, TAIPEI).isoformat(),
    time_as_digits_of_a_date=lambda now: re.sub(r"\D", "", clock(now).isoformat()),
    time_as_local_seconds=lambda now: str(now + 28_800),
    time_as_local_seconds_behind=lambda now: str(now - 28_800),
)
step(
    "plain",
    plain_text_trimmed=lambda text: text.strip(),
    plain_text_with_newline=lambda text: text + "\n",
    plain_text_with_crlf=lambda text: "\r\n".join(text.split("\n")),
    plain_text_without_spaces=lambda text: "".join(text.split(" ")),
    plain_text_lowercase=lambda text: text.lower(),
    plain_text_uppercase=lambda text: text.upper(),
    plain_text_escaped=lambda text: "".join(
        character if ord(character) < 128 else f"\\u{ord(character):04x}" for character in text
    ),
    plain_text_quoted=lambda text: f'"{text}"',
    plain_text_url_encoded=lambda text: quote(text, safe=""),
    plain_text_base64=lambda text: base64.b64encode(text.encode()).decode(),
    plain_text_hex=lambda text: text.encode().hex(),
    plain_text_nfc=lambda text: unicodedata.normalize("NFC", text),
    plain_text_nfd=lambda text: unicodedata.normalize("NFD", text),
)
step(
    "encode",
    text_in_big5=lambda text: text.encode("big5", "replace"),
    text_in_utf_16=lambda text: text.encode("utf-16-le"),
    text_in_utf_16_big_endian=lambda text: text.encode("utf-16-be"),
    text_in_latin_1=lambda text: text.encode("latin-1", "replace"),
    text_in_ascii=lambda text: re.sub("[^\0-\x7f]", "?", text).encode(),
    text_encoded_twice=lambda text: text.encode().decode("latin-1").encode(),
    text_with_byte_order_mark=lambda text: text.encode("utf-8-sig"),
    text_with_newline=lambda text: (text + "\n").encode(),
    text_with_zero=lambda text: (text + "\0").encode(),
)

# --- The signature.


def sha1(octets: bytes) -> bytes:
    return hashlib.sha1(octets).digest()


for name in ("md5", "sha224", "sha256", "sha384", "sha512"):
    wrong(
        f"digest-{name}",
        info=lambda self, content, name=name: INFOS[name] + hashlib.new(name, content).digest(),
    )
step(
    "info",
    digested_twice=lambda content: INFOS["sha1"] + sha1(sha1(content)),
    hex_digested=lambda content: INFOS["sha1"] + sha1(sha1(content).hex().encode()),
    uppercase_hex_digested=lambda content: (
        INFOS["sha1"] + sha1(sha1(content).hex().upper().encode())
    ),
    base64_digested=lambda content: INFOS["sha1"] + sha1(base64.b64encode(sha1(content))),
    sha256_digested=lambda content: INFOS["sha1"] + sha1(hashlib.sha256(content).digest()),
    md5_named_sha1=lambda content: (
        bytes.fromhex("301d300906052b0e03021a05000410") + hashlib.md5(content).digest()
    ),
    digest_info_missing=sha1,
    digest_info_without_null=lambda content: (
        bytes.fromhex("301f300706052b0e03021a0414") + sha1(content)
    ),
    hex_signed=lambda content: sha1(content).hex().encode(),
    content_not_digested=lambda content: content,
)
wrong("padding-of-zeros", padded=lambda self, info, size: info.rjust(size, b"\0"))
wrong("padding-missing", padded=lambda self, info, size: info[-20:])
for id_, act in {
    "signed-over-base64": lambda text, plain: base64.b64encode(text),
    "signed-over-hex": lambda text, plain: text.hex().encode(),
    "signed-over-newline": lambda text, plain: text + b"\n",
    "signed-over-plain-text": lambda text, plain: plain.encode(),
}.items():
    wrong(id_, content=lambda self, text, plain, act=act: act(text, plain))
step("turned", signature_reversed=lambda signature: bytes(reversed(signature)))

# --- The envelope.


def wrapped(octets: bytes, length: int) -> str:
    return re.sub(f"(.{{1,{length}}})", r"\1" + "\n", base64.b64encode(octets).decode())


def url_safe(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode()


def pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{wrapped(der, 64)}-----END CERTIFICATE-----\n"


def twice(octets: bytes) -> str:
    return base64.b64encode(base64.b64encode(octets)).decode()


step(
    "base64",
    envelope_url_safe=url_safe,
    envelope_unpadded=lambda octets: base64.b64encode(octets).decode().replace("=", ""),
    envelope_url_safe_unpadded=lambda octets: url_safe(octets).replace("=", ""),
    envelope_wrapped_at_76=lambda octets: base64.encodebytes(octets).decode(),
    envelope_wrapped_at_64=lambda octets: wrapped(octets, 64),
)
step(
    "write_signature",
    signature_hex=lambda octets: octets.hex(),
    signature_base64_of_hex=lambda octets: base64.b64encode(octets.hex().encode()).decode(),
    signature_base64_twice=twice,
)
step(
    "write_text",
    signed_text_raw=lambda octets: octets.decode(),
    signed_text_hex=lambda octets: octets.hex(),
    signed_text_base64_twice=twice,
)
step(
    "write_certificate",
    certificate_pem=lambda octets: base64.b64encode(pem(octets).encode()).decode(),
    certificate_pem_raw=pem,
    certificate_hex=lambda octets: octets.hex(),
)
wrong("envelope-with-plain-text", sent_text=lambda self, text, plain: plain.encode())
wrong("envelope-detached", sent_text=lambda self, text, plain: b"")
for id_, places in {
    "text-first": (1, 0, 2),
    "certificate-first": (2, 0, 1),
    "text-last": (0, 2, 1),
    "reversed": (2, 1, 0),
    "without-signature": (1, 2),
    "without-text": (0, 2),
    "without-certificate": (0, 1),
}.items():
    wrong(
        f"envelope-{id_}",
        parts=lambda self, *parts, places=places: [parts[place] for place in places],
    )
for id_, gap in {"commas": ",", "colons": ":", "bars": "|", "newlines": "\n"}.items():
    wrong(f"envelope-joined-with-{id_}", dot=gap)
for id_, prefix in {
    "missing": "",
    "uppercase": "PKCS1",
    "pkcs7": "pkcs7",
    "with-hash": "pkcs#1",
}.items():
    wrong(f"prefix-{id_}", prefix=prefix)
step(
    "whole",
    envelope_percent_encoded=lambda envelope: quote(envelope, safe=""),
    envelope_plus_as_space=lambda envelope: envelope.replace("+", " "),
    envelope_base64=lambda envelope: base64.b64encode(envelope.encode()).decode(),
    envelope_with_newline=lambda envelope: envelope + "\n",
    envelope_with_dot=lambda envelope: envelope + ".",
    envelope_quoted=lambda envelope: f'"{envelope}"',
    envelope_as_bytes_literal=lambda envelope: str(envelope.encode()),
)

# --- When the certificate ends.

step(
    "end",
    expire_time_in_taipei=lambda end: clock(end, TAIPEI).isoformat(),
    expire_time_with_taipei_offset=lambda end: datetime.fromtimestamp(end, TAIPEI).isoformat(),
    expire_time_utc_labelled_taipei=lambda end: clock(end).isoformat() + "+08:00",
    expire_time_converted_twice=lambda end: clock(end - 28_800).isoformat(),
    expire_time_exclusive=lambda end: clock(end + 1).isoformat(),
    expire_time_second_early=lambda end: clock(end - 1).isoformat(),
    expire_time_with_z=lambda end: clock(end).isoformat() + "Z",
    expire_time_with_zero_offset=lambda end: datetime.fromtimestamp(end, UTC).isoformat(),
    expire_time_with_space=lambda end: str(clock(end)),
    expire_time_with_slashes=lambda end: f"{clock(end):%Y/%m/%dT%H:%M:%S}",
    expire_time_with_milliseconds=lambda end: clock(end).isoformat(timespec="milliseconds"),
    expire_time_with_microseconds=lambda end: clock(end).isoformat(timespec="microseconds"),
    expire_time_without_seconds=lambda end: clock(end).isoformat(timespec="minutes"),
    expire_time_on_a_twelve_hour_clock=lambda end: f"{clock(end):%Y-%m-%dT%I:%M:%S}",
    expire_time_as_date=lambda end: str(clock(end).date()),
    expire_time_without_punctuation=lambda end: f"{clock(end):%Y%m%dT%H%M%S}",
    expire_time_as_unix_seconds=str,
    expire_time_as_unix_milliseconds=lambda end: str(end * 1000),
)

# --- The `.env`.

RIGHT = Client()

step(
    "key",
    env_export_not_understood=lambda written: written.strip(),
    env_space_before_equals_kept=lambda written: re.sub("^export\\s+", "", written),
    env_keys_uppercased=lambda written: RIGHT.key(written).upper(),
)
step("text", env_byte_order_mark_kept=lambda octets: octets.decode())
step("file", env_last_line_lost=lambda octets: octets[: octets.rfind(b"\n") + 1])
wrong("env-first-line-of-a-key-wins", later_wins=False)
wrong("env-goes-on-after-a-bad-line", stops=False)
wrong(
    "env-comments-read",
    setting=lambda self, row: RIGHT.setting(re.sub("^#\\s*", "", row.strip())),
)
wrong(
    "env-empty-values-left-out",
    merged=lambda self, file, environment: (
        {key: value for key, value in file.items() if value} | environment
    ),
)
wrong("env-file-beats-environment", merged=lambda self, file, environment: environment | file)
wrong("env-environment-ignored", merged=lambda self, file, environment: file)
wrong("env-dollar-kept", variables=lambda self, value, known, dialect: value)
step("escapes", env_backslashes_kept=str)
step(
    "unquoted",
    env_backslashes_read_outside_quotes=lambda value: re.sub(
        r"\\[ntr]", lambda found: codecs.decode(found[0], "unicode-escape"), value
    ),
)
step("comment", env_comments_kept=str)
wrong("env-quotes-kept", quoted=lambda self, inner, mark: mark + inner + mark)
wrong("env-quoted-values-trimmed", quoted=lambda self, inner, mark: inner.strip())
wrong(
    "env-cut-at-hash",
    comment=lambda self, written: written.partition("#")[0].strip(),
)
wrong(
    "env-space-after-equals-kept",
    value=lambda self, written, known, dialect: (
        written[: len(written) - len(written.lstrip(" "))]
        + str(RIGHT.value(written.strip(" "), known, dialect))
        if RIGHT.value(written.strip(" "), known, dialect) is not None
        else None
    ),
    written=lambda self, text: text.rstrip(" "),
)
wrong(
    "env-cut-at-second-equals",
    setting=lambda self, row: (
        RIGHT.setting("=".join(row.split("=")[:2])) if not row.startswith("#") else None
    ),
)
wrong(
    "env-carriage-returns-kept",
    rows=lambda self, text: text.split("\n"),
    value=lambda self, written, known, dialect: (
        str(RIGHT.value(written.rstrip("\r"), known, dialect)) + "\r" * written.endswith("\r")
        if RIGHT.value(written.rstrip("\r"), known, dialect) is not None
        else None
    ),
)


OPERATIONS = {
    "sign-pkcs1": "sign_pkcs1",
    "person-id": "of_certificate",
    "expire-time": "expire_time",
    "read-env": "read_env",
}


def main(mistake: str) -> None:
    client = CLIENTS[mistake]()
    given: dict[str, dict[str, str]] = {}
    opened: dict[str | None, Any] = {None: None}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        reply: dict[str, Any] = {"seq": message["seq"]}
        if message["type"] == "start":
            reply |= {
                "protocol": 1,
                "implementation": {"name": f"foreign {mistake}".strip()},
                "operations": {"shioaji-ca": list(OPERATIONS)},
                "features": [],
                "window": 256,
            }
        elif message["type"] == "prepare":
            given[message["credential"]] = message["values"]
        else:
            name = message.get("credential")
            if name not in opened:
                opened[name] = Ca(**given[name])
            operation = getattr(client, OPERATIONS[message["operation"]])
            reply |= {"status": "output", "output": operation(message["input"], opened[name])}
        sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(id_ for id_ in CLIENTS if id_))  # noqa: T201 - for a person
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
