"""Sign with tigeropen, python-rsa or PyCryptodome, as their documentation says, and with ours."""

import sys
from base64 import b64encode
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from measuring import main


def _tigeropen(settings: dict[str, Any]) -> Callable[[], str]:
    from tigeropen.common.util.signature_utils import get_sign_content, sign_with_rsa

    key, fields = settings["key_line"], settings["fields"]
    return lambda: sign_with_rsa(key, get_sign_content(fields), "UTF-8")


def _rsa(settings: dict[str, Any]) -> Callable[[], str]:
    import rsa

    key = rsa.PrivateKey.load_pkcs1(settings["key_pem"].encode())
    content = settings["content"].encode()
    return lambda: b64encode(rsa.sign(content, key, "SHA-1")).decode()


def _pycryptodome(settings: dict[str, Any]) -> Callable[[], str]:
    from Crypto.Hash import SHA1
    from Crypto.PublicKey import RSA
    from Crypto.Signature import pkcs1_15

    signer = pkcs1_15.new(RSA.import_key(settings["key_pem"]))
    content = settings["content"].encode()
    return lambda: b64encode(signer.sign(SHA1.new(content))).decode()


def _signproof(settings: dict[str, Any]) -> Callable[[], str]:
    from functools import partial

    from signers.rsa_keys import load
    from signers.tiger import Signer

    fields = settings["fields"]
    return partial(Signer(fields["tiger_id"], load(settings["key_pem"]).rsa).sign, fields)


_PACKAGES = {
    "signproof": _signproof,
    "tigeropen": _tigeropen,
    "rsa": _rsa,
    "pycryptodome": _pycryptodome,
}


def _prepare(settings: dict[str, Any]) -> tuple[str, Callable[[], str]]:
    package = settings["package"]
    return f"{package} {version(package)}", _PACKAGES[package](settings)


main(_prepare)
