"""The examination of keys: what a file is, what is wrong with it, and which SDK takes it."""

import hashlib
from dataclasses import dataclass, field

from msgspec.structs import replace

from signers.rsa_keys import (
    Armour,
    Description,
    FailsFullCheck,
    Form,
    KeyRefused,
    Kind,
    PassphraseNeeded,
    Repair,
    check_fully,
    load,
    load_public,
    look,
)
from signers.rsa_keys.sdks import OBSERVED, Answer, Sdk, answers
from signers.secret import Secret
from signproof.doctor.conversions import SDKS, command_for, label_of, served
from signproof.doctor.examiner import Options, argument, matters_of_mode, wrong_first
from signproof.doctor.files import Source, shown
from signproof.doctor.model import (
    Conversion,
    Examination,
    FullCheck,
    KeyView,
    Level,
    Matter,
    SdkView,
    Subject,
)

__all__ = ["REPAIRS", "SeenKey", "examine_key", "see_key", "what_it_is"]

REPAIRS = {
    Repair.UTF_16: ("it is text in UTF-16", "save it as UTF-8"),
    Repair.BYTE_ORDER_MARK: ("a byte order mark stands before it", "save it as UTF-8 without one"),
    Repair.LITERAL_NEWLINES: ("it has the two characters \\n for line ends", "write line ends"),
    Repair.CARRIAGE_RETURNS: ("its lines end with CR or CRLF", "save it with LF"),
    Repair.LEADING_SPACE: ("white space stands before it", "take it away"),
    Repair.TRAILING_SPACE: ("white space stands after it", "take it away"),
    Repair.QUOTES: ("quotation marks stand around it", "take them away"),
    Repair.FINAL_NEWLINE: ("a newline follows its base64", "take it away"),
    Repair.LEADING_TEXT: ("other text stands before its BEGIN line", "take it away"),
    Repair.TRAILING_DATA: ("something stands after its end", "take it away"),
    Repair.HALF_ARMOUR: ("one of its BEGIN and END lines is missing", "write both or neither"),
    Repair.WRONG_LABEL: ("its BEGIN or END line names another form than it has", "convert it"),
    Repair.WRAPPED: ("its base64 is broken into lines", "join them"),
    Repair.INNER_SPACE: ("spaces, tabs or empty lines stand within its base64", "take them away"),
    Repair.LINE_LENGTH: ("its PEM lines do not have 64 characters each", "wrap them anew"),
    Repair.URL_SAFE: ("it is URL-safe base64", "write + for - and / for _"),
    Repair.PADDING: ("`=` is missing at the end of its base64", "fill it up to a multiple of four"),
}
"""What each repair was needed for, and how to put it right by hand."""
_KINDS = {
    Kind.RSA_PRIVATE_KEY: "RSA private key",
    Kind.ENCRYPTED_KEY: "encrypted private key",
    Kind.PUBLIC_KEY: "public key",
    Kind.CERTIFICATE: "certificate, or a request for one",
    Kind.OTHER_KEY: "key of another kind than RSA",
    Kind.CONTAINER: "container",
    Kind.EMPTY: "nothing",
    Kind.WEB_PAGE: "web page",
    Kind.PATH: "path of a file",
    Kind.SETTINGS: "line of settings",
    Kind.UNKNOWN: "no readable key",
}
_FORMS = {Form.PKCS1: "PKCS#1", Form.PKCS8: "PKCS#8", Form.SPKI: "SPKI"}
_ARMOURS = {Armour.PEM: "PEM", Armour.BASE64: "one base64 line", Armour.DER: "DER"}
_PUBLIC = "a public key cannot sign; this prints it as the line that the developer page takes"


@dataclass(slots=True, repr=False)
class SeenKey:
    """A key that was looked at: what may be shown, and what each SDK does with it."""

    view: KeyView
    matters: list[Matter] = field(default_factory=list)
    answers: dict[Sdk, Answer] = field(default_factory=dict)
    """Empty where there is no private RSA key that passed the full check."""


def examine_key(source: Source, options: Options) -> tuple[Examination]:
    """Examine any file as a key; what is none is said to be what it is."""
    return (_key(source, options),)


def _key(source: Source, options: Options) -> Examination:
    seen = see_key(source.octets, options)
    view, matters = seen.view, seen.matters
    if view.refusal == PassphraseNeeded.reason:
        command = f"signproof doctor {argument(source.path)} --passphrase-file FILE"
        matters = [replace(matter, command=command) for matter in matters]
    elif view.kind is Kind.PUBLIC_KEY and view.public_sha256:
        command = f"signproof convert-key {argument(source.path)} --public"
        matters = [replace(matters[0], message=_PUBLIC, command=command), *matters[1:]]
    elsewhere = [sdk for sdk, answer in seen.answers.items() if answer is not Answer.TAKES]
    passphrase_file = options.passphrase_file if view.encrypted else None
    return Examination(
        path=shown(source.path),
        subject=Subject.KEY,
        what=what_it_is(view),
        matters=wrong_first(matters + matters_of_mode(source, [view])),
        keys=(view,),
        sdks=tuple(
            SdkView(sdk=name, label=label_of(sdk), answer=seen.answers[sdk])
            for name, sdk in SDKS.items()
            if seen.answers
        ),
        conversions=tuple(
            Conversion(
                sdks=tuple(name for name, sdk in SDKS.items() if sdk in sdks),
                command=command_for(
                    source.path,
                    shape,
                    f"{source.path.stem}-{shape[0]}.txt",
                    passphrase_file=passphrase_file,
                ),
            )
            for shape, sdks in served(elsewhere)
        ),
    )


def see_key(
    octets: Secret, options: Options, *, setting: str = "", line: int | None = None
) -> SeenKey:
    """Look at a key, in a file of its own or (*setting*, *line*) in settings."""
    found = look(octets, passphrase=options.passphrase)
    seen = SeenKey(_view(found, setting, line))

    def add(level: Level, id_: str, message: str) -> None:
        matter = Matter(level=level, id=id_, message=message, setting=setting, line=line)
        seen.matters.append(matter)

    public = found.kind is Kind.PUBLIC_KEY
    if found.refusal is not None:
        refusal, level = _refusal(found, octets)
        add(Level.WRONG if setting else level, refusal.reason, str(refusal))
    else:
        if not _is_sound(octets, options):
            seen.view = _view(found, setting, line, FullCheck.FAILED)
            add(Level.WRONG, FailsFullCheck.reason, FailsFullCheck.message)
        else:
            seen.view = _view(found, setting, line, FullCheck.PASSED)
            seen.answers = _answers(found, octets)
        if found.encrypted:
            message = "it is encrypted, and no SDK was seen to take such a key: convert it"
            add(Level.WRONG if setting else Level.NOTE, "encrypted", message)
    if found.form is not None and found.armour is not None:
        for repair in found.repairs:
            harmless = public or _is_harmless(found.form, found.armour, repair)
            add(Level.NOTE if harmless else Level.WRONG, repair.value, ": ".join(REPAIRS[repair]))
    return seen


def what_it_is(view: KeyView) -> str:
    """Return kind, size and shape in a few words."""
    kind = _KINDS[view.kind]
    parts = [f"RSA {kind}" if view.kind is Kind.PUBLIC_KEY and view.bits else kind]
    if view.bits is not None:
        parts.append(f"{view.bits} bits")
    if view.form is not None and view.armour is not None:
        wrapped = Repair.WRAPPED in view.repairs
        armour = "base64 lines" if wrapped else _ARMOURS[view.armour]
        parts.append(f"{_FORMS[view.form]} in {armour}")
    if view.encrypted and view.kind is not Kind.ENCRYPTED_KEY:
        parts.append("encrypted")
    return ", ".join(parts)


def _view(
    found: Description, setting: str, line: int | None, check: FullCheck = FullCheck.NOT_MADE
) -> KeyView:
    public = found.public
    return KeyView(
        kind=found.kind,
        form=found.form,
        armour=found.armour,
        bits=found.bits,
        encrypted=found.encrypted,
        repairs=found.repairs,
        refusal=found.refusal.reason if found.refusal else "",
        full_check=check,
        public_sha256=hashlib.sha256(public.der).hexdigest() if public else None,
        setting=setting,
        line=line,
    )


def _refusal(found: Description, octets: Secret) -> tuple[KeyRefused, Level]:
    """Return why it is no private key, and whether that is wrong: a public one may be meant."""
    assert found.refusal is not None  # noqa: S101 - asked of what is refused
    if found.kind is not Kind.PUBLIC_KEY:
        return found.refusal, Level.WRONG
    try:
        load_public(octets, lenient=True)
    except KeyRefused as error:
        return error, Level.WRONG
    return found.refusal, Level.NOTE


def _is_sound(octets: Secret, options: Options) -> bool:
    try:
        check_fully(load(octets, lenient=True, passphrase=options.passphrase))
    except FailsFullCheck:
        return False
    return True


def _answers(found: Description, octets: Secret) -> dict[Sdk, Answer]:
    """Return what each SDK does with the key.

    The PEM that was observed has lines. Without any, what is refused stays so; that it is taken was
    not observed, and is not so of the Python SDKs, which look for the line end.
    """
    seen = answers(found)
    if found.armour is not Armour.PEM or b"\n" in octets.reveal().strip():
        return seen
    return {
        sdk: answer if answer is Answer.REFUSES else Answer.UNKNOWN for sdk, answer in seen.items()
    }


def _is_harmless(form: Form, armour: Armour, repair: Repair) -> bool:
    """Tell whether this was seen to be taken, and refused by those alone that refuse the form."""
    seen = OBSERVED.get((form, armour, repair), {})
    well_formed = OBSERVED[form, armour, None]
    asked = {seen.get(sdk) for sdk in Sdk if well_formed[sdk] is not Answer.REFUSES}
    return Answer.TAKES in asked and Answer.REFUSES not in asked
