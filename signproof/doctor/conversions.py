"""Which shape suits which official SDK, and the command line that makes it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from signers.rsa_keys import Armour, Form
from signers.rsa_keys.sdks import OBSERVED, Answer, Sdk
from signproof.doctor.examiner import argument

__all__ = ["SDKS", "command_for", "label_of", "served", "shape_for", "takes"]

_SHAPES = ((Form.PKCS8, Armour.BASE64), (Form.PKCS1, Armour.BASE64))
"""Between them every SDK observed finds one that it takes; PKCS#8 suits all but the oldest."""

SDKS = {sdk.name.lower().replace("_", "-"): sdk for sdk in Sdk}
"""The SDKs by the name that the command line and the JSON have for them."""


def label_of(sdk: Sdk) -> str:
    """Return language, name and version."""
    return f"{sdk.label} {sdk.version}".rstrip()


def takes(sdk: Sdk, form: Form, armour: Armour) -> bool:
    """Tell whether the SDK was seen to take a well-formed key of this shape."""
    row = OBSERVED.get((form, armour, None), {})
    return row.get(sdk) is Answer.TAKES


def shape_for(sdk: Sdk) -> tuple[Form, Armour]:
    """Return the shape to give to an SDK."""
    return next(shape for shape in _SHAPES if takes(sdk, *shape))


def served(sdks: Iterable[Sdk]) -> Iterator[tuple[tuple[Form, Armour], list[Sdk]]]:
    """Yield as few shapes as possible with the SDKs that each is for."""
    wanted = [(sdk, shape_for(sdk)) for sdk in sdks]
    for shape in _SHAPES:
        members = [sdk for sdk, best in wanted if best == shape]
        if members:
            yield shape, members


def command_for(
    path: Path,
    shape: tuple[Form, Armour],
    out: str,
    *,
    setting: str = "",
    passphrase_file: Path | None = None,
) -> str:
    """Return the command line that writes the key at *path* in a shape, to *out* beside it."""
    words = ["signproof convert-key", argument(path)]
    if setting:
        words.append(f"--setting {setting}")
    if passphrase_file is not None:
        words.append(f"--passphrase-file {argument(passphrase_file)}")
    form, armour = shape
    words.append(f"--form {form} --armour {armour} --out {argument(path.with_name(out))}")
    return " ".join(words)
