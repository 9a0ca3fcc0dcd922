"""The network namespace, always entered by a process made for it."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from signproof import sandbox

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")

LOOK = """
import errno, os, socket, sys
from signproof import sandbox
{before}
sandbox.enter()

def tried(what):
    try:
        return what()
    except OSError as error:
        return type(error).__name__, errno.errorcode.get(error.errno, error.errno)

def connected(address):
    with socket.create_connection(address, 60):
        return "connected"

def bound(port):
    with socket.create_server(("127.0.0.1", port)):
        return "bound"

with socket.create_server(("127.0.0.1", 0)) as server:
    print("loopback", tried(lambda: connected(server.getsockname())))
print("outside", tried(lambda: connected(("192.0.2.1", 80))))
print("outside by v6", tried(lambda: connected(("2001:db8::1", 80))))
print("name", tried(lambda: socket.getaddrinfo("signproof.example", 80))[0])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    print("name server", tried(lambda: asking.sendto(b"", ("192.0.2.53", 53))))
print("port 80", tried(lambda: bound(80)))
print("interfaces", [name for _, name in socket.if_nameindex()])
print("who", os.getuid() == {uid}, os.stat("/").st_uid)
"""
# What another user may not be able to read is imported before.
UNPRIVILEGED = """
import ctypes, encodings.ascii, encodings.idna, fcntl
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
ctypes.CDLL(None).prctl(4, 1)  # PR_SET_DUMPABLE: who changed its user does not own its own /proc
"""
SEEN = """\
loopback connected
outside ('OSError', 'ENETUNREACH')
outside by v6 {by_v6}
name gaierror
name server ('OSError', 'ENETUNREACH')
port 80 bound
interfaces ['lo']
who True {owner}
"""


def _inside(before: str, uid: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(before=before, uid=uid)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        # This user may not write what was measured.
        env={name: value for name, value in os.environ.items() if "COVERAGE" not in name},
    )
    assert done.stderr == ""
    return done.stdout


def _needed() -> None:
    """Skip where there is no namespace to be had; CI must have one."""
    code = "from signproof import sandbox; print(sandbox.unavailable() or '')"
    why = subprocess.check_output([sys.executable, "-c", code], text=True).strip()
    if why and os.environ.get("CI"):
        pytest.fail(f"CI needs the sandbox: {why}")
    if why:
        pytest.skip(why)


def _seen(owner: int) -> set[str]:
    errors = ("ENETUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT")  # by whether there is IPv6 at all
    return {SEEN.format(by_v6=("OSError", error), owner=owner) for error in errors}


def test_inside_nothing_but_loopback_is_reached() -> None:
    _needed()
    assert _inside("", os.getuid()) in _seen(Path("/").stat().st_uid)


def test_a_user_without_rights_enters_by_a_namespace_of_users() -> None:
    _needed()
    if os.getuid() != 0:
        pytest.skip("only root can become another; an ordinary user shows it in the test above")
    # Of files only its own user's are seen by their owner.
    assert _inside(UNPRIVILEGED, 65534) in _seen(65534)


REFUSES = """
import threading
from signproof import sandbox
waiting = threading.Event()
thread = threading.Thread(target=waiting.wait)
thread.start()
print(sandbox.unavailable())
try:
    sandbox.enter()
except sandbox.SandboxUnavailable as error:
    print(error)
waiting.set()
thread.join()
"""


def test_with_a_thread_it_refuses() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", REFUSES], capture_output=True, text=True, check=False
    )
    why = "it must be entered before any thread is started\n"
    assert (done.stdout, done.stderr) == (why + why, "")


TRIED = """
import errno, os
from signproof import sandbox
{change}
print(sandbox.unavailable())
try:
    sandbox.enter()
except sandbox.SandboxUnavailable as error:
    print(error)
except ZeroDivisionError:
    print("the trial ended early")
else:
    print(None)
"""
NO_UNSHARE = """
def unshare(flags):
    if flags == sandbox._CLONE_NEWNET:
        raise OSError({first}, os.strerror({first}))
    raise OSError({second}, os.strerror({second}))
sandbox._unshare = unshare
"""
NOT_OWNER = """
def written(uid, gid):
    raise PermissionError(errno.EACCES, "Permission denied", "/proc/self/setgroups")
def unshare(flags):
    if flags == sandbox._CLONE_NEWNET:
        raise PermissionError(errno.EPERM, "Operation not permitted")
sandbox._unshare, sandbox._keep_identity = unshare, written
"""
NO_LOOPBACK = """
def up():
    raise PermissionError(errno.EPERM, "Operation not permitted")
sandbox._unshare, sandbox._loopback_up = lambda flags: None, up
"""
ENTERS = """
def unshare(flags):
    if flags == sandbox._CLONE_NEWNET:
        raise PermissionError(errno.EPERM, "Operation not permitted")
sandbox._unshare, sandbox._keep_identity = unshare, lambda uid, gid: None
sandbox._loopback_up = lambda: None
"""
BREAKS = """
def up():
    raise ZeroDivisionError
sandbox._unshare, sandbox._loopback_up = lambda flags: None, up
"""


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            NO_UNSHARE.format(first=errno.EPERM, second=errno.EPERM),
            "this system does not let the user make a network namespace",
        ),
        (
            NO_UNSHARE.format(first=errno.EPERM, second=errno.ENOSPC),
            "this system allows no more user namespaces (user.max_user_namespaces)",
        ),
        (
            NO_UNSHARE.format(first=errno.ENOSPC, second=0),
            "this system allows no more user namespaces (user.max_user_namespaces)",
        ),
        (
            NO_UNSHARE.format(first=errno.ENOSYS, second=0),
            "unshare: Function not implemented",
        ),
        (NOT_OWNER, "/proc/self/setgroups: Permission denied"),
        (NO_LOOPBACK, "loopback cannot be brought up: Operation not permitted"),
        (BREAKS, "the trial ended early"),
        (ENTERS, "None"),
    ],
)
def test_why_there_is_none(change: str, why: str) -> None:
    """In a process of its own: first in a trial, then in earnest."""
    done = subprocess.run(
        [sys.executable, "-c", TRIED.format(change=change)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"{why}\n{why}\n", "")


TRIAL = sandbox.unavailable
"""The function itself, which other tests are kept from."""


@pytest.mark.parametrize(
    ("raised", "why"),
    [
        (None, None),
        (sandbox.SandboxUnavailable("nobody may"), "nobody may"),
        (ZeroDivisionError(), "the trial ended early"),
    ],
)
def test_what_the_trials_child_tells(
    monkeypatch: pytest.MonkeyPatch, raised: Exception | None, why: str | None
) -> None:
    """The child and its parent after one another, in this process."""

    class Exited(Exception):
        pass

    def enter() -> None:
        if raised is not None:
            raise raised

    def leave(code: int) -> None:
        raise Exited(code)

    pipe = os.pipe()
    monkeypatch.setattr(sandbox, "enter", enter)
    monkeypatch.setattr(sandbox, "_has_threads", lambda: False)
    monkeypatch.setattr(os, "pipe", lambda: pipe)
    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(os, "fork", lambda: 0)
    with pytest.raises(Exited, match="0"):
        TRIAL()
    monkeypatch.setattr(os, "fork", lambda: 1)
    monkeypatch.setattr(os, "waitpid", lambda child, _: (child, 0))
    assert TRIAL() == why


def test_elsewhere_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert TRIAL() == "network namespaces exist on Linux only"


def test_unshare_tells_the_errno() -> None:
    with pytest.raises(OSError, match="Invalid argument") as caught:
        sandbox._unshare(-1)  # more than one thing at once that does not exist
    assert caught.value.errno == errno.EINVAL


def test_the_identity_is_written_as_the_kernel_wants_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "Path", lambda _: tmp_path)
    sandbox._keep_identity(1000, 100)
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {"setgroups": "deny", "uid_map": "1000 1000 1", "gid_map": "100 100 1"}


DIRECT = "127.0.0.0/8,::1,localhost,*"


@pytest.mark.parametrize(
    ("environment", "home", "quiet"),
    [
        ({}, None, {"NO_PROXY": DIRECT, "no_proxy": DIRECT}),
        (
            {
                "PATH": "/bin",
                "HOME": "/home/me",
                "HTTP_PROXY": "http://proxy:1",
                "https_proxy": "http://proxy:1",
                "All_Proxy": "socks5://proxy:1",
                "npm_config_https_proxy": "http://proxy:1",
                "NO_PROXY": "example.invalid",
            },
            None,
            {"PATH": "/bin", "HOME": "/home/me", "NO_PROXY": DIRECT, "no_proxy": DIRECT},
        ),
        (
            {"HOME": "/home/me", "XDG_CONFIG_HOME": "/home/me/.config", "PROXY": "1"},
            "/empty",
            {
                "PROXY": "1",
                "NO_PROXY": DIRECT,
                "no_proxy": DIRECT,
                "HOME": "/empty",
                "XDG_CACHE_HOME": "/empty/.cache",
                "XDG_CONFIG_HOME": "/empty/.config",
                "XDG_DATA_HOME": "/empty/.local/share",
            },
        ),
    ],
)
def test_the_quiet_environment(
    environment: dict[str, str], home: str | None, quiet: dict[str, str]
) -> None:
    given = dict(environment)
    assert sandbox.quiet_environment(environment, None if home is None else Path(home)) == quiet
    assert environment == given


OUTSIDE = """
import socket
try:
    socket.create_connection(("192.0.2.1", 80), 1)
except OSError as error:
    print(error.strerror)
"""


def test_wire_closes_the_door(command: Callable[..., tuple[int, str, str]]) -> None:
    _needed()
    code, out, err = command("wire", "longbridge-hmac", "--", sys.executable, "-c", OUTSIDE)
    assert (code, out.splitlines()[0], err) == (3, "Network is unreachable", "")


def test_a_door_that_cannot_be_closed_is_told(
    command: Callable[..., tuple[int, str, str]],
) -> None:
    code = "from signproof import sandbox; sandbox.unavailable = lambda: 'nobody may'"
    words = ("wire", "longbridge-hmac", "--", sys.executable, "-c", "")
    assert command(*words, code=code)[::2] == (
        3,
        "note: no sandbox, so the command can reach the network: nobody may\n",
    )
