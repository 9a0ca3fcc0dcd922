"""The mistakes that people make with a Shioaji CA and its settings, by the part that goes wrong.

Importing this package fills `CATALOGUE`.
"""

from signproof.mistakes.shioaji_ca import (
    capability,
    capability_record,
    env,
    env_server,
    env_values,
    envelope,
    expire_time,
    person_id,
    signature,
    text,
    text_parts,
)
from signproof.mistakes.shioaji_ca.catalogue import CATALOGUE

__all__ = [
    "CATALOGUE",
    "capability",
    "capability_record",
    "env",
    "env_server",
    "env_values",
    "envelope",
    "expire_time",
    "person_id",
    "signature",
    "text",
    "text_parts",
]
