"""A replica as the router sees it: a process, a socket to it, and the calls it has."""

import asyncio
import json
import os
import signal
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from jupyter_mlws.scoring import frames
from jupyter_mlws.scoring.config import Config
from jupyter_mlws.scoring.journal import Journal, copy_prints

ENTRY = Path(__file__).parent.parent / "replica.py"  # in the copy (bundle)
FAST_S = 0.005  # a model quicker than this gets calls ahead, so that it never waits for the socket
HANG_UP_S = 1.0  # for a process to end after its socket has
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Headers = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    status: int
    body: bytes
    rows: int = 0
    run_s: float = 0.0
    headers: Headers = []
    replica: int | None = None


def refusal(status: int, code: str, message: str, *headers: tuple[bytes, bytes]) -> Answer:
    body = json.dumps({"code": code, "message": message}).encode()
    return Answer(status, body, headers=list(headers))


class Call:
    """One request on its way to a replica, and the future of its answer."""

    __slots__ = ("answer", "arrived", "body", "gone", "headers", "timer")

    def __init__(self, body: bytes, headers: Headers, gone: Callable[[], bool]) -> None:
        loop = asyncio.get_running_loop()
        self.body = body
        self.headers = headers
        self.gone = gone  # has the client left?
        self.answer: asyncio.Future[Answer] = loop.create_future()
        self.arrived = loop.time()
        self.timer: asyncio.TimerHandle | None = None

    def settle(self, answer: Answer) -> None:
        if self.timer is not None:
            self.timer.cancel()
        if not self.answer.done():
            self.answer.set_result(answer)


class Owner(Protocol):
    """Who gives calls to replicas (admission)."""

    def dispatch(self) -> None: ...
    def lost(self, replica: "Replica") -> None: ...


class Replica(asyncio.Protocol):
    """One process. `ready` is awaited once; `gone` when it has ended, with the reason.

    The process answers in order and one by one, so the first pending call is the one
    that it works on and those behind have not begun.
    """

    def __init__(self, n: int, revision: int, restarts: int, owner: Owner) -> None:
        loop = asyncio.get_running_loop()
        self.n, self.revision, self.restarts = n, revision, restarts
        self.state = "starting"
        self.pid: int | None = None
        self.pending: deque[Call] = deque()
        self.began = 0.0  # since when it works on the first of them
        self.ready: asyncio.Future[None] = loop.create_future()
        self.n_features: int | None = None
        self._loop = loop
        self._owner = owner
        self._ended = False  # then its pid may be another's
        self._reader = frames.Reader()
        self._pace_s = 1.0  # until it has shown that it is fast
        self._wants_headers = False
        self._transport: asyncio.Transport | None = None
        self._process: asyncio.subprocess.Process
        self._last_words: socket.socket
        self._fault: str | None = None

    async def start(self, config: Config, journal: Journal) -> "asyncio.Task[str]":
        """Start the process. The task ends when it does, with why. Raises OSError."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [config.python, str(ENTRY), str(theirs.fileno()), config.name, f"{self.n}"]
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.STDOUT,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,
                    env=_environment(config),
                    cwd=config.code_dir or config.model_dir,
                )
            except OSError:
                ours.close()
                raise
        self.pid = self._process.pid
        self._last_words = ours.dup()
        await self._loop.create_unix_connection(lambda: self, sock=ours)
        setup = ("model_dir", "code_dir", "script", "sample", "n_features")
        self._send(frames.document(frames.SETUP, {name: getattr(config, name) for name in setup}))
        return self._loop.create_task(self._watch(journal))

    async def _watch(self, journal: Journal) -> str:
        assert self._process.stdout is not None
        label = f"replica {self.n} (revision {self.revision})"
        prints = self._loop.create_task(copy_prints(self._process.stdout, journal, label))
        code = await self._process.wait()
        self.kill()  # what it left in its session
        self._ended = True
        self.state = "down"
        if self._transport is not None:
            self._transport.close()
        done, _ = await asyncio.wait([prints], timeout=2)
        last = [line for line in prints.result() if line.strip()] if done else []
        prints.cancel()
        reason = self._fault or f"it {_ending(code)}" + (f": {last[-1]}" if last else "")
        if not self.ready.done():
            self.ready.set_exception(RuntimeError(reason))
            self.ready.exception()  # somebody has looked
        return reason

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is not a subclass

    def data_received(self, data: bytes) -> None:
        self._take(data)
        self._owner.dispatch()

    def _take(self, data: bytes) -> None:
        for kind, payload in self._reader.feed(data):
            if kind == frames.ANSWERED:
                self._answered(payload)
            elif kind == frames.READY:
                facts = json.loads(payload)
                self.n_features = facts["n_features"]
                self._wants_headers = facts["headers"]
                if not self.ready.done():
                    self.ready.set_result(None)
            elif kind == frames.FAILED:
                self._fault = json.loads(payload)["reason"]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who owns it, after what it still said.

        A failed write ends a transport before it has read all that was sent. Without those
        answers the call that killed the process would look as if it had not begun.
        """
        self._transport = None  # uvloop raises at a write to a closed one
        with self._last_words as unread, suppress(OSError):
            while data := unread.recv(65536):
                self._take(data)
        self._owner.lost(self)
        self._loop.call_later(HANG_UP_S, self.kill)  # the process has ended, as a rule

    def room(self, concurrency: int) -> bool:
        depth = concurrency if self._pace_s < FAST_S else 1
        return self.state == "ready" and len(self.pending) < depth

    def ask(self, call: Call) -> None:
        if not self.pending:
            self.began = self._loop.time()
        self.pending.append(call)
        meta = _as_json(call.headers) if self._wants_headers else b""
        length = len(meta).to_bytes(4, "big")
        self._send(frames.frame(frames.SCORE, length, meta, call.body))

    def _answered(self, payload: bytes) -> None:
        call = self.pending.popleft()
        self.began = self._loop.time()
        status, rows, micros, length = frames.ANSWER.unpack_from(payload)
        at = frames.ANSWER.size
        told = json.loads(payload[at : at + length]) if length else {}
        headers = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
        self._pace_s += (micros / 1e6 - self._pace_s) * 0.3
        call.settle(Answer(status, payload[at + length :], rows, micros / 1e6, headers, self.n))

    def stop(self) -> None:
        """Ask it to end; it does so after the call that it works on."""
        if self.state != "down":
            self.state = "draining"
            self._send(frames.frame(frames.STOP))

    def _send(self, content: bytes) -> None:
        if self._transport is not None:  # else it is not there yet, or no more
            self._transport.write(content)

    def kill(self, reason: str | None = None) -> None:
        """End it and all that it started, at once. Nothing where it has ended already."""
        self._fault = self._fault or reason
        if self.pid is not None and not self._ended:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    @property
    def memory_bytes(self) -> int | None:
        if self._ended:
            return None
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return None  # not Linux, or gone
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def record(self) -> dict[str, Any]:
        """As `records.endpoint.Replica`."""
        names = ("n", "revision", "state", "restarts", "memory_bytes")
        fields = {name: getattr(self, name) for name in names}
        pid = None if self._ended else self.pid
        return {**fields, "pid": pid, "in_flight": len(self.pending)}


def _environment(config: Config) -> dict[str, str]:
    threads = str(max(1, (os.cpu_count() or 1) // max(1, config.instances)))
    defaults = dict.fromkeys(THREADS, threads) | {"PYTHONFAULTHANDLER": "1"}
    ours = {"PYTHONUNBUFFERED": "1", "SERVICE_NAME": config.name}
    return {**defaults, **os.environ, **ours, **config.variables}


def _as_json(headers: Headers) -> bytes:
    shown = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name != b"authorization"
    }
    return json.dumps(shown).encode()


def _ending(code: int) -> str:
    if code >= 0:
        return f"exited with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
