"""The vectors of `push-login` and `read-token`."""

import base64

from signproof.model import Expected, Importance, Source, Vector
from signproof.oracles.tiger_rsa.common import (
    derived,
    output,
    recorded,
    refused,
    run,
    stages_of,
    topic_of,
)
from signproof.oracles.tiger_rsa.credentials import TOKEN
from signproof.oracles.writing import Topic

__all__ = ["topics"]


def topics() -> list[Topic]:
    """Return the files about pushes and tokens."""
    return [_push_login(), _read_token()]


def _push_login() -> Topic:
    topic = topic_of(
        "push-login",
        {"guard": "No document asks for it; such a login must fail."},
    )
    seen = recorded(
        "official SDKs, seen on loopback", "what is signed is exactly the tiger_id, nothing else"
    )
    for name, comment, credential, now in (
        ("usual", "A login.", "main", 1_768_440_600),
        ("later", "A later login has the same signature.", "main", 1_768_527_000),
        ("epoch", "The clock does not matter.", "main", 0),
        ("second", "Another developer.", "second", 1_768_440_600),
        ("token", "With a TBHK token, which is not signed.", "hongkong", 1_768_440_600),
        ("key-2048", "A key of 2048 bits.", "key-2048", 1_768_440_600),
    ):
        results = run("push-login", credential, now=now)
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="push-login",
                credential=credential,
                input={"now": now},
                stages=stages_of(results, "push_login_content"),
                expected=output(sign=results["signature"].decode()),
                source=seen,
            )
        )
    for credential, reason, comment in (
        ("empty-tiger-id", "invalid-tiger-id", "An empty tiger_id."),
        ("tiger-id-space", "invalid-tiger-id", "A tiger_id with a space behind."),
        ("public-as-private-key", "public-key", "A public key in the place of the private one."),
    ):
        topic.vectors.append(
            Vector(
                id=topic.id(credential),
                comment=comment,
                operation="push-login",
                credential=credential,
                input={"now": 1_768_440_600},
                expected=refused(reason),
                importance=Importance.SHOULD,
                flags=["guard"],
                baseline=topic.id("usual"),
                source=derived("no login with it can succeed"),
            )
        )
    return topic


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _read_token() -> Topic:
    topic = topic_of(
        "read-token",
        {
            "form": "That every token has this form is inferred from what SDKs read of it.",
            "expired": "Whether it still holds is not looked at: the two instants are read.",
        },
    )
    seen = recorded(
        "Python SDK (tigeropen 3.8.0)",
        "the first 27 octets are two instants in milliseconds with a comma between",
    )

    def add(
        name: str,
        comment: str,
        token: str,
        expected: Expected,
        source: Source,
        importance: Importance = Importance.MUST,
        flags: tuple[str, ...] = (),
    ) -> None:
        topic.vectors.append(
            Vector(
                id=topic.id(name),
                comment=comment,
                operation="read-token",
                credential=None,
                input={"token": token},
                expected=expected,
                importance=importance,
                flags=list(flags),
                source=source,
            )
        )

    made, ends = 1_700_000_000_123, 1_702_592_000_123
    for name, comment, text, first, second in (
        ("usual", "Thirty days.", f"{made},{ends};EXAMPLE token", made, ends),
        ("nothing-behind", "Nothing behind the instants.", f"{made},{ends}", made, ends),
        ("digits-behind", "Digits right behind.", f"{made},{ends}0123456789", made, ends),
        ("same-instant", "It ends when it was made.", f"{made},{made};", made, made),
        ("long", "A long rest.", f"{made},{ends};" + "EXAMPLE" * 100, made, ends),
        ("milliseconds", "Milliseconds are kept.", "1700000000001,1700000000999",
         1_700_000_000_001, 1_700_000_000_999),
        ("leap", "Before a leap day and after.", "1835395200000,1837987200000",
         1_835_395_200_000, 1_837_987_200_000),
    ):  # fmt: skip
        expected = output(generated_ms=first, expires_ms=second)
        add(name, comment, _encoded(text), expected, seen)
    old = output(generated_ms=1_000_000_000_000, expires_ms=1_002_592_000_000)
    add("expired", "It ended in 2001.", _encoded("1000000000000,1002592000000;EXAMPLE"), old, seen,
        flags=("expired",))  # fmt: skip
    raw = recorded("Python SDK (tigeropen 3.8.0)", "Authorization is the token without Bearer")
    for name, token in (("bearer", f"Bearer {TOKEN}"), ("bearer-lowercase", f"bearer {TOKEN}")):
        add(name, "`Bearer ` in front.", token, refused("token-with-scheme"), raw,
            Importance.SHOULD)  # fmt: skip
    for name, comment, token in (
        ("empty", "Nothing.", ""),
        ("words", "Words.", "EXAMPLE token"),
        ("not-encoded", "The instants as they are, not in base64.", f"{made},{ends};EXAMPLE"),
        ("order", "It ends before it was made.", _encoded(f"{ends},{made};EXAMPLE")),
        ("short", "Too short for two instants.", _encoded(f"{made},{ends}"[:-1])),
        ("seconds", "Instants in seconds.", _encoded("1700000000,1702592000;EXAMPLE token")),
        ("one-instant", "One instant only.", _encoded(f"{made};EXAMPLE token, made up")),
        ("semicolon", "A semicolon for the comma.", _encoded(f"{made};{ends};EXAMPLE")),
        ("letters", "Letters for digits.", _encoded("17OOOOOOOO123,17O2592OOO123;EXAMPLE")),
        ("negative", "A negative instant.", _encoded("-100000000000,1702592000123;EXAMPLE")),
        ("wide-digits", "Full-width digits.", _encoded("\uff11700000000123,1702592000123")),
        ("space-before", "A space before it.", f" {TOKEN}"),
        ("newline", "A newline behind it.", f"{TOKEN}\n"),
        ("wrapped", "In two lines.", f"{TOKEN[:40]}\n{TOKEN[40:]}"),
        ("unpadded", "Without its padding.", _encoded(f"{made},{ends};").rstrip("=")),
        (
            "url-safe",
            "In the URL-safe alphabet.",
            _encoded(f"{made},{ends};\u07ff").replace("/", "_"),
        ),
        ("quoted", "With quotation marks around.", f'"{TOKEN}"'),
        ("settings-line", "A line of the file that holds it.", f"token={TOKEN}"),
        ("non-ascii", "A character beyond ASCII.", f"{TOKEN}é"),
    ):
        add(name, comment, token, refused("malformed-token"), derived("no SDK could read it"),
            Importance.SHOULD, ("form",))  # fmt: skip
    return topic
