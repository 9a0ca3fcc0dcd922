"""The mistakes that people make when they sign for Tiger, by the part that goes wrong.

Importing this package fills `CATALOGUE`.
"""

from signproof.mistakes.tiger_rsa import (
    answers,
    biz_content,
    body,
    charset,
    content,
    digest,
    fields,
    keys,
    padding,
    sending,
    signature_text,
    values,
)
from signproof.mistakes.tiger_rsa.catalogue import CATALOGUE

__all__ = [
    "CATALOGUE",
    "answers",
    "biz_content",
    "body",
    "charset",
    "content",
    "digest",
    "fields",
    "keys",
    "padding",
    "sending",
    "signature_text",
    "values",
]
