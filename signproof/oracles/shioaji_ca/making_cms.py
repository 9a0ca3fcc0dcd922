"""Fixtures of CMS that the command signed: with its own clock, so they are made once."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from signproof.oracles import openssl
from signproof.oracles.shioaji_ca.making import ISSUER, Leaf, Made, key, leaf, pem

__all__ = ["SIGNED_TEXT", "TEXT_OF_LINES", "cms"]

SIGNED_TEXT = b"Z199999999192.0.2.1EXAMPLE order1768440600"
"""What is signed: person id, address, text, Unix seconds."""

TEXT_OF_LINES = b"Z199999999192.0.2.1EXAMPLE\norder1768440600"
"""The same with a line end in its text."""

_USUAL = ("-binary", "-nodetach", "-md", "sha256")


def cms(main: Leaf) -> Iterator[Made]:
    """Return the fixtures, signed with the key of *main*."""
    for name, how, options, text in (
        ("usual", "", _USUAL, SIGNED_TEXT),
        ("no-capabilities", "", (*_USUAL, "-nosmimecap"), SIGNED_TEXT),
        ("lines", "", _USUAL, TEXT_OF_LINES),
        ("detached", "", ("-binary", "-md", "sha256"), SIGNED_TEXT),
        ("translated", "", ("-nodetach", "-md", "sha256"), TEXT_OF_LINES),
        ("no-attributes", "", (*_USUAL, "-noattr"), SIGNED_TEXT),
        ("no-certificates", "", (*_USUAL, "-nocerts"), SIGNED_TEXT),
        ("chain", "", (*_USUAL, "-certfile", "ISSUER"), SIGNED_TEXT),
        ("cades", "", (*_USUAL, "-cades"), SIGNED_TEXT),
        ("sha1", "", ("-binary", "-nodetach", "-md", "sha1"), SIGNED_TEXT),
        ("sha512", "", ("-binary", "-nodetach", "-md", "sha512"), SIGNED_TEXT),
        ("pss", "", (*_USUAL, "-keyopt", "rsa_padding_mode:pss"), SIGNED_TEXT),
        ("two-signers", "", (*_USUAL, "-signer", "OTHER"), SIGNED_TEXT),
    ):
        said = f"`openssl cms -sign {' '.join(options)}`{how}: over `{text.decode()}`"
        made = _signed(main, options, text)
        yield Made(f"{name}.cms", said.replace("\n", "\\n"), made)
    digested = openssl.run(("cms", "-digest_create", "-binary", "-outform", "DER"), SIGNED_TEXT)
    yield Made("digested.cms", "`openssl cms -digest_create`: digested, not signed", digested)


def _signed(main: Leaf, options: tuple[str, ...], text: bytes) -> bytes:
    other = leaf(key=key("other"))
    with tempfile.TemporaryDirectory(prefix="signproof-") as folder:
        octets = {
            "MAIN": main.key + main.pem,
            "OTHER": other.key + other.pem,
            "ISSUER": pem(ISSUER),
            "TEXT": text,
        }
        for name, content in octets.items():
            Path(folder, name).write_bytes(content)
        at = {name: str(Path(folder, name)) for name in octets}
        given = [at.get(option, option) for option in options]
        # Options about a key belong to the signer before them.
        signer = ("-signer", at["MAIN"])
        command = ("cms", "-sign", "-outform", "DER", "-in", at["TEXT"], *signer, *given)
        return openssl.run(command)
