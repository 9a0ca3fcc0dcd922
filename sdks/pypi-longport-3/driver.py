"""Sends signproof's requests with the HttpClient of the package longport."""
# ruff: noqa: INP001 - a driver is a program of its own, no part of a package

import json
import sys
from importlib.metadata import version
from pathlib import Path

from longport.openapi import HttpClient, OpenApiException

sys.path.insert(0, str(Path(__file__).parents[1] / "common" / "python"))
from signproof_driver import Request, Response, Skipped, serve


def send(credential: dict[str, str], request: Request) -> Response:
    """Send the request as a user would; the SDK encodes no query and raises for every error."""
    method, target = request.method, request.target
    headers, body = request.header_map(), request.json_body()
    client = HttpClient(
        request.base_url,
        credential["app_key"],
        credential["app_secret"],
        credential["access_token"],
    )
    try:
        for _ in request.laps:
            data = client.request(method, target, headers, body)
    except OpenApiException as error:
        return Response(error=str(error))
    except RuntimeError as error:  # of the conversion to JSON, before anything is sent
        raise Skipped(f"HttpClient.request cannot write this body: {error}") from None
    return Response(body=json.dumps(data).encode())


serve("longport", version("longport"), send)
