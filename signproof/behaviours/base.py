"""How a question is put to an SDK through its driver, and how the answer is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from signers.request import SignedRequest
from signproof.corpus import Case
from signproof.implementations.base import Broken, Reply
from signproof.mocks.replies import MockReply, ServedMock
from signproof.model import Expected, Source, SourceKind, Status, Vector
from signproof.server import Exchange

__all__ = ["CANNOT_BE_ASKED", "Behaviour", "Observed", "Scripted"]

Json = dict[str, Any]

_PORT = b"{port}"
CANNOT_BE_ASKED = "cannot be asked"
"""Observed of an SDK to which a question does not apply."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What came of a question."""

    exchanges: Sequence[Exchange]
    """Those whose request could be read; at least one, unless the question is a local one."""
    error: str
    """The SDK's own error; empty where its call succeeded."""
    output: Mapping[str, Any] = field(default_factory=dict)
    """All that the driver answered."""

    @property
    def requests(self) -> list[SignedRequest]:
        """The requests that arrived."""
        return [one.request for one in self.exchanges if one.request is not None]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A question about an SDK, put by one case of the operation `send`."""

    id: str
    question: str
    read: Callable[[Observed], str]
    """Returns the observation, a few words; the same words for the same behaviour."""
    call: Mapping[str, Any]
    """The members of `SendInput` but the address."""
    suffix: str = ""
    """What is put behind the mock's address."""
    credential: Mapping[str, str] = field(default_factory=dict)
    """What differs from the made-up credential."""
    replies: tuple[MockReply, ...] = ()
    """What is answered first, in the mock's place; its verdicts stay. `{port}` in a header is the
    mock's."""
    mock: Callable[[Mapping[str, str], Callable[[], float]], ServedMock] | None = None
    """Makes a mock of its own from the made-up credential and a clock in Unix seconds; None for
    the scheme's."""
    local: bool = False
    """Whether it is about what the SDK says, not about requests: it need not send any."""

    def case(self, scheme: str, credential: Mapping[str, str], base_url: str) -> Case:
        """Return the question as a case of the operation `send`."""
        input_: Json = {"base_url": base_url + self.suffix, **self.call}
        vector = Vector(
            id=f"{scheme}/behaviour/{self.id}",
            comment=self.question,
            operation="send",
            credential=self.id,
            input=input_,
            expected=Expected(output={}),
            source=Source(kind=SourceKind.DERIVED, where="behaviour", note=""),
        )
        return Case(scheme, vector, {**credential, **self.credential}, input_)

    def observe(self, reply: Reply, exchanges: Sequence[Exchange]) -> str:
        """Return what was observed."""
        if isinstance(reply, Broken):
            return f"broke: {reply.message}"
        if reply.status is Status.SKIPPED:
            return CANNOT_BE_ASKED
        if not exchanges and not self.local:
            return "sends nothing"
        readable = [one for one in exchanges if one.request is not None]
        if not readable and not self.local:
            return "sends what is no request"
        error = reply.output.get("error") or ""
        if reply.status is not Status.OUTPUT:
            error = reply.message or reply.status.value
        return self.read(Observed(readable, str(error), reply.output))


class Scripted:
    """Answers the first requests as told; all verdicts, and the other answers, are the mock's."""

    def __init__(self, mock: ServedMock, replies: Sequence[MockReply]) -> None:
        self._mock = mock
        self._replies = list(replies)

    def handle(self, request: SignedRequest, client_ip: str) -> MockReply:
        """Answer a request."""
        reply = self._mock.handle(request, client_ip)
        if not self._replies:
            return reply
        told = self._replies.pop(0)
        port = b"".join(request.values(b"Host")).rpartition(b":")[2]
        headers = tuple((name, value.replace(_PORT, port)) for name, value in told.headers)
        return replace(told, headers=headers, verdict=reply.verdict)

    def unreadable(self, status: int, message: str) -> MockReply:
        """Refuse what is no request."""
        return self._mock.unreadable(status, message)
