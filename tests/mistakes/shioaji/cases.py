"""Cases of the tests' own: every mistake shows in one of them, and their answers are known.

Signatures are the openssl command's, everything else is written here by hand.
"""

import base64
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from signproof.corpus import Case
from signproof.mistakes.shioaji_ca import CATALOGUE
from signproof.model import Expected, Source, SourceKind, Vector

Json = dict[str, Any]

SHOWN = [
    id_
    for id_, mistake in CATALOGUE.items()
    if not id_.startswith("capability-") and "shioaji-cli" not in mistake.evidence
]
"""Those that show here: there are no tokens among the cases, nor does the client make any, and of
the values for which the server has rules of its own it reads none."""

PFX = Path(__file__).parents[2] / "signers/pfx/EXAMPLE-rsa-1024.pfx"
PASSWORD = "EXAMPLE-password"
CREDENTIAL = {"pfx_b64": base64.b64encode(PFX.read_bytes()).decode(), "password": PASSWORD}
PERSON_ID = "Z199999999"


def openssl(*arguments: str, stdin: bytes = b"") -> bytes:
    command = ["openssl", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


@cache
def pem_key() -> bytes:
    source = ("pkcs12", "-in", str(PFX), "-passin", f"pass:{PASSWORD}")
    return openssl("pkey", stdin=openssl(*source, "-nocerts", "-nodes"))


@cache
def key() -> bytes:
    """The key of the CA, PKCS#8 in DER."""
    pem = openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", stdin=pem_key())
    assert pem[0] == 0x30
    return pem


@cache
def certificate() -> bytes:
    """The certificate of the CA in DER."""
    source = ("pkcs12", "-in", str(PFX), "-passin", f"pass:{PASSWORD}", "-nokeys", "-clcerts")
    return openssl("x509", "-outform", "DER", stdin=openssl(*source))


@cache
def issued(subject: str) -> str:
    """Return a certificate with this subject and the same key, DER in base64."""
    der = openssl(
        *("req", "-x509", "-utf8", "-new", "-key", "/dev/stdin", "-subj", subject),
        *("-set_serial", "1", "-days", "30", "-outform", "DER"),
        stdin=pem_key(),
    )
    return base64.b64encode(der).decode()


@cache
def signed(text: bytes, folder: Path) -> bytes:
    (folder / "key").write_bytes(pem_key())
    return openssl("dgst", "-sha1", "-sign", str(folder / "key"), stdin=text)


SIGN: dict[str, Json] = {
    "order": {
        "plain_text": '{"symbol":"2330", "price":585}',
        "ip": "192.0.2.7",
        "seconds": 1_768_469_400,
    },
    "text": {
        "plain_text": "  香\u00e9 e\u0301 Buy\n100% & +/ \\ ",
        "ip": "198.51.100.20",
        "seconds": 1_768_469_401,
    },
    "long": {"plain_text": "A1" * 100, "ip": "2001:db8::1", "seconds": 1_700_000_000},
}

CERTIFICATES = {
    "/CN=Z199999999-01-001::EXAMPLE": "Z199999999",
    "/CN=Z199999999": "Z199999999",
    "/CN=Z199999999\\:\\:EXAMPLE": "Z199999999::EXAMPLE",
    "/CN=z199999999-01": "z199999999",
    "/CN=EXAMPLE PERSON 1-01": "EXAMPLE PERSON 1",
    "/CN=Z199999999-01/CN=Y288888888-02": "Z199999999",
    "/C=TW/O=O199999999/OU=U299999999/CN=Z199999999-01/serialNumber=S399999999"
    "/UID=W499999999/emailAddress=V599999999": "Z199999999",
}
EXPIRE_TIMES = {
    1_789_315_199: "2026-09-13T15:59:59",
    1_772_323_530: "2026-03-01T00:05:30",
}

P, S = "python-dotenv", "server"
_NOTHING: dict[str, str] = {}
ENVS: dict[str, tuple[str, bytes, dict[str, str], dict[str, str]]] = {
    "plain": (
        P,
        b"SJ_API_KEY=AAA\nSJ_SEC_KEY='BB B'\nexport SJ_CA_PATH=/ca.pfx\nSJ_PRODUCTION=true\n",
        {},
        {
            "SJ_API_KEY": "AAA",
            "SJ_SEC_KEY": "BB B",
            "SJ_CA_PATH": "/ca.pfx",
            "SJ_PRODUCTION": "true",
        },
    ),
    "comments": (
        P,
        b"SJ_CA_PASSWD=a#b # the password\n#SJ_PRODUCTION=true\nSJ_API_KEY=AAA",
        {},
        {"SJ_CA_PASSWD": "a#b", "SJ_API_KEY": "AAA"},
    ),
    "mark": (P, b"\xef\xbb\xbfSJ_API_KEY=AAA\r\nSJ_SEC_KEY=B\r\n", {}, {
        # python-dotenv is given the mark away by the newer versions
        "SJ_API_KEY": "AAA", "SJ_SEC_KEY": "B"}),
    "mark-server": (S, b"\xef\xbb\xbfSJ_API_KEY=AAA\r\nSJ_SEC_KEY=B\r\n", {}, {
        "SJ_API_KEY": "AAA", "SJ_SEC_KEY": "B"}),
    "spaces": (
        S,
        b"SJ_API_KEY =AAA\nSJ_SEC_KEY= BBB # comment\nSJ_CA_PASSWD=' x '\nSJ_CA_PATH=\n",
        {},
        {"SJ_API_KEY": "AAA", "SJ_SEC_KEY": "BBB", "SJ_CA_PASSWD": " x ", "SJ_CA_PATH": ""},
    ),
    "environment": (
        S,
        b"SJ_API_KEY=AAA\nSJ_SEC_KEY=B=C=\nsj_ca_path=/x\n",
        {"SJ_API_KEY": "ZZZ", "SJ_CA_PASSWD": "YYY", "OTHER": "o"},
        {"SJ_API_KEY": "ZZZ", "SJ_SEC_KEY": "B=C=", "SJ_CA_PASSWD": "YYY"},
    ),
    "dollar": (
        S,
        b"SJ_CA_PASSWD=ab$cd\nSJ_API_KEY='ab$cd'\nSJ_SEC_KEY=${SJ_CA_PASSWD}.\n",
        {},
        {"SJ_CA_PASSWD": "ab", "SJ_API_KEY": "ab$cd", "SJ_SEC_KEY": "ab."},
    ),
    "backslashes": (
        P,
        b'SJ_CA_PATH="C:\\temp"\nSJ_API_KEY=C:\\new\nSJ_CA_PASSWD=${SJ_API_KEY}x\n',
        {},
        {"SJ_CA_PATH": "C:\temp", "SJ_API_KEY": "C:\\new", "SJ_CA_PASSWD": "C:\\newx"},
    ),
    "twice": (P, b"SJ_API_KEY=AAA\nSJ_API_KEY=BBB\n", {}, {"SJ_API_KEY": "BBB"}),
    "stops": (
        S,
        b"SJ_API_KEY=AAA\nSJ_CA_PATH=/my files/ca.pfx\nSJ_SEC_KEY=BBB\n",
        {},
        {"SJ_API_KEY": "AAA"},
    ),
}  # fmt: skip


def _case(operation: str, name: str, given: Json, output: Json) -> Case:
    signs = operation == "sign-pkcs1"
    vector = Vector(
        id=f"shioaji-ca/{operation}/{name}",
        comment="Made for the tests.",
        operation=operation,
        credential="main" if signs else None,
        input=given,
        expected=Expected(output=output),
        source=Source(kind=SourceKind.DERIVED, where="the tests", note="by hand"),
    )
    return Case("shioaji-ca", vector, CREDENTIAL if signs else None, given)


def envelope(given: Json, sign: Callable[[bytes], bytes]) -> str:
    text = f"{PERSON_ID}{given['ip']}{given['plain_text']}{given['seconds']}".encode()
    parts = (sign(text), text, certificate())
    return ".".join(("pkcs1", *(base64.b64encode(part).decode() for part in parts)))


def cases(folder: Path) -> dict[str, Case]:
    """Return the cases by operation and name; *folder* is for the key."""
    made = [
        *(
            _case(
                "sign-pkcs1",
                name,
                given,
                {"envelope": envelope(given, lambda text: signed(text, folder))},
            )
            for name, given in SIGN.items()
        ),
        *(
            _case(
                "person-id",
                str(number),
                {"certificate_b64": issued(subject)},
                {"person_id": person_id},
            )
            for number, (subject, person_id) in enumerate(CERTIFICATES.items())
        ),
        *(
            _case("expire-time", str(end), {"not_after": end}, {"expire_time": text})
            for end, text in EXPIRE_TIMES.items()
        ),
        *(
            _case(
                "read-env",
                name,
                {
                    "file_b64": base64.b64encode(file).decode(),
                    "dialect": dialect,
                    "environment": [list(pair) for pair in environment.items()],
                },
                {"values": [list(pair) for pair in sorted(values.items())]},
            )
            for name, (dialect, file, environment, values) in ENVS.items()
        ),
    ]
    return {case.id.partition("/")[2]: case for case in made}
