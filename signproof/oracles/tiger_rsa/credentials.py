"""The credentials of the vectors: made up, but for the example key on the broker's page."""

import base64

from signproof.oracles.tiger_rsa.keys import private_line, public_line

__all__ = ["CREDENTIALS", "TOKEN"]

TOKEN = base64.b64encode(b"1700000000123,1702592000123;EXAMPLE token, made up").decode()
"""Of the form that a TBHK token was seen to have."""


_GATEWAY = public_line("gateway")
_MAIN = {
    "tiger_id": "20990001",
    "private_key": private_line("page"),
    "account": "12345678",
    "license": "TBSG",
    "tiger_public_key": _GATEWAY,
}
CREDENTIALS: dict[str, dict[str, str]] = {
    "main": _MAIN,
    "second": _MAIN
    | {
        "tiger_id": "20990002",
        "private_key": private_line("second"),
        "account": "20191106192858300",
        "license": "TBNZ",
    },
    "global": _MAIN | {"tiger_id": "20990003", "account": "U12300123"},
    "hongkong": _MAIN | {"license": "TBHK", "token": TOKEN},
    "key-1025": _MAIN | {"tiger_id": "20151025", "private_key": private_line("1025")},
    "key-2048": _MAIN | {"tiger_id": "20152048", "private_key": private_line("2048")},
    "key-3072": _MAIN | {"tiger_id": "20153072", "private_key": private_line("3072")},
    "key-4096": _MAIN | {"tiger_id": "20154096", "private_key": private_line("4096")},
    "other-key": _MAIN | {"private_key": private_line("second")},
    "gateway": {
        "tiger_id": "20990001",
        "private_key": private_line("gateway"),
        "account": "12345678",
        "tiger_public_key": _GATEWAY,
    },
    "gateway-2048": {
        "tiger_id": "20990001",
        "private_key": private_line("2048"),
        "account": "12345678",
        "tiger_public_key": public_line("2048"),
    },
    "own-public-key": _MAIN | {"tiger_public_key": public_line("page")},
    "private-as-public-key": _MAIN | {"tiger_public_key": private_line("gateway")},
    "no-public-key": _MAIN | {"tiger_public_key": ""},
    "empty-tiger-id": _MAIN | {"tiger_id": ""},
    "tiger-id-space": _MAIN | {"tiger_id": "20990001 "},
    "tiger-id-comment": _MAIN | {"tiger_id": "20990001 # mine"},
    "tiger-id-unicode": _MAIN | {"tiger_id": "\uff12\uff10\uff11\uff15\uff10\uff10\uff10\uff11"},
    "public-as-private-key": _MAIN | {"private_key": public_line("page")},
    "empty-private-key": _MAIN | {"private_key": ""},
    "token-bearer": _MAIN | {"license": "TBHK", "token": f"Bearer {TOKEN}"},
    "token-malformed": _MAIN | {"license": "TBHK", "token": "EXAMPLE-token"},
}
"""By name; the command is asked for what is derived from the fixtures."""
