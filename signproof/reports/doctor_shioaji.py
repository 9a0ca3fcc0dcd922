"""What the doctor found in PKCS#12 files and in ``.env``, as rows of a name and a text."""

from collections import Counter
from collections.abc import Iterator

from signers.pfx import Derivation
from signers.pfx.tools import Answer, Evidence
from signers.shioaji.env import Dialect
from signproof.doctor.env_view import EnvLine, EnvView, ReaderView, ReadState, ValueView
from signproof.doctor.pfx_view import (
    CertificateView,
    EncryptionView,
    PasswordFrom,
    PfxView,
    ToolView,
)

__all__ = ["env_rows", "pfx_rows"]

_OPENS = {
    Answer.OPENS: "opens it",
    Answer.REFUSES: "refuses",
    Answer.UNKNOWN: "not seen",
}
_PASSWORDS = {
    None: "without a password",
    PasswordFrom.FILE: "with the password of --password-file",
    PasswordFrom.TYPED: "with the password that was typed",
    PasswordFrom.VARIABLE: "with the password in the variable SJ_CA_PASSWD",
    PasswordFrom.ENV: "with SJ_CA_PASSWD of the .env, as the server reads it",
}
_NO_NAME = "(no CN)"
_READERS = {Dialect.PYTHON: "python-dotenv", Dialect.SERVER: "server"}


def pfx_rows(pfx: PfxView) -> Iterator[tuple[str, str]]:
    """Yield what a PKCS#12 file holds, how it is locked, and what opens it."""
    if pfx.certificate is not None:
        yield "opened", _PASSWORDS[pfx.password]
        yield from _certificate_rows(pfx.certificate)
        yield "issuer", pfx.certificate.issuer or _NO_NAME
        if pfx.chain:
            yield "chain", " < ".join(name or _NO_NAME for name in pfx.chain)
        if pfx.others:
            yield "others", f"{pfx.others} more certificate{'s'[pfx.others == 1 :]} in the file"
    for one, count in Counter(pfx.encryptions).items():
        yield "cipher", f"{_encryption(one)}{f', {count} times' if count > 1 else ''}"
    if pfx.mac is not None:
        hashed = _iterations(pfx.mac.derivation, pfx.mac.iterations)
        yield "MAC", f"{pfx.mac.name}, {pfx.mac.digest}, {hashed}"
    for answer, word in _OPENS.items():
        tools = [_tool(tool) for tool in pfx.tools if tool.answer is answer]
        if tools:
            yield word, "; ".join(tools)


def _certificate_rows(seen: CertificateView) -> Iterator[tuple[str, str]]:
    if seen.person_id is not None:
        yield "person", f"{seen.person_id}, of the CN {seen.common_name}"
    elif seen.common_name is not None:
        yield "CN", seen.common_name
    yield "from", _instant(seen.not_before, seen.not_before_taipei)
    until = _instant(seen.not_after, seen.not_after_taipei)
    yield "until", f"{until}; as expire_time {seen.expire_time}"
    size = seen.curve or (f"{seen.key_bits} bits" if seen.key_bits else "")
    yield "key", f"{', '.join(filter(None, (seen.key_type, size)))}; it is the certificate's"


def _instant(utc: str, taipei: str | None) -> str:
    return f"{utc}, in Taipei {taipei or 'after the year 9999'}"


def _encryption(one: EncryptionView) -> str:
    return f"{one.name}, {_iterations(one.derivation, one.iterations)}"


def _iterations(derivation: Derivation, count: int) -> str:
    return f"cost {count}" if derivation is Derivation.SCRYPT else f"{count} iterations"


def _tool(tool: ToolView) -> str:
    because = f": {', '.join(tool.because)}" if tool.because else ""
    inferred = " (inferred)" if tool.evidence is Evidence.INFERRED else ""
    return f"{tool.tool} {tool.version}{inferred}{because}"


def env_rows(env: EnvView) -> Iterator[tuple[str, str]]:
    """Yield the lines that are read differently, and where each reader looks for the file."""
    for line in env.lines:
        yield f"line {line.line}", _line(line)
    for reader in env.readers:
        yield "folder", _folder(reader)


def _line(line: EnvLine) -> str:
    python, server = _value(line.python), _value(line.server)
    text = f"{line.setting}: python-dotenv reads {python}, the server {server}"
    if not line.differ_in:
        return text
    return f"{text}; they differ in {', '.join(line.differ_in)}"


def _value(value: ValueView) -> str:
    if value.state is ReadState.NOTHING:
        return "nothing"
    if value.state is ReadState.UNKNOWN:
        return f"what is not known ({value.doubt})"
    plural = "" if value.characters == 1 else "s"
    return value.text or f"{value.characters} character{plural}"


def _folder(reader: ReaderView) -> str:
    note = f"; {reader.note}" if reader.note else ""
    return f"{_READERS[reader.dialect]}: {reader.folder} ({reader.evidence}){note}"
