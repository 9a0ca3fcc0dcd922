"""The gateway's error codes: what they mean and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from signers.tiger.evidence import Evidence

__all__ = ["ERROR_CODES", "SUCCESS", "ErrorCode"]

_NOT_VERIFIED = "failed to verify signature, please make sure you use the correct rsa private key"

SUCCESS = 0
"""The code of a good answer (source: the Python SDK; the list of errors does not have it)."""


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A code and what is known of it."""

    code: int
    reason: str
    """In kebab case, for programs."""
    message: str
    """What the gateway calls it."""
    advice: str
    details: tuple[str, ...] = ()
    """What the gateway adds in parentheses: the documented variants."""
    evidence: Evidence = Evidence.DOCUMENTED


ERROR_CODES: Mapping[int, ErrorCode] = MappingProxyType(
    {
        known.code: known
        for known in (
            ErrorCode(
                4,
                "access-forbidden",
                "access forbidden",
                "check the list of addresses on the developer page, an institution's secret_key, "
                "and for pushes the login's signature",
            ),
            ErrorCode(5, "rate-limited", "rate limit error", "slow down; sign each retry anew"),
            ErrorCode(
                1000,
                "common-param-error",
                "common param error",
                "check the top-level fields: key and tiger_id belong together, the timestamp is "
                "YYYY-MM-DD HH:MM:SS, what is signed is what is sent",
                (
                    _NOT_VERIFIED,
                    "time parse error, support time format is 'yyyy-MM-dd HH:mm:ss'",
                    "field 'xxx' cannot be empty",
                    "failed to get developer information",
                    "the current requested method does not support",
                ),
            ),
            ErrorCode(
                1010,
                "biz-param-error",
                "biz param error",
                "check account and secret_key, and that biz_content is JSON text",
                (
                    "field 'secret_key' or 'account' invalid",
                    "failed to parse parameters in 'biz_content'",
                ),
            ),
            *(
                ErrorCode(
                    code,
                    f"{kind}-account-error",
                    f"{kind} account response error",
                    "read what stands in parentheses: the order or account was refused",
                    evidence=Evidence.INFERRED,
                )
                for code, kind in ((1100, "global"), (1200, "prime"), (1300, "paper"))
            ),
            ErrorCode(
                2400,
                "user-token-error",
                "user token error",
                "send the newest token, raw, without `Bearer`; refresh it before it ends",
                ("can not be empty", "expired invalid", "invalid"),
            ),
            ErrorCode(
                4000,
                "permission-denied",
                "permission denied",
                "check what the role may do: view, trade, assets, each per account",
            ),
            ErrorCode(
                4001,
                "kicked-out",
                "kick out",
                "another push connection of the same tiger_id was opened: keep one",
            ),
            ErrorCode(
                40013,
                "invalid-signature",
                "invalid signature",
                "check that the private key is the one of this tiger_id",
            ),
        )
    }
)
"""Every code that is known. Its reason and advice are ours, the messages the gateway's; those of
the three account errors stand in SDK sources, what comes with them is inferred."""
