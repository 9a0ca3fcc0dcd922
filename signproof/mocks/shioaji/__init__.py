"""The mock of the local HTTP server that ``shioaji server start`` gives.

It verifies the header Authorization, follows the activation flow and keeps orders in memory.
`signproof.mocks.shioaji.serving` makes one for given credentials or a ``.env``.
"""

from signproof.mocks.shioaji.core import ShioajiMock
from signproof.mocks.shioaji.envelope import Evidence, Problem
from signproof.mocks.shioaji.gate import Auth
from signproof.mocks.shioaji.routes import ROUTES, Route
from signproof.mocks.shioaji.session import EXAMPLE_PERSON, example_key

__all__ = [
    "EXAMPLE_PERSON",
    "ROUTES",
    "Auth",
    "Evidence",
    "Problem",
    "Route",
    "ShioajiMock",
    "example_key",
]
