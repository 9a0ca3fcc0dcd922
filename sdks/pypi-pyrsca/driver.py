"""Opens CA files and signs with the package pyrsca."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import base64
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyrsca import PyTWCA

sys.path.insert(0, str(Path(__file__).parents[1] / "common" / "operations"))
from bounded import Overdue, bounded
from protocol import Rejected, Skipped, serve

_LIMIT_S = 5.0
_TEN_DIGITS = range(10**9, 10**10)
_MEMBERS = dict[str, Any]


def _using(ca: _MEMBERS, ip: str, use: Callable[[PyTWCA], _MEMBERS]) -> _MEMBERS:
    """Return what *use* makes of a CA that is opened from a file, as users do."""

    def opened() -> _MEMBERS:
        try:
            return use(PyTWCA(str(path), ca["password"], ip))
        except ValueError as error:  # all that it raises
            raise Rejected(str(error)) from None

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "EXAMPLE.pfx"
        path.write_bytes(base64.b64decode(ca["pfx_b64"]))
        try:
            return bounded(opened, _LIMIT_S)
        except Overdue as overdue:
            raise Rejected(str(overdue)) from None


def open_ca(_credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
    """Open a file; pyrsca does not tell from when it is valid."""
    return _using(
        input_,
        "127.0.0.1",
        lambda ca: {
            "person_id": ca.get_cert_person_id(),
            "not_after": ca.get_expire_timestamp(),
        },
    )


def _signing(method: str) -> Callable[[dict[str, str], _MEMBERS], _MEMBERS]:
    def sign(credential: dict[str, str], input_: _MEMBERS) -> _MEMBERS:
        if input_["seconds"] not in _TEN_DIGITS:
            raise Skipped("pyrsca takes the time from the clock, which does not show such a one")
        return _using(
            credential,
            input_["ip"],
            lambda ca: {"envelope": getattr(ca, method)(input_["plain_text"])},
        )

    return sign


serve(
    "pyrsca",
    version("pyrsca"),
    "shioaji-ca",
    {
        "open-ca": open_ca,
        "sign": _signing("sign"),
        "sign-pkcs1": _signing("sign_pkcs1"),
        "sign-pkcs7": _signing("sign_pkcs7"),
    },
    features=["own-time"],
)
