"""A network namespace with loopback only, so that a program under test reaches nothing else.

Linux alone has it. What was entered holds for this process and every child started afterwards. It
keeps programs from the network that do not mean to get out: as root a program could enter another
namespace. Filesystem sockets are not isolated: a program can still talk to a local daemon.
"""

import ctypes
import errno
import os
import socket
import struct
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["SandboxUnavailable", "enter", "quiet_environment", "unavailable"]

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
_IFREQ = "16sh22x"
"""Interface name and flags, in a `struct ifreq` of 40 octets."""

_NO_NAMESPACE = {
    errno.EPERM: "this system does not let the user make a network namespace",
    errno.ENOSPC: "this system allows no more user namespaces (user.max_user_namespaces)",
    errno.EINVAL: "it must be entered before any thread is started",
}


class SandboxUnavailable(RuntimeError):
    """There is no network namespace to be had: why, in a clause."""


def unavailable() -> str | None:
    """Return why the sandbox cannot be entered here, None where it can; tried in a child."""
    if sys.platform != "linux":
        return "network namespaces exist on Linux only"
    if _has_threads():  # a forked child has one alone
        return _NO_NAMESPACE[errno.EINVAL]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        reason = "the trial ended early"
        try:
            enter()
            reason = ""
        except SandboxUnavailable as error:
            reason = str(error)
        finally:
            os.write(writing, reason.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode() or None


def enter() -> None:
    """Move this process into a namespace that has a loopback interface and nothing else.

    To be called before any thread is started: the kernel moves only the calling thread. Raises
    SandboxUnavailable, after which nothing has changed or, where the interface could not be
    brought up, not even loopback is reached.
    """
    if _has_threads():
        raise SandboxUnavailable(_NO_NAMESPACE[errno.EINVAL])
    uid, gid = os.getuid(), os.getgid()
    try:
        _unshare(_CLONE_NEWNET)
    except PermissionError:
        try:
            _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        except OSError as error:
            raise _not_here(error) from None
        try:
            _keep_identity(uid, gid)
        except OSError as error:
            raise SandboxUnavailable(f"{error.filename}: {error.strerror}") from None
    except OSError as error:
        raise _not_here(error) from None
    try:
        _loopback_up()
    except OSError as error:
        raise SandboxUnavailable(f"loopback cannot be brought up: {error.strerror}") from None


def _has_threads() -> bool:
    return len(list(Path("/proc/self/task").iterdir())) > 1


def _not_here(error: OSError) -> SandboxUnavailable:
    return SandboxUnavailable(_NO_NAMESPACE.get(error.errno or 0, f"unshare: {error.strerror}"))


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _keep_identity(uid: int, gid: int) -> None:
    """Map the user and group to themselves, so that files look as before."""
    me = Path("/proc/self")
    (me / "setgroups").write_text("deny", "ascii")  # the kernel wants it before gid_map
    (me / "uid_map").write_text(f"{uid} {uid} 1", "ascii")
    (me / "gid_map").write_text(f"{gid} {gid} 1", "ascii")


def _loopback_up() -> None:
    import fcntl  # noqa: PLC0415 - not on every platform, and used only here

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack(_IFREQ, b"lo", 0)
        _, flags = struct.unpack(_IFREQ, fcntl.ioctl(control, _SIOCGIFFLAGS, asked))
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack(_IFREQ, b"lo", flags | _IFF_UP))


def quiet_environment(environment: Mapping[str, str], home: Path | None = None) -> dict[str, str]:
    """Return *environment* without proxies and, where given, with *home*, for a program under test.

    A proxy would be asked in the place of the address given, and what a home folder holds (a
    configuration, a cached login) could point a client elsewhere.
    """
    kept = {
        name: value for name, value in environment.items() if not name.lower().endswith("_proxy")
    }
    # A file in the program's folder may name a proxy all the same; some clients do not read `*`.
    direct = "127.0.0.0/8,::1,localhost,*"
    kept |= {"NO_PROXY": direct, "no_proxy": direct}
    if home is not None:
        folders = {"CACHE": ".cache", "CONFIG": ".config", "DATA": ".local/share"}
        kept["HOME"] = str(home)
        kept |= {f"XDG_{name}_HOME": str(home / folder) for name, folder in folders.items()}
    return kept
