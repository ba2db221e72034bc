"""Answers MLflow clients on loopback, a thread a connection.

Imported by the shim at the first connection: a run that does not use MLflow does not pay.
"""

from __future__ import annotations

import hmac
import socket
import sys
import threading
from typing import Any

from jupyter_mlws.shim.mlflow import models, protocol, registry
from jupyter_mlws.shim.mlflow.exchange import Refused, Request, answer, read_request
from jupyter_mlws.shim.mlflow.ledger import Ledger

IDLE_S = 600.0
PREFIXES = ("/api/2.0/mlflow/", "/api/3.0/mlflow/", "/ajax-api/2.0/mlflow/")


def serve(listening_socket: Any, home: str, spec: dict[str, Any], token: str) -> None:
    """Answer until the socket is closed; blocks, so it runs in a thread of its own.

    Parameters
    ----------
    listening_socket
        Bound to 127.0.0.1 and listening, a `socket.socket` or a `_socket.socket`.
    home
        The attempt's directory.
    spec
        spec.json as it was read.
    token
        What clients carry as bearer token (``MLFLOW_TRACKING_TOKEN``).
    """
    ledger = Ledger(home, spec)
    with socket.socket(fileno=listening_socket.detach()) as listener:
        listener.setblocking(True)
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # closed: the run is over
            threading.Thread(
                target=_converse, args=(connection, ledger, token), daemon=True
            ).start()


def _converse(connection: socket.socket, ledger: Ledger, token: str) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.settimeout(IDLE_S)
    with connection, connection.makefile("rb") as stream:
        try:
            while _answer_one(connection, stream, ledger, token):
                pass
        except OSError:
            return  # the client went away; so may its answer


def _answer_one(connection: socket.socket, stream: Any, ledger: Ledger, token: str) -> bool:
    """Read and answer one request; whether another may follow."""
    try:
        request = read_request(stream)
        if request is None:
            return False
    except Refused as refusal:
        answer(connection, refusal.status, refusal.body(), close=True)
        return False
    status, body = _respond(request, ledger, token)
    answer(connection, status, body, close=request.last)
    return not request.last


def _respond(request: Request, ledger: Ledger, token: str) -> tuple[int, dict[str, Any]]:
    try:
        _admit(request, token)
        return 200, _dispatch(request, ledger)
    except Refused as refusal:
        return refusal.status, refusal.body()
    except Exception as error:  # noqa: BLE001 - the edge: a bad request must not end the shim
        sys.stderr.write(f"mlws: mlflow {request.path}: {error!r}\n")
        unread = Refused("INVALID_PARAMETER_VALUE", f"{type(error).__name__}: {error}")
        return unread.status, unread.body()


def _admit(request: Request, token: str) -> None:
    said = request.headers.get("authorization", "")
    if not hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
        raise Refused(
            "UNAUTHENTICATED",
            "This is another run's MLflow address: MLFLOW_TRACKING_TOKEN is not its.",
        )


def _dispatch(request: Request, ledger: Ledger) -> dict[str, Any]:
    for prefix in PREFIXES:
        if request.path.startswith(prefix):
            verb = request.path[len(prefix) :].strip("/")
            break
    else:
        raise Refused("ENDPOINT_NOT_FOUND", f"There is no {request.path} inside a run.")
    arguments = request.arguments()
    if verb.split("/")[0] == "logged-models":
        with ledger.lock:
            return models.respond(ledger, request.method, verb.split("/")[1:], arguments)
    if verb.split("/")[0] in ("registered-models", "model-versions"):
        return registry.respond(ledger, verb, arguments)
    handler = protocol.VERBS.get(verb)
    if handler is None:
        raise Refused("ENDPOINT_NOT_FOUND", f"mlflow/{verb} does not exist inside a run.")
    with ledger.lock:
        return handler(ledger, arguments)
