"""The page's Python route: the library python-dotenv, as ``load_dotenv()`` calls it.

The library's own parser reads the lines. Only putting variables in is done here, since the library
takes them from the process's environment; the order is that of ``load_dotenv()``, which lets the
environment win.
"""

import io
from collections.abc import Mapping

from dotenv.parser import parse_stream
from dotenv.variables import Variable, parse_variables

from signers.secret import Secret
from signers.shioaji.env.model import KEYS, LARGEST, Dialect, Doubt, Entry, Reading, StopReason

__all__ = ["read_python"]


def read_python(octets: bytes, environment: Mapping[str, str]) -> Reading:
    """Return what the library reads; nothing where the octets are not UTF-8, since it raises."""
    text = _decoded(octets)
    if text is None:
        values = _final({}, environment)
        return Reading(Dialect.PYTHON, (), values, stopped_at=1, stop_reason=StopReason.NOT_UTF8)
    entries: list[Entry] = []
    skipped = []
    known: dict[str, str | None] = {}
    variables: dict[str, str | None] = dict(environment)
    for binding in parse_stream(io.StringIO(text)):
        raw = binding.original.string
        line = binding.original.line + raw[: len(raw) - len(raw.lstrip())].count("\n")
        if binding.error:
            skipped.append(line)
        elif binding.key is not None and binding.value is not None:
            value, names = _resolved(binding.value, variables)
            known[binding.key] = value
            if binding.key not in environment:
                variables[binding.key] = value
            doubt = Doubt.DOLLAR if value is None else None
            entries.append(Entry(line, binding.key, value, doubt, names, raw.strip()))
    return Reading(
        Dialect.PYTHON,
        tuple(entries),
        _final(known, environment),
        frozenset(key for key in KEYS if key not in environment and known.get(key, "") is None),
        skipped=tuple(skipped),
    )


def _resolved(
    value: str, variables: Mapping[str, str | None]
) -> tuple[str | None, tuple[str, ...]]:
    """Return the value with variables put in, None where it grows without measure."""
    atoms = list(parse_variables(value))
    names = tuple(atom.name for atom in atoms if isinstance(atom, Variable))
    parts = [atom.resolve(variables) for atom in atoms]
    # A few lines that each name the one before twice would fill any memory.
    known = all(variables.get(name, "") is not None for name in names)
    return ("".join(parts) if known and sum(map(len, parts)) <= LARGEST else None), names


def _final(known: Mapping[str, str | None], environment: Mapping[str, str]) -> dict[str, Secret]:
    texts = {key: environment.get(key, known.get(key)) for key in KEYS}
    return {
        key: Secret(text.encode("utf-8", "surrogatepass"))
        for key, text in texts.items()
        if text is not None
    }


def _decoded(octets: bytes) -> str | None:
    """Return the text with line ends as Python's files give them; None where it is not UTF-8."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")
