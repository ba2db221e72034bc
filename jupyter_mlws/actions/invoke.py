"""Invoke: one request to an endpoint, for the test form and the command line."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from jupyter_mlws.actions.keys import show
from jupyter_mlws.actions.serving import describe
from jupyter_mlws.backend import Backend
from jupyter_mlws.errors import TargetUnreachable
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import Answer, Invocation

PATIENCE_S = 70.0


def invoke(backend: Backend, name: str, asked: Invocation) -> Answer:
    """Send a request with the primary key; what came back, whatever its status.

    Raises
    ------
    NotFound
        No such endpoint.
    TargetUnreachable
        Nobody answers at its address.
    """
    endpoint = describe(backend, name)
    key = show(backend, name).primary
    where = urlsplit(str(endpoint.scoring_uri))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(where.netloc, timeout=PATIENCE_S)
    began = time.perf_counter()
    try:
        connection.request("POST", where.path, codec.encode(asked.data), headers)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise TargetUnreachable(
            f"{name} does not answer at {endpoint.scoring_uri} ({endpoint.state.value}); "
            f"see its log with: mlws endpoint logs {name}."
        ) from error
    finally:
        connection.close()
    took = (time.perf_counter() - began) * 1000
    return Answer(status=response.status, body=_read(body), duration_ms=round(took, 3))


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
