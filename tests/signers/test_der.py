"""The reader of DER: hand-written octets, each thing it refuses, and that nothing else happens."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signers.der import (
    Limits,
    MalformedDer,
    Problem,
    Reader,
    Tag,
    context,
    encode,
    encode_integer,
)


def read(octets: str, limits: Limits | None = None) -> Reader:
    raw = bytes.fromhex(octets)
    return Reader(raw) if limits is None else Reader(raw, limits)


@pytest.mark.parametrize(
    ("octets", "call", "expected"),
    [
        ("020100", Reader.integer, 0),
        ("02017f", Reader.integer, 127),
        ("02020080", Reader.integer, 128),
        ("0201ff", Reader.integer, -1),
        ("020180", Reader.integer, -128),
        ("0202ff7f", Reader.integer, -129),
        ("0203010001", Reader.integer, 65537),
        ("0500", Reader.null, None),
        ("0400", Reader.octet_string, b""),
        ("0402abcd", Reader.octet_string, b"\xab\xcd"),
        ("030100", Reader.bit_string, (b"", 0)),
        ("03020580", Reader.bit_string, (b"\x80", 5)),
        ("030200ff", Reader.bit_string, (b"\xff", 0)),
        ("06092a864886f70d010101", Reader.oid, "1.2.840.113549.1.1.1"),
        ("06032b6570", Reader.oid, "1.3.101.112"),
        ("060100", Reader.oid, "0.0"),
        ("060127", Reader.oid, "0.39"),
        ("06028837", Reader.oid, "2.999"),
        ("0603883703", Reader.oid, "2.999.3"),
        ("0500", Reader.element, b"\x05\x00"),
        ("3003020105", Reader.element, b"\x30\x03\x02\x01\x05"),
        ("a003020105", lambda reader: reader.value(context(0)), b"\x02\x01\x05"),
        ("8101ff", lambda reader: reader.value(context(1, constructed=False)), b"\xff"),
        ("3003020105", lambda reader: reader.enter().integer(), 5),
        ("3103020105", lambda reader: reader.enter(Tag.SET).integer(), 5),
        ("0101ff", Reader.skip, None),
        ("048180" + "00" * 128, Reader.octet_string, bytes(128)),
        ("04820100" + "00" * 256, Reader.octet_string, bytes(256)),
    ],
)
def test_what_is_read(octets: str, call: Callable[[Reader], object], expected: object) -> None:
    reader = read(octets)
    assert (reader.peek(), reader.offset, reader.at_end) == (int(octets[:2], 16), 0, False)
    assert call(reader) == expected
    assert (reader.peek(), reader.offset, reader.at_end) == (None, len(octets) // 2, True)
    reader.end()


def inner(call: Callable[[Reader], object]) -> Callable[[Reader], object]:
    return lambda reader: call(reader.enter())


def nested(depth: int) -> Callable[[Reader], object]:
    def enter(reader: Reader) -> object:
        for _ in range(depth):
            reader = reader.enter()
        return reader

    return enter


def each(reader: Reader) -> None:
    while not reader.at_end:
        reader.skip()


@pytest.mark.parametrize(
    ("octets", "call", "problem", "offset"),
    [
        ("", Reader.integer, Problem.MISSING, 0),
        ("3000", inner(Reader.integer), Problem.MISSING, 2),
        ("02", Reader.integer, Problem.CUT_OFF, 0),
        ("0201", Reader.integer, Problem.CUT_OFF, 0),
        ("0482", Reader.octet_string, Problem.CUT_OFF, 0),
        ("048201", Reader.octet_string, Problem.CUT_OFF, 0),
        ("300102", inner(Reader.integer), Problem.OVERRUN, 2),
        ("3003020205", inner(Reader.integer), Problem.OVERRUN, 2),
        ("3002048100", inner(Reader.octet_string), Problem.OVERRUN, 2),
        ("02010500", Reader.end, Problem.TRAILING, 0),
        ("0401ff", Reader.integer, Problem.WRONG_TAG, 0),
        ("2401ff", Reader.octet_string, Problem.WRONG_TAG, 0),
        ("1f0100", Reader.skip, Problem.HIGH_TAG, 0),
        ("bf8a3900", Reader.skip, Problem.HIGH_TAG, 0),
        ("30800000", Reader.enter, Problem.INDEFINITE_LENGTH, 0),
        ("04850000000001ff", Reader.octet_string, Problem.LONG_LENGTH, 0),
        ("04ff", Reader.octet_string, Problem.LONG_LENGTH, 0),
        ("04817f" + "00" * 127, Reader.octet_string, Problem.LONG_LENGTH, 0),
        ("04820080" + "00" * 128, Reader.octet_string, Problem.LONG_LENGTH, 0),
        ("0484ffffffff", Reader.octet_string, Problem.CUT_OFF, 0),
        ("0200", Reader.integer, Problem.BAD_INTEGER, 2),
        ("0202007f", Reader.integer, Problem.BAD_INTEGER, 2),
        ("0202ff80", Reader.integer, Problem.BAD_INTEGER, 2),
        ("02821001" + "01" * 4097, Reader.integer, Problem.BAD_INTEGER, 4),
        ("0600", Reader.oid, Problem.BAD_OID, 2),
        ("060180", Reader.oid, Problem.BAD_OID, 2),
        ("06022a86", Reader.oid, Problem.BAD_OID, 2),
        ("06032a8001", Reader.oid, Problem.BAD_OID, 2),
        ("060d2a" + "ff" * 11 + "7f", Reader.oid, Problem.BAD_OID, 2),
        ("0300", Reader.bit_string, Problem.BAD_BIT_STRING, 2),
        ("030101", Reader.bit_string, Problem.BAD_BIT_STRING, 2),
        ("03020800", Reader.bit_string, Problem.BAD_BIT_STRING, 2),
        ("030205ff", Reader.bit_string, Problem.BAD_BIT_STRING, 2),
        ("050100", Reader.null, Problem.BAD_NULL, 2),
        ("3000" * 1001, each, Problem.TOO_MANY, 2000),
        ("".join(f"30{size:02x}" for size in range(34, -1, -2)), nested(17), Problem.TOO_DEEP, 34),
    ],
)  # fmt: skip
def test_what_is_refused(
    octets: str, call: Callable[[Reader], object], problem: Problem, offset: int
) -> None:
    with pytest.raises(MalformedDer) as caught:
        call(read(octets))
    message = (
        f"not the DER expected ({problem}, at octet {offset}): the data was altered or is "
        "something else; export or copy it anew"
    )
    found = caught.value
    assert (found.reason, found.problem, found.offset, str(found)) == (
        "malformed-der",
        problem,
        offset,
        message,
    )


def test_the_budget_is_for_the_whole() -> None:
    reader = read("3004" + "0500" * 2, Limits(elements=2))
    inside = reader.enter()
    inside.null()
    with pytest.raises(MalformedDer) as caught:
        inside.null()
    assert (caught.value.problem, caught.value.offset) == (Problem.TOO_MANY, 4)


def test_a_whole_too_large() -> None:
    with pytest.raises(MalformedDer) as caught:
        read("0500", Limits(octets=1))
    assert (caught.value.problem, caught.value.offset) == (Problem.TOO_LARGE, 1)


def test_a_reader_shows_no_octets() -> None:
    assert repr(read("0402abcd")) == "<Reader at octet 0 of 4>"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (encode_integer(0), "020100"),
        (encode_integer(127), "02017f"),
        (encode_integer(128), "02020080"),
        (encode_integer(-1), "0201ff"),
        (encode_integer(-128), "020180"),
        (encode_integer(-129), "0202ff7f"),
        (encode(Tag.NULL), "0500"),
        (encode(Tag.SEQUENCE, b"\x05\x00", b"\x05\x00"), "300405000500"),
        (encode(context(3), b""), "a300"),
        (encode(Tag.OCTET_STRING, bytes(127)), "047f" + "00" * 127),
        (encode(Tag.OCTET_STRING, bytes(128)), "048180" + "00" * 128),
        (encode(Tag.OCTET_STRING, bytes(65536)), "0483010000" + "00" * 65536),
    ],
    ids=range(12),
)
def test_what_is_written(written: bytes, expected: str) -> None:
    assert written.hex() == expected


@given(st.integers(-(2**600), 2**600))
def test_integers_come_back(value: int) -> None:
    assert Reader(encode_integer(value)).integer() == value


STEPS: list[Callable[[Reader], object]] = [
    Reader.integer,
    Reader.oid,
    Reader.octet_string,
    Reader.bit_string,
    Reader.null,
    Reader.element,
    Reader.skip,
    Reader.enter,
    Reader.end,
]


@given(st.binary(max_size=60), st.lists(st.sampled_from(STEPS), max_size=12))
def test_no_octets_do_anything_else(octets: bytes, steps: list[Callable[[Reader], object]]) -> None:
    """Whatever is read in whatever order: a value or the one error, and always inside."""
    reader = Reader(octets)
    for step in steps:
        try:
            result = step(reader)
        except MalformedDer as error:
            assert 0 <= error.offset <= len(octets)  # noqa: PT017 - nothing need be raised
            break
        reader = result if isinstance(result, Reader) else reader
        assert 0 <= reader.offset <= len(octets)
