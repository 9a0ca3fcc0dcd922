"""What the catalogue is built of, each part by itself."""

import base64
import hashlib
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from signproof import schemes
from signproof.mistakes import der, emsa
from signproof.mistakes.tiger_rsa import CATALOGUE, json_text
from signproof.oracles.tiger_rsa.credentials import CREDENTIALS

SCHEME = schemes.get("tiger-rsa")
KEY = CREDENTIALS["main"]["private_key"]
SHA1 = hashlib.sha1(b"content").digest()
SHA256 = hashlib.sha256(b"content").digest()


@pytest.mark.parametrize(
    ("algorithm", "digest", "library"),
    [("sha1", SHA1, hashes.SHA1()), ("sha256", SHA256, hashes.SHA256())],
)
@pytest.mark.parametrize("bits", [1024, 1025, 1031])
def test_a_message_for_pss_is_what_the_library_verifies(
    algorithm: str, digest: bytes, library: Any, bits: int
) -> None:
    key = rsa.generate_private_key(65537, bits)
    numbers = key.private_numbers()
    n = numbers.public_numbers.n
    message = emsa.pss(emsa.Padded(b"", digest, algorithm, bits, None))
    assert message is not None
    assert len(message) == (bits + 7) // 8
    signed = pow(int.from_bytes(message), numbers.d, n).to_bytes(len(message))
    scheme = padding.PSS(padding.MGF1(library), len(digest))
    key.public_key().verify(signed, digest, scheme, Prehashed(library))
    # And the reverse: the salt of a message seen is used again.
    for salt in (0, 20, 32):
        other = padding.PSS(padding.MGF1(library), salt)
        made = int.from_bytes(key.sign(digest, other, Prehashed(library)))
        seen = pow(made, 65537, n).to_bytes(len(message))
        assert emsa.pss(emsa.Padded(b"", digest, algorithm, bits, seen)) == seen


def test_digest_infos_are_those_of_the_standard() -> None:
    """RFC 8017, section 9.2, note 1."""
    infos = {
        "md5": "3020300c06082a864886f70d020505000410",
        "sha1": "3021300906052b0e03021a05000414",
        "sha224": "302d300d06096086480165030402040500041c",
        "sha256": "3031300d060960864801650304020105000420",
        "sha384": "3041300d060960864801650304020205000430",
        "sha512": "3051300d060960864801650304020305000440",
    }
    for name, info in infos.items():
        digest = emsa.hashed(name, b"")
        assert emsa.digest_info(name, digest).hex() == info + digest.hex()
    assert emsa.info_without_null("sha1", SHA1).hex() == "301f300706052b0e03021a0414" + SHA1.hex()
    long = emsa.digest_info("sha1", bytes(300))
    assert long[:19].hex() == "3082013b300906052b0e03021a050004820" + "12c"
    assert len(emsa.digest_info("sha1", bytes(130))) == 3 + 11 + 3 + 130


def padded(**members: Any) -> emsa.Padded:
    plain: dict[str, Any] = {
        "info": b"i" * 35,
        "digest": SHA1,
        "algorithm": "sha1",
        "bits": 1024,
        "seen": None,
    }
    return emsa.Padded(**(plain | members))


@pytest.mark.parametrize(
    ("pad", "members", "message"),
    [
        (emsa.type_1, {}, b"\0\1" + b"\xff" * 90 + b"\0" + b"i" * 35),
        (emsa.type_1, {"info": b"i" * 117}, b"\0\1" + b"\xff" * 8 + b"\0" + b"i" * 117),
        (emsa.type_1, {"info": b"i" * 118}, None),
        (emsa.type_1, {"bits": 0}, None),
        (emsa.type_2, {}, b"\0\2" + b"\xff" * 90 + b"\0" + b"i" * 35),
        (
            emsa.type_2,
            {"seen": b"\0\2" + b"r" * 90 + b"\0" + b"x" * 35},
            b"\0\2" + b"r" * 90 + b"\0" + b"i" * 35,
        ),
        (emsa.type_2, {"seen": b"\0\2"}, b"\0\2" + b"\xff" * 90 + b"\0" + b"i" * 35),
        (emsa.type_2, {"seen": bytes(128)}, b"\0\2" + b"\xff" * 90 + b"\0" + b"i" * 35),
        (emsa.type_2, {"info": b"i" * 118}, None),
        (emsa.type_0, {}, bytes(93) + b"i" * 35),
        (emsa.type_0, {"info": b"i" * 121}, None),
        (emsa.none, {}, bytes(108) + SHA1),
        (emsa.none, {"bits": 0}, None),
        (emsa.pss, {"algorithm": "sha512"}, None),
        (emsa.pss, {"bits": 0}, None),
        (emsa.pss, {"seen": bytes(127) + b"\xbc"}, emsa.pss(padded())),
        (
            emsa.last_resort,
            {},
            b"\0\1" + b"\xff" * 90 + b"\0" + emsa.digest_info("sha1", hashlib.sha1(SHA1).digest()),
        ),
    ],
)
def test_a_padding_has_this_message(
    pad: emsa.Pad, members: dict[str, Any], message: bytes | None
) -> None:
    assert pad(padded(**members)) == message


def test_a_key_is_told_by_its_tags() -> None:
    octets = base64.b64decode(KEY)
    assert der.structure(octets) == "pkcs1"
    assert der.modulus_bits(KEY) == 1024
    assert der.modulus_bits(None) == 0
    for other, structure in {
        b"": "",
        b"\x30": "",
        b"\x30\x00": "",
        b"\x31\x03\x02\x01\x00": "",
        b"\x30\x03\x02\x01\x00": "",
        b"\x30\x03\x04\x01\x00": "",
        b"\x30\x05\x02\x01\x00\x30\x00": "pkcs8",
        b"\x30\x02\x30\x00": "encrypted",
    }.items():
        assert der.structure(other) == structure


@pytest.mark.parametrize(
    ("change", "text", "changed"),
    [
        (json_text.escaped, 'é\U0001f600"', r'\u00e9\ud83d\ude00"'),
        (json_text.unescaped, r"\u00e9\ud83d\ude00\n", "é\U0001f600" + r"\n"),
        (json_text.unescaped, r"\\u00e9\u0022\u005c\u000a", r"\\u00e9\u0022\u005c\u000a"),
        (json_text.unescaped, r"\ud800", "\ud800"),
        (json_text.html_escaped, "<a>&", r"\u003ca\u003e\u0026"),
        (json_text.slashes_escaped, r"a/b\/c", r"a\/b\/c"),
        (json_text.slashes_unescaped, r"a/b\/c\\/", r"a/b/c\\/"),
        (json_text.parsed, "[1]", [1]),
        (json_text.parsed, "[1", "[1"),
        (json_text.parsed, "[" * 101 + "]" * 101, "[" * 101 + "]" * 101),
    ],
)
def test_text_in_another_form(change: Any, text: str, changed: Any) -> None:
    assert change(text) == changed


REQUEST: dict[str, Any] = {
    "api_method": "place_order",
    "biz_content": '{"b":"a/b & <é 香>","A":null,"a":[1]}',
    "timestamp": "2026-01-15 09:30:00",
    "more": [["device_id", None], ["notify_url", ""]],
}
DER = base64.b64decode(KEY)
OLD = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n"


def loading(octets: bytes) -> tuple[str, dict[str, Any]]:
    return "load-key", {"content": "x", "key_b64": base64.b64encode(octets).decode()}


@pytest.mark.parametrize(
    ("operation", "input_"),
    [
        ("request", REQUEST),
        ("request", REQUEST | {"biz_content": None, "charset": "GBK"}),
        ("request", REQUEST | {"biz_content": "{}", "more": [["version", "x"]]}),
        ("request", REQUEST | {"biz_content": "[]", "timestamp": "now"}),
        ("request", REQUEST | {"biz_content": "{"}),
        ("sign", {"params": [["timestamp", "2026-01-15 09:30:00"]]}),
        ("sign-response", {"request_timestamp": "2026-01-15 09:30:00", "body_b64": "e30="}),
        ("sign-response", {"request_timestamp": "2026-01-15 09:30:00", "body_b64": "AAAA"}),
        ("push-login", {"now": 1768440600}),
        loading(KEY.encode()),
        loading(DER),
        loading(OLD),
        loading(b"MIIC0"),
    ],
)
def test_every_mistake_can_be_made_and_seen_again(operation: str, input_: dict[str, Any]) -> None:
    replay = SCHEME.operations[operation].replay
    assert replay is not None
    credential = CREDENTIALS["main"]
    values = replay.values(credential, input_)
    for mistake in CATALOGUE.values():
        output = replay.output(mistake.edit(SCHEME.pipeline).run(values))
        assert replay.same(output, output)
        if replay.hindsight is not None and operation != "request":
            seen = replay.hindsight(credential, input_, output)
            again = replay.output(mistake.edit(SCHEME.pipeline).run(seen))
            assert replay.same(output, again), mistake.id
            replay.output(mistake.hindsight(SCHEME.pipeline).run(seen))


def test_two_mistakes_of_the_body_meet() -> None:
    replay = SCHEME.operations["request"].replay
    assert replay is not None
    values = replay.values(CREDENTIALS["main"], REQUEST)
    form = CATALOGUE["body-sent-as-form"].edit(SCHEME.pipeline)
    for other in ("sign-missing", "body-sent-in-gbk"):
        both = CATALOGUE[other].edit(form)
        assert replay.output(both.run(values)) == replay.output(form.run(values))
    url_safe = CATALOGUE["signature-url-encoded"].edit(SCHEME.pipeline)
    written = CATALOGUE["signature-hex"].edit(url_safe).run(values)["signature"]
    assert written == url_safe.run(values)["signature"].hex().encode()
    sent = CATALOGUE["biz-content-sent-spaced"]
    received = replay.values(CREDENTIALS["main"], REQUEST | {"biz_content": '{"a": 1}'})
    text = dict(sent.hindsight(SCHEME.pipeline).run(received)["signed_values"])["biz_content"]
    assert text == '{"a": 1}'
