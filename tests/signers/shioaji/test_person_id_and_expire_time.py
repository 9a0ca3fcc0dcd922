"""Whose certificate it is and until when: tables of whole values."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from signers import InvalidInput
from signers.shioaji import (
    CertificateFacts,
    Form,
    InstantOutOfRange,
    MalformedExpireTime,
    NaiveInstant,
    PersonIdNotFound,
    common_name,
    expire_time,
    find_person_id,
    form_of,
    format_expire_time,
    in_taipei,
    parse_expire_time,
    person_id,
)
from signers.shioaji.certificate import read_certificate

if TYPE_CHECKING:
    from tests.signers.shioaji.conftest import Maker

END = 1_789_315_199  # 2026-09-13T15:59:59Z, by `date -u -d @1789315199`
LAST = 253_402_300_799  # 9999-12-31T23:59:59Z


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Z199999999-01-001::EXAMPLE", "Z199999999"),
        ("Z199999999", "Z199999999"),
        ("Z199999999-", "Z199999999"),
        ("z199999999-01", "z199999999"),
        ("EXAMPLE 王-01", "EXAMPLE 王"),
        (" Z199999999 -01", " Z199999999 "),
        ("Z199999999\u201001", "Z199999999\u201001"),
        ("12345678", "12345678"),
        ("", None),
        ("-01-001", None),
    ],
)
def test_person_id_of_a_name(name: str, expected: str | None) -> None:
    assert find_person_id(name) == expected


@pytest.mark.parametrize(
    ("names", "cn", "expected"),
    [
        ([(NameOID.COMMON_NAME, "Z1-01")], "Z1-01", "Z1"),
        ([(NameOID.COMMON_NAME, "Z1-01"), (NameOID.COMMON_NAME, "Z2-01")], "Z1-01", "Z1"),
        ([(NameOID.SERIAL_NUMBER, "Z3"), (NameOID.COMMON_NAME, "Z1")], "Z1", "Z1"),
        (
            [
                (NameOID.SERIAL_NUMBER, "Z199999999"),
                (NameOID.USER_ID, "Z199999999"),
                (NameOID.ORGANIZATIONAL_UNIT_NAME, "Z199999999"),
            ],
            None,
            None,
        ),
        ([], None, None),
    ],
)
def test_person_id_of_a_certificate(
    maker: "Maker",
    names: list[tuple[x509.ObjectIdentifier, str]],
    cn: str | None,
    expected: str | None,
) -> None:
    certificate = maker.certificate(names)
    assert (common_name(certificate), find_person_id(certificate)) == (cn, expected)
    assert CertificateFacts.of(certificate) == CertificateFacts(
        expected, END - 365 * 86400 + 1, END
    )
    if expected is None:
        with pytest.raises(PersonIdNotFound):
            person_id(certificate)
    else:
        assert person_id(certificate) == expected


@pytest.mark.parametrize(
    "value",
    [b"\x0c\x07EXAMPL\xff", b"\x03\x07\x00EXAMPL"],
    ids=["not UTF-8", "a BIT STRING"],
)
def test_a_subject_that_is_not_text(maker: "Maker", value: bytes) -> None:
    octets = maker.certificate([(NameOID.COMMON_NAME, "EXAMPLE")]).public_bytes(Encoding.DER)
    broken = octets.replace(b"\x0c\x07EXAMPLE", value, 2)
    found = x509.load_der_x509_certificate(broken)
    assert (common_name(found), find_person_id(found)) == (None, None)
    assert read_certificate(broken) is None


def test_a_serial_number_below_zero_is_read_without_a_word(maker: "Maker") -> None:
    der = maker.certificate(serial_number=0x1A2B3C).public_bytes(Encoding.DER)
    negative = der.replace(bytes.fromhex("02031a2b3c"), bytes.fromhex("02039a2b3c"), 1)
    found = read_certificate(negative)
    assert found is not None
    assert found.public_bytes(Encoding.DER) == negative


@pytest.mark.parametrize(
    ("now", "begun", "ended"),
    [(9, False, False), (10, True, False), (20, True, False), (21, True, True)],
)
def test_validity_at_the_second(now: int, *, begun: bool, ended: bool) -> None:
    facts = CertificateFacts("Z1", 10, 20)
    assert (facts.has_begun(now), facts.has_ended(now)) == (begun, ended)


def test_expire_time_of_a_certificate(maker: "Maker") -> None:
    certificate = maker.certificate()
    assert expire_time(certificate) == "2026-09-13T15:59:59"
    assert in_taipei(certificate.not_valid_after_utc) == "2026-09-13T23:59:59+08:00"


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        (END, "2026-09-13T15:59:59"),
        (0, "1970-01-01T00:00:00"),
        (-1, "1969-12-31T23:59:59"),
        (LAST, "9999-12-31T23:59:59"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00"),
        (datetime(2026, 9, 13, 23, 59, 59, 999_999, timezone(timedelta(hours=8))), END),
    ],
)
def test_written(instant: datetime | int, expected: str | int) -> None:
    text = format_expire_time(instant)
    assert text == (expected if isinstance(expected, str) else "2026-09-13T15:59:59")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: format_expire_time(datetime(2026, 9, 13)), NaiveInstant),  # noqa: DTZ001
        (lambda: format_expire_time(LAST + 1), InstantOutOfRange),
        (lambda: format_expire_time(END * 1000), InstantOutOfRange),
        (lambda: format_expire_time(10**30), InstantOutOfRange),
        (lambda: in_taipei(LAST), InstantOutOfRange),
        (lambda: in_taipei(LAST + 1), InstantOutOfRange),
    ],
)
def test_not_written(call: Callable[[], str], error: type[InvalidInput]) -> None:
    with pytest.raises(error):
        call()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-09-13T15:59:59Z", Form.UTC),
        ("2026-09-13T23:59:59+08:00", Form.OFFSET),
        ("2026-09-13T23:59:59+0800", Form.OFFSET),
        ("2026-09-13T15:59:59.000", Form.FRACTION),
        ("2026-09-13T15:59:59.123456Z", Form.FRACTION),
        ("2026-09-13 15:59:59", Form.SPACE),
        ("2026-09-13", Form.DATE),
        ("1789315199", Form.UNIX_SECONDS),
        ("1789315199000", Form.UNIX_MILLISECONDS),
        ("2026-02-29T00:00:00", Form.NO_INSTANT),
        ("2026-09-13T24:00:00", Form.NO_INSTANT),
        ("2026-09-13T15:59:60", Form.NO_INSTANT),
        ("0000-01-01T00:00:00", Form.NO_INSTANT),
        ("2026-09-13T15:59:59\n", Form.OTHER),
        ("２０２６-09-13T15:59:59", Form.OTHER),  # noqa: RUF001 - digits that only look like it
        ("2026/09/13T15:59:59", Form.OTHER),
        ("2026-9-13T15:59:59", Form.OTHER),
        ("", Form.OTHER),
    ],
)
def test_other_forms_are_reported(text: str, form: Form) -> None:
    with pytest.raises(MalformedExpireTime) as caught:
        parse_expire_time(text)
    assert (caught.value.form, form_of(text)) == (form.value, form)


@given(st.integers(-62_135_596_800, LAST))
def test_read_as_written(seconds: int) -> None:
    text = format_expire_time(seconds)
    assert (parse_expire_time(text), form_of(text)) == (seconds, Form.NAIVE)
