"""What httpx sends with `ShioajiAuth`, and where it does not."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from signers.shioaji import Credentials, InsecureUrl, RedirectFollowed
from signers.shioaji.auth import ShioajiAuth

KEY, SECRET = "EXAMPLEKEY", "4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw"
AUTH = ShioajiAuth(Credentials.load(KEY, SECRET))

Sent = list[tuple[str, str | None]]


def send(
    url: str, answer: Callable[[httpx.Request], httpx.Response], *, asynchronous: bool
) -> None:
    transport = httpx.MockTransport(answer)

    async def run() -> None:
        async with httpx.AsyncClient(
            transport=transport, auth=AUTH, follow_redirects=True
        ) as client:
            await client.get(url)

    if asynchronous:
        asyncio.run(run())
        return
    with httpx.Client(transport=transport, auth=AUTH, follow_redirects=True) as client:
        client.get(url)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/api/v1/health",
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/",
        "https://a.example.test/",
    ],
)
def test_what_arrives(url: str, *, asynchronous: bool) -> None:
    sent: Sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((str(request.url), request.headers.get("Authorization")))
        return httpx.Response(200)

    send(url, answer, asynchronous=asynchronous)
    assert sent == [(url, f"Bearer {KEY}:{SECRET}")]


@pytest.mark.parametrize("url", ["http://a.example.test/", "http://192.0.2.1:8080/"])
def test_nothing_leaves_unencrypted(url: str) -> None:
    sent: Sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((str(request.url), None))
        return httpx.Response(200)

    with pytest.raises(InsecureUrl) as caught:
        send(url, answer, asynchronous=False)
    assert (sent, caught.value.origin) == ([], url.removesuffix("/"))


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_redirect_gets_no_secret(*, asynchronous: bool) -> None:
    sent: Sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((str(request.url), request.headers.get("Authorization")))
        if request.url.host == "a.example.test":
            return httpx.Response(307, headers={"Location": "https://b.example.test/x"})
        return httpx.Response(200)

    with pytest.raises(RedirectFollowed) as caught:
        send("https://a.example.test/", answer, asynchronous=asynchronous)
    assert caught.value.hops == ("https://a.example.test", "https://b.example.test")
    assert sent == [
        ("https://a.example.test/", f"Bearer {KEY}:{SECRET}"),
        ("https://b.example.test/x", None),
    ]
