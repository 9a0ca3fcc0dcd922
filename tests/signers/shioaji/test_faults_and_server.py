"""The broker's refusals as documented, and the answers of the local server."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from signers.shioaji import (
    Account,
    AccountType,
    CaExpireTime,
    Evidence,
    Fault,
    MalformedAnswer,
    MalformedExpireTime,
    ServerError,
    Usage,
    exception_for,
    find_fault,
    parse_accounts,
    parse_ca_expiretime,
    parse_usage,
    read_answer,
)

DOCUMENTED, SDK, INFERRED = Evidence.DOCUMENTED, Evidence.SDK, Evidence.INFERRED

TABLE = {
    "key-unknown": (400, "BadRequestError", "key: K not exist.", DOCUMENTED),
    "ca-empty": (400, "BadRequestError", "Ca is empty", DOCUMENTED),
    "wrong-login": (400, "BadRequestError", "Incorrect userid or password", DOCUMENTED),
    "wrong-signature": (401, "TokenError", "key: K not match signature.", DOCUMENTED),
    "ip-refused": (401, "TokenError", "ip: 192.0.2.1 not allow.", DOCUMENTED),
    "no-production-permission": (
        401,
        "TokenError",
        "Token doesn't have production permission.",
        DOCUMENTED,
    ),
    "no-permission": (401, "TokenError", "Token doesn't have permission", DOCUMENTED),
    "token-expired": (401, "TokenError", "Token is expired", DOCUMENTED),
    "token-invalid": (401, "TokenError", "Could not validate credentials", DOCUMENTED),
    "token-missing": (401, "TokenError", "Not provided authenticated token", DOCUMENTED),
    "key-expired": (406, "ServerError", "K is expired.", DOCUMENTED),
    "sign-timeout": (406, "ServerError", "Sign data is timeout.", DOCUMENTED),
    "account-refused": (406, "ServerError", "Account Not Acceptable.", DOCUMENTED),
    "account-unsigned": (406, "ServerError", "Please sign 9A951234567 first.", DOCUMENTED),
    "too-many-connections": (451, "ServerError", "Too Many Connections.", DOCUMENTED),
    "not-authenticated": (None, "AuthError", "Not authenticated", SDK),
    "ca-not-activated": (400, "CaError", "CA not activated for: Z199999999", DOCUMENTED),
    "ca-expired": (None, "CaExpiredError", "Ca has expired!", DOCUMENTED),
    "ca-password": (None, "CaPasswordError", "Ca Password Incorrect", DOCUMENTED),
    "ca-file-missing": (None, "CaError", "ReadFile Error No such file or directory", SDK),
    "ca-not-pfx": (None, "CaError", "OpenSSL Error", SDK),
    "ca-no-pair": (None, "CaError", "Cert Not Found", SDK),
    "ca-no-person": (None, "CaError", "Cert Person ID Not Found", SDK),
    "authorization-missing": (401, "TokenError", "Missing Authorization header", DOCUMENTED),
    "authorization-malformed": (
        401,
        "TokenError",
        "Invalid Authorization format, expected: Bearer <api_key>:<secret_key>",
        DOCUMENTED,
    ),
    "bearer-malformed": (
        401,
        "TokenError",
        "Invalid token format, expected: <api_key>:<secret_key>",
        DOCUMENTED,
    ),
    "wrong-credentials": (401, "TokenError", "Invalid API credentials", DOCUMENTED),
    "ca-not-yet-valid": (None, "CaError", "the certificate is not valid yet", INFERRED),
    "person-differs": (None, "CaError", "the certificate is another person's", INFERRED),
}
VALUES = {
    "key_id": "K",
    "ip": "192.0.2.1",
    "broker_id": "9A95",
    "account_id": "1234567",
    "person_id": "Z199999999",
}


def test_the_whole_table() -> None:
    found = {
        fault.value: (fault.status, fault.exception, fault.text(**VALUES), fault.evidence)
        for fault in Fault
    }
    assert found == TABLE


# As the broker's own list of errors explains each (Sinotrade/Shioaji, ERROR_CODES.md).
ADVICE = {
    Fault.WRONG_LOGIN: (
        "the login to the simulation went wrong: check the API key and its secret; a person id and "
        "its password are not what to log in with"
    ),
    Fault.TOKEN_EXPIRED: (
        "log in again: a token holds 24 hours; where it ended sooner, a limit of use was passed: "
        "wait a minute before the login"
    ),
    Fault.TOKEN_INVALID: (
        "log in again, to the environment that is called: simulation or production"
    ),
    Fault.ACCOUNT_REFUSED: (
        "complete the signature for API usage of this account and its test of login and order in "
        "simulation; where both are done, use an account that the key includes"
    ),
    Fault.TOO_MANY_CONNECTIONS: (
        "log out of sessions that are not needed, and do not retry a failed login in a loop: a "
        "person has 5 connections, and each login takes one"
    ),
    Fault.CA_PASSWORD: (
        "pass the CA file's own password: the national id where no other was set; the SDK says the "
        "same of a file without a MAC"
    ),
}


def test_advice_is_the_brokers_own() -> None:
    assert {fault: fault.advice for fault in ADVICE} == ADVICE


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.status])
def test_found_by_status_and_text(fault: Fault) -> None:
    text = fault.text(**VALUES)
    assert (find_fault(fault.status or 0, text), find_fault(500, text)) == (fault, None)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (406, " is expired."),
        (401, ""),
        (401, "Token is expired."),
        (406, "K" * 1000 + " is expired."),
    ],
)
def test_not_found(status: int, text: str) -> None:
    assert find_fault(status, text) is None


def test_exceptions_by_status() -> None:
    statuses = [None, 400, 401, 403, 406, 422, 451, 500, 503]
    assert [exception_for(status) for status in statuses] == [
        "ServerError",
        "BadRequestError",
        "TokenError",
        "ShioajiPermissionError",
        "ServerError",
        "ValidationError",
        "ServerError",
        "ServerError",
        "SystemMaintenance",
    ]


PAGE = b'{"person_id":"YOUR_PERSON_ID","expire_time":"2026-09-13T15:59:59"}'
ACCOUNT = {
    "account_type": "S",
    "person_id": "Z199999999",
    "broker_id": "9A95",
    "account_id": "1234567",
    "signed": True,
    "username": "EXAMPLE",
}
USAGE = {"connections": 1, "bytes": 2, "limit_bytes": 3, "remaining_bytes": 1}


def test_the_pages_answer() -> None:
    answer = parse_ca_expiretime(200, PAGE)
    assert answer == CaExpireTime("YOUR_PERSON_ID", "2026-09-13T15:59:59")
    assert answer.seconds == 1_789_315_199


def test_an_expire_time_of_another_form() -> None:
    body = json.dumps({"person_id": "Z1", "expire_time": "2026-09-13"}).encode()
    with pytest.raises(MalformedExpireTime):
        _ = parse_ca_expiretime(200, body).seconds


def test_accounts_and_usage() -> None:
    futures = {**ACCOUNT, "account_type": "F", "signed": False, "new": 1}
    body = json.dumps([ACCOUNT, futures]).encode()
    person, rest = "Z199999999", ("9A95", "1234567")
    assert parse_accounts(200, body) == (
        Account(AccountType.STOCK, person, *rest, signed=True, username="EXAMPLE"),
        Account(AccountType.FUTURES, person, *rest, signed=False, username="EXAMPLE"),
    )
    assert parse_accounts(200, b"[]") == ()
    assert parse_usage(200, json.dumps(USAGE).encode()) == Usage(1, 2, 3, 1)
    assert read_answer(299, b'"x"') == "x"


def envelope(code: Any = 400, message: Any = "CA not activated for: Z199999999") -> bytes:
    return json.dumps({"code": code, "message": message, "details": None}).encode()


@pytest.mark.parametrize(
    ("status", "code", "message", "reason", "text"),
    [
        (
            400,
            400,
            "CA not activated for: Z199999999",
            "ca-not-activated",
            (
                "HTTP 400, code 400: 'CA not activated for: Z199999999'; activate the CA of this "
                "person before production orders; download the certificate with `Download "
                "Certificate` on the API management page, or with eleader"
            ),
        ),
        (
            500,
            500,
            "王\n" * 101,
            "server-error",
            f"HTTP 500, code 500: {('王' + chr(10)) * 100!a}; this error is not documented",
        ),
    ],
)
def test_the_error_envelope(status: int, code: int, message: str, reason: str, text: str) -> None:
    with pytest.raises(ServerError) as caught:
        parse_usage(status, envelope(code, message))
    error = caught.value
    assert (error.status, error.code, error.message, error.details, error.reason, str(error)) == (
        status,
        code,
        message,
        None,
        reason,
        text,
    )


def without(answer: dict[str, Any], name: str, *value: Any) -> bytes:
    changed = {key: old for key, old in answer.items() if key != name}
    if value:
        changed[name] = value[0]
    return json.dumps([changed]).encode()


MALFORMED: dict[str, tuple[Callable[[int, bytes], object], int, bytes, str]] = {
    "empty": (read_answer, 200, b"", "the body is empty"),
    "HTML": (read_answer, 200, b"<html>", "the body is not JSON"),
    "not UTF-8": (read_answer, 200, b"\xff", "the body is not JSON"),
    "too deep": (read_answer, 200, b"[" * 200_000, "the body is not JSON"),
    "an error that is no object": (
        read_answer,
        500,
        b"[]",
        "an error without integer `code` and text `message`",
    ),
    "code as text": (
        read_answer,
        400,
        envelope("400"),
        "an error without integer `code` and text `message`",
    ),
    "code true": (
        read_answer,
        400,
        envelope(code=True),
        "an error without integer `code` and text `message`",
    ),
    "message null": (
        read_answer,
        400,
        envelope(400, None),
        "an error without integer `code` and text `message`",
    ),
    "no person_id": (
        parse_ca_expiretime,
        200,
        b'{"expire_time":"2026-09-13T15:59:59"}',
        "the member `person_id` is missing or not text",
    ),
    "usage of text": (
        parse_usage,
        200,
        json.dumps({**USAGE, "bytes": "2"}).encode(),
        "the member `bytes` is missing or not an integer",
    ),
    "accounts in an object": (parse_accounts, 200, b"{}", "the accounts are no JSON array"),
    "account that is text": (
        parse_accounts,
        200,
        b'["S"]',
        "the member `account_type` is none of S, F, H",
    ),
    "other account type": (
        parse_accounts,
        200,
        without(ACCOUNT, "account_type", "X"),
        "the member `account_type` is none of S, F, H",
    ),
    "signed as text": (
        parse_accounts,
        200,
        without(ACCOUNT, "signed", "true"),
        "the member `signed` is neither true nor false",
    ),
    "no broker_id": (
        parse_accounts,
        200,
        without(ACCOUNT, "broker_id"),
        "the member `broker_id` is missing or not text",
    ),
}


@pytest.mark.parametrize(("parse", "status", "body", "problem"), MALFORMED.values(), ids=MALFORMED)
def test_malformed(
    parse: Callable[[int, bytes], object], status: int, body: bytes, problem: str
) -> None:
    with pytest.raises(MalformedAnswer) as caught:
        parse(status, body)
    error = caught.value
    assert (error.status, error.problem) == (status, problem)
    assert str(error) == (
        f"HTTP {status}: {problem}; check that the address is that of `shioaji server start` and "
        "that no proxy answered"
    )
