"""An adapter that shares no code with signproof, and many that are wrong on purpose.

``python foreign.py NAME [ARGUMENT]...`` runs the class NAME below. Plain standard library: the
signer is written from what the broker documents. Cases are told apart by their timestamp, for ids
never cross the protocol.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

Json = dict[str, Any]

NAMES = "authorization;x-api-key;x-timestamp"
ALGORITHM = "HMAC-SHA256"
HEADERS = ("x-api-key", "authorization", "x-timestamp", "x-api-signature")
HEADER = re.compile(r"([A-Z0-9-]+) SignedHeaders=([a-z;-]*), Signature=([0-9a-f]+)")


class Rejection(Exception):
    """The input is refused, for a reason of the scheme's list."""


# The signer.


def stages(credential: Json, method: str, path: bytes, query: str, body: bytes, at: str) -> Json:
    key, token = credential["app_key"], credential["access_token"]
    headers = f"authorization:{token}\nx-api-key:{key}\nx-timestamp:{at}\n"
    digest = hashlib.sha1(body).hexdigest() if body else ""
    request = b"|".join(
        (
            method.upper().encode(),
            path,
            query.encode(),
            headers.encode(),
            NAMES.encode(),
            digest.encode(),
        )
    )
    request_digest = hashlib.sha1(request).hexdigest()
    text = f"{ALGORITHM}|{request_digest}"
    mac = hmac.new(credential["app_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    return {
        "canonical_headers": headers,
        "body_digest": digest,
        "canonical_request": request.decode("utf-8", "replace"),
        "canonical_digest": request_digest,
        "string_to_sign": text,
        "signature": mac,
        "header": f"{ALGORITHM} SignedHeaders={NAMES}, Signature={mac}",
    }


def sign(credential: Json, input_: Json) -> Json:
    for value in credential.values():
        if not value:
            raise Rejection("empty-credential")
    if credential["access_token"].lower().startswith("bearer "):
        raise Rejection("token-with-scheme")
    for value in (credential["app_key"], credential["access_token"], input_["timestamp"]):
        if not re.fullmatch(r"[!-~]+", value):
            raise Rejection("invalid-value")
    if not input_["method"].isalpha():
        raise Rejection("invalid-method")
    if not re.fullmatch(r'/[!-"$->@-~]*', input_["path"]):
        raise Rejection("invalid-target")
    if not re.fullmatch(r'[!-"$-~]*', input_["query"] or ""):
        raise Rejection("invalid-target")
    return stages(
        credential,
        input_["method"],
        input_["path"].encode(),
        input_["query"] or "",
        base64.b64decode(input_["body_b64"]),
        input_["timestamp"],
    )


def received(request: Json) -> dict[str, str]:
    found = {}
    for name in HEADERS:
        values = [value for key, value in request["headers"] if key.lower() == name]
        if len(values) > 1:
            raise Rejection("duplicate-header")
        if not values or not values[0]:
            raise Rejection("missing-header")
        found[name] = values[0]
    return found


def verify(credential: Json, request: Json) -> Json:
    found = received(request)
    if found["x-api-key"] != credential["app_key"]:
        raise Rejection("unknown-api-key")
    parts = HEADER.fullmatch(found["x-api-signature"])
    if parts is None:
        raise Rejection("malformed-signature")
    if parts[1] != ALGORITHM:
        raise Rejection("wrong-algorithm")
    if parts[2] != NAMES:
        raise Rejection("wrong-signed-headers")
    if len(parts[3]) != 64:
        raise Rejection("malformed-signature")
    sent = request["path"].encode()
    for form, path in (("as-sent", sent), ("percent-decoded", unquote_to_bytes(sent))):
        right = stages(
            credential | {"access_token": found["authorization"]},
            request["method"],
            path,
            request["query"] or "",
            base64.b64decode(request["body_b64"]),
            found["x-timestamp"],
        )
        if hmac.compare_digest(right["signature"], parts[3]):
            return {"valid": True, "path_form": form}
    raise Rejection("wrong-signature")


# The adapter, and everything that can be wrong with one.


class Good:
    """Does everything right."""

    protocol = 1
    operations: ClassVar[Json] = {"longbridge-hmac": ["sign", "verify"]}
    features: tuple[str, ...] = ("stages", "reasons")
    window = 16

    def __init__(self, arguments: list[str]) -> None:
        self.arguments = arguments
        self.credentials: dict[str | None, Json] = {}
        self.runs = 0

    def main(self) -> None:
        for line in sys.stdin.buffer:
            message = json.loads(line)
            answers = {"start": self.start, "prepare": self.prepare, "run": self.run}
            (answers | {"bench": self.bench})[message["type"]](message)
        self.end()

    def start(self, message: Json) -> None:
        self.say(self.introduction(message))

    def introduction(self, message: Json) -> Json:
        return {
            "seq": message["seq"],
            "protocol": self.protocol,
            "implementation": {"name": type(self).__name__, "version": "1"},
            "operations": self.operations,
            "features": self.features,
            "window": self.window,
        }

    def prepare(self, message: Json) -> None:
        self.credentials[message["credential"]] = message["values"]
        self.say({"seq": message["seq"], "status": "output"})

    def run(self, message: Json) -> None:
        self.runs += 1
        self.reply({"seq": message["seq"], **self.answer(message)}, message)

    def bench(self, message: Json) -> None:
        """Break: nobody asks this without the feature."""
        raise NotImplementedError

    def answer(self, message: Json) -> Json:
        credential, input_ = self.credentials[message["credential"]], message["input"]
        try:
            if message["operation"] == "verify":
                return {"status": "output", "output": verify(credential, input_["request"])}
            made = sign(credential, input_)
        except Rejection as error:
            return {"status": "rejected", "reason": str(error)}
        return {
            "status": "output",
            "output": {"x_api_signature": made["header"]},
            "stages": made if "stages" in self.features else {},
        }

    def reply(self, reply: Json, message: Json) -> None:  # noqa: ARG002 - for those below
        self.say(reply)

    def say(self, reply: Json) -> None:
        self.write(json.dumps(reply).encode() + b"\n")

    def write(self, octets: bytes) -> None:
        sys.stdout.buffer.write(octets)
        sys.stdout.buffer.flush()

    def end(self) -> None:
        """Do nothing more at the end of the input."""

    def meant(self, message: Json) -> bool:
        """Tell whether this is the case that the first argument names by its timestamp."""
        return bool(message["input"].get("timestamp") == self.arguments[0])

    def once(self) -> bool:
        """Tell whether this is the first call of all processes that share the marker file."""
        marker = Path(self.arguments[-1])
        if marker.exists():
            return False
        marker.touch()
        return True


# Wrong answers.


class NoStages(Good):
    """Shows no intermediates."""

    features = ("reasons",)


class AlwaysWrong(NoStages):
    """Gives the same signature for everything."""

    def answer(self, message: Json) -> Json:
        if message["operation"] == "verify":
            return {"status": "output", "output": {"valid": True}}
        mac = "0" * 64
        header = f"{ALGORITHM} SignedHeaders={NAMES}, Signature={mac}"
        return {"status": "output", "output": {"x_api_signature": header}}


class BareDigest(Good):
    """Forgets the algorithm before the digest: every signature is wrong in the same way."""

    def answer(self, message: Json) -> Json:
        reply = super().answer(message)
        if message["operation"] == "sign" and "stages" in reply:
            self._spoil(reply, self.credentials[message["credential"]]["app_secret"])
        return reply

    def _spoil(self, reply: Json, secret: str) -> None:
        made = dict(reply["stages"])
        made["string_to_sign"] = made["canonical_digest"]
        mac = hmac.new(secret.encode(), made["string_to_sign"].encode(), hashlib.sha256).hexdigest()
        made["signature"] = mac
        made["header"] = f"{ALGORITHM} SignedHeaders={NAMES}, Signature={mac}"
        reply["stages"] = made
        reply["output"] = {"x_api_signature": made["header"]}


class BareDigestNoStages(BareDigest):
    """As BareDigest, without showing stages."""

    def answer(self, message: Json) -> Json:
        reply = super().answer(message)
        reply.pop("stages", None)
        return reply


class HeadersSwapped(Good):
    """Shows canonical headers in another order, but signs right."""

    def answer(self, message: Json) -> Json:
        reply = super().answer(message)
        if reply.get("stages"):
            lines = reply["stages"]["canonical_headers"].splitlines(keepends=True)
            reply["stages"]["canonical_headers"] = "".join(reversed(lines))
        return reply


class Skips(Good):
    """Skips everything."""

    def answer(self, message: Json) -> Json:  # noqa: ARG002
        return {"status": "skipped", "message": "cannot"}


class Rejects(Good):
    """Rejects everything, for one reason."""

    def answer(self, message: Json) -> Json:  # noqa: ARG002
        return {"status": "rejected", "reason": "wrong-signature", "message": "no"}


class RejectsBare(Good):
    """Rejects everything and states no reason."""

    features = ("stages",)

    def answer(self, message: Json) -> Json:  # noqa: ARG002
        return {"status": "rejected"}


class Errored(Good):
    """Says of the one case that it broke."""

    def answer(self, message: Json) -> Json:
        if self.meant(message):
            return {"status": "errored", "message": "the SDK panicked"}
        return super().answer(message)


class ErroredMutely(Errored):
    """As Errored, without a word."""

    def answer(self, message: Json) -> Json:
        return {"status": "errored"} if self.meant(message) else super().answer(message)


class Chatty(Errored):
    """Has a message of a million letters for the one case."""

    def answer(self, message: Json) -> Json:
        if self.meant(message):
            return {"status": "errored", "message": "x" * 1_000_000}
        return super().answer(message)


class NoOutput(Errored):
    """Leaves the output empty for the one case."""

    def answer(self, message: Json) -> Json:
        if self.meant(message):
            return {"status": "output", "output": {}}
        return super().answer(message)


class WrongType(Errored):
    """Gives a number where a text belongs for the one case."""

    def answer(self, message: Json) -> Json:
        if self.meant(message):
            return {"status": "output", "output": {"x_api_signature": 1}}
        return super().answer(message)


class MoreMembers(Good):
    """Has members that the protocol does not know; legal."""

    def introduction(self, message: Json) -> Json:
        return super().introduction(message) | {"colour": "blue"}

    def answer(self, message: Json) -> Json:
        reply = super().answer(message) | {"elapsed": [1, {"a": None}]}
        if reply["status"] == "output":
            reply["output"] = reply["output"] | {"more": {"x": 1}}
        return reply


class NoSuchStatus(Errored):
    """Has a status that the protocol does not know for the one case."""

    def answer(self, message: Json) -> Json:
        return {"status": "maybe"} if self.meant(message) else super().answer(message)


class HugeStages(Good):
    """Shows a stage of 1 MiB with each case."""

    def answer(self, message: Json) -> Json:
        reply = super().answer(message)
        if reply.get("stages"):
            reply["stages"]["canonical_headers"] += "x" * 2**20
        return reply


class NeedsNoCredential(Good):
    """Signs cases that come without a credential with the one of the documentation."""

    def answer(self, message: Json) -> Json:
        if message["credential"] is None:
            self.credentials[None] = {
                "app_key": "ExampleAppKey0001",
                "app_secret": "00112233445566778899aabbccddeeff" * 2,
                "access_token": "m_ExampleToken.ABCdef-0123456789_made.up",
            }
        return super().answer(message)


# Breaking.


class CrashAt(Good):
    """Leaves at the Nth case of each process; the argument is N."""

    def run(self, message: Json) -> None:
        if self.runs == int(self.arguments[0]):
            os._exit(3)
        super().run(message)


class Crash(Good):
    """Leaves at the one case, with words on standard error."""

    def run(self, message: Json) -> None:
        if self.meant(message):
            sys.stderr.write("first\nlast words\n")
            sys.stderr.flush()
            os._exit(7)
        super().run(message)


class CrashAtEither(Good):
    """Leaves at each of the cases whose timestamps are given."""

    def run(self, message: Json) -> None:
        if message["input"].get("timestamp") in self.arguments:
            os._exit(7)
        super().run(message)


class Segfault(Good):
    """Dies of a signal at the one case."""

    def run(self, message: Json) -> None:
        if self.meant(message):
            os.kill(os.getpid(), signal.SIGSEGV)
        super().run(message)


class DiesOfRealTimeSignal(Good):
    """Dies of a signal that has no name."""

    def run(self, message: Json) -> None:
        if self.meant(message):
            os.kill(os.getpid(), signal.SIGRTMIN + 3)
        super().run(message)


class CrashAlways(Good):
    """Leaves at any case."""

    def run(self, message: Json) -> None:  # noqa: ARG002
        os._exit(9)


class CrashOnce(Good):
    """Leaves at the one case, the first time only."""

    def run(self, message: Json) -> None:
        if self.meant(message) and self.once():
            os._exit(5)
        super().run(message)


class CrashThenNoStart(Good):
    """Leaves at the one case and cannot be started again."""

    def start(self, message: Json) -> None:
        if Path(self.arguments[-1]).exists():
            os._exit(6)
        super().start(message)

    def run(self, message: Json) -> None:
        if self.meant(message) and self.once():
            os._exit(5)
        super().run(message)


class Hang(Good):
    """Stops answering at the one case."""

    def run(self, message: Json) -> None:
        if self.meant(message):
            time.sleep(1000)
        super().run(message)


class HangAlways(Good):
    """Never answers a case."""

    def run(self, message: Json) -> None:
        """Forget it."""


class HangInStart(Good):
    """Sleeps before it reads anything."""

    def main(self) -> None:
        time.sleep(1000)


class DeafInStart(Good):
    """Reads everything and never says who it is."""

    def start(self, message: Json) -> None:
        """Forget it."""


class ExitAtOnce(Good):
    """Leaves content before it reads anything."""

    def main(self) -> None:
        sys.exit(0)


class ExitAtOnceBadly(Good):
    """Cannot import what it needs."""

    def main(self) -> None:
        sys.exit("ImportError: no module named longport")


class NoCredential(Good):
    """Takes no credential that is not the main one."""

    def prepare(self, message: Json) -> None:
        if message["credential"].endswith("/main"):
            super().prepare(message)
        else:
            self.say({"seq": message["seq"], "status": "errored", "message": "bad key"})


class NoCredentialMutely(NoCredential):
    """As NoCredential, without a word."""

    def say(self, reply: Json) -> None:
        super().say({name: value for name, value in reply.items() if name != "message"})


class RejectsCredential(NoCredential):
    """Refuses in time, with a reason, every credential that is not the main one."""

    def say(self, reply: Json) -> None:
        if reply.get("status") == "errored":
            reply = reply | {"status": "rejected", "reason": "empty-credential"}
        super().say(reply)


class SkipsCredential(NoCredential):
    """Cannot take any credential that is not the main one."""

    def say(self, reply: Json) -> None:
        if reply.get("status") == "errored":
            reply = reply | {"status": "skipped"}
        super().say(reply)


class HangInPrepare(Good):
    """Stops answering when it is handed a credential that is not the main one."""

    def prepare(self, message: Json) -> None:
        if not message["credential"].endswith("/main"):
            time.sleep(1000)
        super().prepare(message)


class CrashInPrepare(Good):
    """Leaves when it is handed a credential that is not the main one."""

    def prepare(self, message: Json) -> None:
        if not message["credential"].endswith("/main"):
            os._exit(8)
        super().prepare(message)


class PreparesTwice(Good):
    """Answers the handing over of a credential twice."""

    def prepare(self, message: Json) -> None:
        super().prepare(message)
        super().prepare(message)


# Babble.


class Banner(Good):
    """Greets before it says who it is."""

    def start(self, message: Json) -> None:
        self.write(b"Welcome to the SDK!\n")
        super().start(message)


class Babble(Good):
    """Writes what is no JSON before its answer to the one case."""

    text = b"DEBUG signing\n"

    def reply(self, reply: Json, message: Json) -> None:
        if self.meant(message):
            self.write(self.text)
        super().reply(reply, message)


class BabbleAlways(Good):
    """Writes a debugging line before each answer."""

    def reply(self, reply: Json, message: Json) -> None:
        self.write(b"DEBUG signing\n")
        super().reply(reply, message)


class BlankLine(Babble):
    text = b"\n"


class NotUtf8(Babble):
    text = b"\xff\xfe\n"


class JsonText(Babble):
    text = b'"DEBUG"\n'


class FloatInJson(Babble):
    text = b'{"seq": 1.0, "status": "output"}\n'


class Duplicate(Babble):
    text = b'{"seq": 5, "seq": 5, "status": "output"}\n'


class LoneSurrogate(Babble):
    text = b'{"seq": 5, "status": "errored", "message": "\\ud800"}\n'


class WrongSeqType(Babble):
    text = b'{"seq": "5", "status": "output"}\n'


class UnknownSeq(Babble):
    text = b'{"seq": 99999, "status": "output"}\n'


class TooLong(Babble):
    """Writes one octet more than a line may have."""

    text = b'{"seq": 5, "message": "' + b"x" * (8 * 1024 * 1024 - 24) + b'"}\n'


class Deep(Babble):
    text = b'{"seq": 5, "status": "output", "output": {"a": ' + b"[" * 10**5 + b"\n"


class LongBadMember(Babble):
    text = b'{"seq": 5, "status": "' + b"x" * 1_000_000 + b'"}\n'


class LongestLine(Good):
    """Answers the one case with a line of just the greatest length; legal."""

    def reply(self, reply: Json, message: Json) -> None:
        octets = json.dumps(reply | {"message": ""}).encode()
        if self.meant(message):
            size = 8 * 1024 * 1024 - len(octets) - 1
            self.write(json.dumps(reply | {"message": "x" * size}).encode() + b"\n")
        else:
            self.say(reply)


class Endless(Good):
    """Writes without end and without a line end at the one case."""

    def reply(self, reply: Json, message: Json) -> None:
        while self.meant(message):
            self.write(b"x" * 65536)
        super().reply(reply, message)


class Truncated(Good):
    """Leaves in the middle of its answer to the one case."""

    def reply(self, reply: Json, message: Json) -> None:
        if self.meant(message):
            self.write(json.dumps(reply).encode()[:40])
            os._exit(0)
        super().reply(reply, message)


class NoLastLineEnd(Good):
    """Answers the one case without a line end and leaves."""

    def reply(self, reply: Json, message: Json) -> None:
        if self.meant(message):
            self.write(json.dumps(reply).encode())
            os._exit(0)
        super().reply(reply, message)


class Crlf(Good):
    """Ends lines as Windows does; legal."""

    def say(self, reply: Json) -> None:
        self.write(json.dumps(reply).encode() + b"\r\n")


class InPieces(Good):
    """Writes every octet on its own; legal."""

    def say(self, reply: Json) -> None:
        for octet in json.dumps(reply | {"stages": {}}).encode() + b"\n":
            self.write(bytes([octet]))


class FloodsStderr(Good):
    """Writes 50 MB to standard error in the course of the run."""

    def reply(self, reply: Json, message: Json) -> None:
        sys.stderr.write(("x" * 99 + "\n") * 20_000)
        super().reply(reply, message)

    def end(self) -> None:
        sys.stderr.write("the end\n")


class ClosesOutput(Good):
    """Closes its output at the one case, and runs on."""

    def run(self, message: Json) -> None:
        if self.meant(message):
            os.close(1)
            time.sleep(1000)
        super().run(message)


# Answering other than once and in order.


class Backwards(Good):
    """Gathers cases and answers them in reverse; legal, for order is free."""

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.held: list[Json] = []

    def reply(self, reply: Json, message: Json) -> None:  # noqa: ARG002
        self.held.append(reply)
        if len(self.held) == int(self.arguments[0]):
            self.let_go(reversed(self.held))
            self.held = []

    def let_go(self, replies: Iterable[Json]) -> None:
        for reply in replies:
            self.say(reply)


class Twice(Good):
    """Answers the one case twice at once."""

    def reply(self, reply: Json, message: Json) -> None:
        super().reply(reply, message)
        if self.meant(message):
            super().reply(reply, message)


class TwiceLater(Good):
    """Answers the one case again after the next."""

    again: Json | None = None

    def reply(self, reply: Json, message: Json) -> None:
        super().reply(reply, message)
        if self.again is not None:
            self.say(self.again)
            self.again = None
        if self.meant(message):
            self.again = reply


class TwiceAtTheEnd(Good):
    """Answers the one case again at the end of the input."""

    again: Json | None = None

    def reply(self, reply: Json, message: Json) -> None:
        super().reply(reply, message)
        if self.meant(message):
            self.again = reply

    def end(self) -> None:
        if self.again is not None:
            self.say(self.again)


class TwiceForEver(Good):
    """Answers the case before the one case again and again, and the one case never."""

    last: Json | None = None

    def reply(self, reply: Json, message: Json) -> None:
        while self.meant(message):
            if self.last is None:
                time.sleep(1000)
            else:
                self.say(self.last)
        self.last = reply
        super().reply(reply, message)


class SaysGoodbye(Good):
    """Writes what is no JSON at the end of the input."""

    def end(self) -> None:
        self.write(b"bye\n")


class EndlessGoodbye(Good):
    """Writes without end and without a line end at the end of the input."""

    def end(self) -> None:
        while True:
            self.write(b"x" * 65536)


class FloodsAtTheEnd(Good):
    """Writes lines without end at the end of the input."""

    def end(self) -> None:
        while True:
            self.write(b"\n" * 65536)


class OneAtATime(Good):
    """Can hold one request, and breaks when it gets more before it has answered."""

    window = 1
    most = 1

    def main(self) -> None:
        os.set_blocking(0, False)
        buffered = b""
        while True:
            try:
                got = os.read(0, 1 << 20)
            except BlockingIOError:
                time.sleep(0.0005)
                continue
            if not got:
                return
            buffered += got
            *lines, buffered = buffered.split(b"\n")
            if len(lines) > self.most:
                sys.exit(f"{len(lines)} requests at once")
            for line in lines:
                message = json.loads(line)
                {"start": self.start, "prepare": self.prepare, "run": self.run}[message["type"]](
                    message
                )


class Wide(Backwards):
    """Can hold 1,024 requests, and answers when it has as many as the argument says."""

    window = 1024


# What is wrong in the introduction.


class NothingOffered(Good):
    """Offers no operation."""

    operations: ClassVar[Json] = {}


class OtherScheme(Good):
    """Offers the operations of a scheme that nobody knows."""

    operations: ClassVar[Json] = {"acme-hmac": ["sign"]}


class OnlySign(Good):
    """Offers one operation."""

    operations: ClassVar[Json] = {"longbridge-hmac": ["sign", "unheard-of"]}


class Protocol2(Good):
    protocol = 2


class NoWindow(Good):
    window = 0


class OtherSeqInStart(Good):
    """Answers a start that was not sent."""

    def introduction(self, message: Json) -> Json:
        return super().introduction(message) | {"seq": 77}


class HugeName(Good):
    """Gives itself a name of a million letters, in an introduction that lacks the rest."""

    def introduction(self, message: Json) -> Json:
        return {"seq": message["seq"], "x" * 1_000_000: 1}


# Processes.


class IgnoresEndOfInput(Good):
    """Runs on when its input has ended."""

    def end(self) -> None:
        time.sleep(1000)


class IgnoresSignals(IgnoresEndOfInput):
    """Runs on, and cannot be asked to stop."""

    def main(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        super().main()


class Grandchild(Good):
    """Starts a program that holds the pipes; the argument is a file for its process id."""

    new_session = False

    def main(self) -> None:
        with subprocess.Popen(["sleep", "1000"], start_new_session=self.new_session) as process:
            Path(self.arguments[0]).write_text(str(process.pid))
            super().main()
            os._exit(0)


class EscapedGrandchild(Grandchild):
    """Starts a program in a session of its own that holds the pipes."""

    new_session = True


class Forks(Good):
    """Answers from a process that is not the one that was started."""

    def main(self) -> None:
        if os.fork():
            os.wait()
            os._exit(0)
        Path(self.arguments[0]).write_text(str(os.getpid()))
        super().main()


class TellsItsPid(Good):
    """Writes its process id into the file that the first argument names, and waits at a case."""

    def run(self, message: Json) -> None:
        if self.runs == 5:
            Path(self.arguments[0]).write_text(str(os.getpid()))
            time.sleep(1000)
        super().run(message)


# What measures itself.


class Benches(Good):
    """Says how fast it is: as its arguments say, or as it was."""

    features = ("stages", "reasons", "bench")

    def bench(self, message: Json) -> None:
        self.reply({"seq": message["seq"], **self.measured(message)}, message)

    def measured(self, message: Json) -> Json:
        if self.arguments:
            calls, elapsed_ns = map(int, self.arguments)
            answer = self.answer(message)
        else:
            calls, elapsed_ns, started = 0, 0, time.perf_counter_ns()
            while elapsed_ns < message["min_ms"] * 1_000_000:
                answer = self.answer(message)
                calls, elapsed_ns = calls + 1, time.perf_counter_ns() - started
        return answer | {"iterations": calls, "elapsed_ns": elapsed_ns}


class BenchesWithoutNumbers(Benches):
    """Answers as if it were a `run`."""

    def measured(self, message: Json) -> Json:
        return self.answer(message)


class BenchesWrong(Benches):
    """Is right when it is asked once, and wrong when it is measured."""

    def measured(self, message: Json) -> Json:
        return super().measured(message) | {"output": {"x_api_signature": "fast"}}


class BenchesBadly(Benches):
    """Says what is no number of calls."""

    def measured(self, message: Json) -> Json:
        return super().measured(message) | {"iterations": -1}


class BenchSkips(Benches):
    """Has the feature, and then not for this."""

    def measured(self, message: Json) -> Json:  # noqa: ARG002 - as above
        return {"status": "skipped", "message": "too slow"}


class BenchBreaks(Benches):
    """Has an exception nobody meant."""

    def measured(self, message: Json) -> Json:  # noqa: ARG002 - as above
        return {"status": "errored", "message": "stack overflow"}


class BenchDies(Benches):
    """Cannot stand the load."""

    def bench(self, message: Json) -> None:  # noqa: ARG002 - as above
        sys.stderr.write("out of memory\n")
        sys.stderr.flush()
        os._exit(9)


class BenchHangs(Benches):
    """Never comes to an end."""

    def bench(self, message: Json) -> None:  # noqa: ARG002 - as above
        time.sleep(1000)


class BenchTellsItsPid(Benches):
    """Writes its process id into the file that the first argument names, and waits there."""

    def bench(self, message: Json) -> None:  # noqa: ARG002 - as above
        Path(self.arguments[0]).write_text(str(os.getpid()))
        time.sleep(1000)


class BenchBabbles(Benches):
    """Prints its figures for people."""

    def bench(self, message: Json) -> None:  # noqa: ARG002 - as above
        self.write(b"12345 signatures a second\n")


class BenchTwice(Benches):
    """Answers each question twice, so that the second answer meets the next question."""

    def reply(self, reply: Json, message: Json) -> None:
        super().reply(reply, message)
        super().reply(reply, message)


class BenchNoCredential(RejectsCredential, Benches):
    """Does not take the credential."""


class BenchHangsInPrepare(HangInPrepare, Benches):
    """Hangs as soon as it is handed a credential."""


if __name__ == "__main__":
    _misbehaviour = globals()[sys.argv[1]](sys.argv[2:])
    _misbehaviour.main()
