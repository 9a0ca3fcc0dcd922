"""Opens CA files with the command openssl, as somebody would at a prompt."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import base64
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "common" / "operations"))
from protocol import Rejected, serve

_LIMIT_S = 5.0
_MEMBERS = dict[str, Any]
# A configuration file could load another provider, such as the legacy one.
_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "OPENSSL_CONF": os.devnull}
_ERROR = re.compile(r"^(?:[0-9A-F]+:)?(error:[^:]*:[^:]*:[^:]*:[^:]*):[^:]*:\d+:(.*)$")
"""The thread's number and the place in the source differ from run to run and build to build."""


def _openssl(*arguments: str, stdin: bytes = b"", password: str | None = None) -> bytes:
    """Return what the command prints; raises Rejected with its first error."""
    environment = _ENVIRONMENT if password is None else {**_ENVIRONMENT, "PASSWORD": password}
    try:
        done = subprocess.run(  # noqa: S603 - the command under test
            ["openssl", *arguments],  # noqa: S607 - whichever is found on the path
            input=stdin,
            capture_output=True,
            env=environment,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Rejected(f"it did not end within {_LIMIT_S:g} s") from None
    if done.returncode != 0:
        raise Rejected(_first_error(done.stderr.decode("utf-8", "replace")))
    return done.stdout


def _first_error(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if found := _ERROR.match(line):
            return found[1] + (f": {found[2]}" if found[2] else "")
    return lines[0] if lines else "it says nothing"


def open_ca(_credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Take key and certificate out of a file, and read the certificate."""
    password = input_["password"]
    if "\0" in password:
        raise Rejected("no program can be given a password with a NUL in it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "EXAMPLE.pfx"
        path.write_bytes(base64.b64decode(input_["pfx_b64"]))
        opening = ("pkcs12", "-in", str(path), "-passin", "env:PASSWORD")
        certificates = _openssl(*opening, "-nokeys", "-clcerts", password=password)
        if b"-----BEGIN CERTIFICATE-----" not in certificates:
            raise Rejected("-nokeys -clcerts prints no certificate")
        key = _openssl(*opening, "-nocerts", "-noenc", password=password)
        if b"PRIVATE KEY-----" not in key:
            raise Rejected("-nocerts prints no key")
    told = _openssl(
        *("x509", "-noout", "-subject", "-enddate", "-dateopt", "iso_8601"),
        *("-nameopt", "multiline,utf8,-esc_msb"),
        stdin=certificates,
    ).decode()
    names = re.findall(r"^ +commonName += (.*)$", told, re.MULTILINE)
    ends = re.search(r"^notAfter=(.*)$", told, re.MULTILINE)
    if ends is None:
        raise Rejected(f"-enddate prints no time: {told!r}")
    return {
        "person_id": names[0].partition("-")[0] if names else "",
        "not_after": int(datetime.fromisoformat(ends[1]).timestamp()),
    }


_FULL = _openssl("version").decode().split(maxsplit=2)[1]
serve(
    "openssl",
    _FULL.partition(".")[0],
    "shioaji-ca",
    {"open-ca": open_ca},
    language="C",
    runtime=f"OpenSSL {_FULL}",
)
