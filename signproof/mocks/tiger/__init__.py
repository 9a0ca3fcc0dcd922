"""The mock Tiger / TradeUP OpenAPI gateway: verifies every request, signs every answer.

It keeps orders in memory. `signproof.mocks.tiger.serving` makes one for given credentials.
"""

from signproof.mocks.tiger.core import TigerMock
from signproof.mocks.tiger.developers import (
    TOKEN_LIFE_DAYS,
    Account,
    Developer,
    DuplicateAccount,
    DuplicateTigerId,
    NoAccount,
    Permission,
    Position,
    UnknownTigerId,
)
from signproof.mocks.tiger.envelope import DataForm, ErrorCode, Evidence, ResponsePolicy
from signproof.mocks.tiger.example_keys import gateway_key, response_public_key
from signproof.mocks.tiger.push import (
    PushEvent,
    PushLogins,
    PushOutcome,
    PushState,
    UnknownConnection,
)

__all__ = [
    "TOKEN_LIFE_DAYS",
    "Account",
    "DataForm",
    "Developer",
    "DuplicateAccount",
    "DuplicateTigerId",
    "ErrorCode",
    "Evidence",
    "NoAccount",
    "Permission",
    "Position",
    "PushEvent",
    "PushLogins",
    "PushOutcome",
    "PushState",
    "ResponsePolicy",
    "TigerMock",
    "UnknownConnection",
    "UnknownTigerId",
    "gateway_key",
    "response_public_key",
]
