"""The examination of Tiger's settings file, with the keys in it."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from msgspec.structs import replace

from signers.rsa_keys import Armour, Form
from signers.rsa_keys.sdks import Answer, Sdk
from signers.tiger.settings import (
    FILE_NAME,
    PATH_VARIABLE,
    PRIVATE_KEYS,
    Finding,
    Trap,
    judge,
    with_key,
)
from signproof.doctor.conversions import SDKS, command_for, label_of, shape_for
from signproof.doctor.examiner import Options, matters_of_mode, wrong_first
from signproof.doctor.files import Source, shown
from signproof.doctor.keys import SeenKey, see_key
from signproof.doctor.model import Conversion, Examination, Level, Matter, SdkView, Subject

__all__ = ["KEY_ITSELF", "examine_settings", "is_settings"]

_LINE = re.compile(
    r"^[ \t\f]*(?:private_key|private_key_pk1|private_key_pk8|tiger_id)[ \t\f]*[=:]", re.MULTILINE
)
KEY_ITSELF = ("-----BEGIN", "MI")
"""How a file begins that is a key, whatever stands behind it."""
_READS: Mapping[Sdk, tuple[str, ...] | None] = {
    Sdk.PYTHON: PRIVATE_KEYS,
    Sdk.PYTHON_OLD: ("private_key_pk1",),
    Sdk.JAVA: ("private_key_pk8",),
    Sdk.GO: PRIVATE_KEYS,
    Sdk.TYPESCRIPT: PRIVATE_KEYS,
    Sdk.CPP: None,
    Sdk.RUST: PRIVATE_KEYS,
}
"""Which settings an SDK reads the key from, the first that is not empty (source: Python 3.0 and
3.8.0, Java, Go, TypeScript, Rust, which takes an empty one, too); None where it is not known."""
_BEATEN_BY_VARIABLE = {Sdk.PYTHON, Sdk.RUST}
"""For these it is known that the variable of the key beats the file (source)."""
_SUFFIX = {Form.PKCS1: "pk1", Form.PKCS8: "pk8"}
_FORMS = {f"private_key_{suffix}": form for form, suffix in _SUFFIX.items()}
_OF_KEYS = {Trap.KEY_UNREADABLE, Trap.KEY_NOT_WELL_FORMED}
"""What the examination of the key itself says better."""
_NOTES = {
    Trap.OVERRIDDEN,
    Trap.ACCOUNT_SHAPE,
    Trap.SECRET_KEY_SHAPE,
    Trap.SECRET_KEY_MISSING,
    Trap.SETTING_MISSING,
    Trap.UNKNOWN_KEY,
}
"""What may be meant so, where it is not fatal. All else that is not fatal still is read by some
SDK otherwise than it stands."""
_PEM = (
    "PEM has several lines, of which a setting takes one: save the key in a file of its own and "
    "let `signproof convert-key` write it as one base64 line"
)


def is_settings(source: Source) -> bool:
    """Tell whether a file is Tiger's settings, by its name or by what stands in it."""
    if source.path.name == FILE_NAME:
        return True
    text = source.text
    return not text.lstrip().startswith(KEY_ITSELF) and _LINE.search(text) is not None


def examine_settings(source: Source, options: Options) -> tuple[Examination, ...]:
    """Examine the settings as the SDKs read them; nothing where the file is something else."""
    return (_settings(source, options),) if is_settings(source) else ()


def _settings(source: Source, options: Options) -> Examination:
    environment = options.environment
    variables = None if environment is None else with_key(environment)
    from_file = variables is not environment
    judged = judge(source.octets.reveal(), variables, institutional=options.institutional)
    keys = [see_key(key.text, options, setting=key.name, line=key.line) for key in judged.keys]
    matters = [_matter(finding) for finding in judged.findings if finding.trap not in _OF_KEYS]
    for key, found in zip(keys, judged.keys, strict=True):
        pem = found.text.reveal().startswith(b"-----BEGIN") and not key.answers
        matters += [_of_pem(matter) for matter in key.matters[:1]] if pem else key.matters
    matters.sort(key=lambda matter: matter.line or float("inf"))
    matters += _elsewhere(source, options)
    views = tuple(key.view for key in keys)
    answers = _answers(keys, from_file=from_file) if any(key.answers for key in keys) else ()
    return Examination(
        path=shown(source.path),
        subject=Subject.TIGER_SETTINGS,
        what=f"Tiger settings, {len(keys) or 'no'} private key{'s'[len(keys) == 1 :]}",
        matters=wrong_first([*_joined(matters), *matters_of_mode(source, views)]),
        keys=views,
        sdks=answers,
        conversions=tuple(_conversions(source.path, keys, answers)),
    )


def _matter(finding: Finding) -> Matter:
    note = finding.trap in _NOTES and not finding.fatal
    near = finding.trap is Trap.UNKNOWN_KEY and finding.detail is not None
    return Matter(
        level=Level.NOTE if note and not near else Level.WRONG,
        id=finding.trap.value,
        message=finding.advice,
        setting=finding.key or "",
        line=finding.line,
    )


def _of_pem(matter: Matter) -> Matter:
    return replace(matter, id="pem-in-settings", message=_PEM)


def _joined(matters: list[Matter]) -> Iterator[Matter]:
    """Yield the matters, one for many lines where the same holds for lines that follow."""
    numbered = enumerate(matters)
    for _, group in groupby(numbered, lambda pair: (pair[1].id, (pair[1].line or 0) - pair[0])):
        members = [matter for _, matter in group]
        last = members[-1]
        if len(members) > 1 and len({replace(one, line=None) for one in members}) == 1:
            yield replace(members[0], last_line=last.line)
        else:
            yield from members


def _elsewhere(source: Source, options: Options) -> list[Matter]:
    """Note that a variable makes the Python SDK read another file."""
    named = (options.environment or {}).get(PATH_VARIABLE)
    if not named:
        return []
    path = Path(named)
    if (path / FILE_NAME if path.is_dir() else path).resolve() == source.path.resolve():
        return []
    message = "it names another file, which the Python SDK reads instead of this one"
    return [Matter(level=Level.NOTE, id="another-file", message=message, setting=PATH_VARIABLE)]


def _read_by(sdk: Sdk, keys: list[SeenKey]) -> SeenKey | None:
    """Return the key that an SDK reads; what counts first comes first."""
    if sdk in _BEATEN_BY_VARIABLE:
        return keys[0]
    by_name = {key.view.setting: key for key in keys}
    return next((by_name[name] for name in _READS[sdk] or () if name in by_name), None)


def _answers(keys: list[SeenKey], *, from_file: bool) -> tuple[SdkView, ...]:
    """Return what each SDK does with the key that it reads.

    *from_file* says that a variable names the key's file: Rust takes the name for the key (source).
    """
    views = []
    for name, sdk in SDKS.items():
        key = _read_by(sdk, keys)
        if sdk is Sdk.RUST and from_file:
            answer = Answer.REFUSES
        elif key is not None:
            answer = key.answers.get(sdk, Answer.UNKNOWN)
        else:
            answer = Answer.UNKNOWN if _READS[sdk] is None else Answer.REFUSES
        setting = key.view.setting if key else ""
        views.append(SdkView(sdk=name, label=label_of(sdk), answer=answer, setting=setting))
    return tuple(views)


def _conversions(
    path: Path, keys: list[SeenKey], answers: tuple[SdkView, ...]
) -> Iterator[Conversion]:
    """Yield the lines to add to the file, or to put in place of others, for the other SDKs.

    Where the keys in the file differ, which one is meant would be a guess.
    """
    good = {key.view.setting: key for key in keys if key.answers and key.view.line is not None}
    if len({key.view.public_sha256 for key in good.values()}) != 1:
        return
    wanted: dict[tuple[str, Form], list[str]] = {}
    for view in answers:
        sdk = SDKS[view.sdk]
        names = _READS[sdk]
        beaten = names is not None and view.setting not in {"", *names}
        if view.answer is not Answer.TAKES and names is not None and not beaten:
            form = shape_for(sdk)[0]
            name = view.setting if view.setting in names else f"private_key_{_SUFFIX[form]}"
            wanted.setdefault((name, _FORMS.get(name, form)), []).append(view.sdk)
    for (name, form), sdks in wanted.items():
        source = name if name in good else next(iter(good))
        shape = form, Armour.BASE64
        command = command_for(path, shape, f"{name}.txt", setting=source)
        yield Conversion(sdks=tuple(sdks), command=command, setting=name)
