"""The mock Longbridge / LongPort OpenAPI: verifies every request and keeps orders in memory."""

from signproof.mocks.limits import Limit
from signproof.mocks.longbridge.accounts import TOKEN_LIFE_DAYS, Account, Position
from signproof.mocks.longbridge.core import LongbridgeMock, UnknownAppKey
from signproof.mocks.longbridge.envelope import ErrorCode, Evidence
from signproof.mocks.longbridge.limits import RateLimit

__all__ = [
    "TOKEN_LIFE_DAYS",
    "Account",
    "ErrorCode",
    "Evidence",
    "Limit",
    "LongbridgeMock",
    "Position",
    "RateLimit",
    "UnknownAppKey",
]
