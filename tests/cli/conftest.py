"""A credential in the environment, and the command line run in this process."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from signproof.cli import signproof

Run = Callable[..., tuple[int, str, str]]

KEY = "ExampleAppKey0001"
SECRET = "00112233445566778899aabbccddeeff" * 2
TOKEN = "m_ExampleToken.ABCdef-0123456789_made.up"
VARIABLES = ("APP_KEY", "APP_SECRET", "ACCESS_TOKEN")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(VARIABLES, (KEY, SECRET, TOKEN), strict=True):
        monkeypatch.setenv(f"LONGBRIDGE_{name}", value)
        monkeypatch.delenv(f"LONGPORT_{name}", raising=False)


@pytest.fixture
def run() -> Run:
    """Run a command; what it gives is exit code, standard output and standard error."""

    def run(*arguments: str, given: str | bytes | None = None) -> tuple[int, str, str]:
        result = CliRunner().invoke(signproof, list(arguments), input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return run
