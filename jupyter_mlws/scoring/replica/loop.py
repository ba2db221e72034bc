"""A replica: one process, one model, one request at a time, until the router is gone.

Runs in the model's own interpreter, so it needs nothing but Python ≥ 3.8. Requests are
answered one by one, on the main thread: neither Azure's entry scripts nor most models
promise to be thread-safe. More at once is what more replicas are for.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections import deque
from typing import Any, Union

from jupyter_mlws.scoring import frames
from jupyter_mlws.scoring.replica.answer import Answer, BadRequest, refusal
from jupyter_mlws.scoring.replica.plain import PlainModel
from jupyter_mlws.scoring.replica.script import EntryScript

Model = Union[PlainModel, EntryScript]
READ_BYTES = 64 * 1024  # above 128 kB each read would map memory anew


def main(descriptor: int) -> int:
    """Serve on an inherited socket; the exit code."""
    router = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)
    die_with_router(router)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the router's
    conversation = Conversation(router)
    kind, payload = conversation.next()
    if kind != frames.SETUP:
        return 1
    setup = json.loads(payload)
    try:
        model = load(setup)
    except Exception as error:  # noqa: BLE001  (edge: the user's init() may raise anything)
        traceback.print_exc()
        sys.stderr.flush()
        reason = traceback.format_exception_only(type(error), error)[-1].strip()
        router.sendall(frames.document(frames.FAILED, {"reason": reason}))
        return 3
    facts = {"n_features": model.n_features, "headers": model.wants_headers}
    router.sendall(frames.document(frames.READY, facts))
    serve(conversation, model)
    return 0


def load(setup: dict[str, Any]) -> Model:
    os.environ["AZUREML_MODEL_DIR"] = setup["model_dir"]
    if not setup.get("script"):
        os.chdir(setup["model_dir"])
        return PlainModel(setup)
    os.environ["AZUREML_ENTRY_SCRIPT"] = setup["script"]
    os.environ["AML_APP_ROOT"] = setup["code_dir"]
    os.environ["AZUREML_SOURCE_DIRECTORY"] = setup["code_dir"]
    os.chdir(setup["code_dir"])
    folder = os.path.dirname(os.path.join(setup["code_dir"], setup["script"]))
    sys.path[:0] = list(dict.fromkeys([folder, setup["code_dir"]]))
    return EntryScript(setup)


class Conversation:
    """Frames from the router, one after the other."""

    def __init__(self, router: socket.socket) -> None:
        self.router = router
        self._reader = frames.Reader()
        self._arrived: deque[tuple[int, bytes]] = deque()

    def next(self) -> tuple[int, bytes]:
        """Block until there is a frame; STOP once the router has hung up."""
        while not self._arrived:
            data = self.router.recv(READ_BYTES)
            if not data:
                return frames.STOP, b""
            self._arrived.extend(self._reader.feed(data))
        return self._arrived.popleft()


def serve(conversation: Conversation, model: Model) -> None:
    while True:
        kind, payload = conversation.next()
        if kind == frames.STOP:
            return
        length = int.from_bytes(payload[:4], "big")
        headers = json.loads(payload[4 : 4 + length]) if length else {}
        began = time.perf_counter()
        answer = ask(model, payload[4 + length :], headers)
        conversation.router.sendall(pack(answer, time.perf_counter() - began))


def ask(model: Model, body: bytes, headers: dict[str, str]) -> Answer:
    try:
        return model.score(body, headers)
    except BadRequest as error:
        return refusal(400, "invalid", str(error))
    except Exception:  # noqa: BLE001  (edge: the user's model may raise anything)
        traceback.print_exc()
        return refusal(500, "model_failed", "The model failed; the endpoint's log says how.")


def pack(answer: Answer, took_s: float) -> bytes:
    headers = json.dumps(answer.headers).encode() if answer.headers else b""
    micros = min(int(took_s * 1e6), 0xFFFFFFFF)
    head = frames.ANSWER.pack(answer.status, answer.rows, micros, len(headers))
    return frames.frame(frames.ANSWERED, head, headers, answer.body)


def die_with_router(router: socket.socket) -> None:
    """Leave no replica behind a router that was killed.

    The kernel sees to it on Linux. Elsewhere a thread does, which a native call that
    keeps the interpreter's lock can hold up.
    """
    parent = os.getppid()
    if sys.platform == "linux":
        try:
            import ctypes  # noqa: PLC0415  (an interpreter may be built without it)

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        except (ImportError, OSError, AttributeError):
            pass
        if os.getppid() != parent:
            os._exit(1)
    threading.Thread(target=_watch, args=(router.fileno(),), daemon=True).start()


def _watch(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, 0)  # hang-up is always told
    poll.poll()
    os._exit(1)
