"""Sockets: the public port, the administrator's socket, and patience with slow clients."""

import asyncio
import hashlib
import os
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_S, BODY_S, KEEP_ALIVE_S = 10.0, 30.0, 75
HEADER_BYTES = 64 * 1024
CONNECTIONS = 900  # below the usual limit of open files
SOCKET, ELSEWHERE = "admin.sock", "admin.path"
PATH_BYTES = 100  # a unix socket's path may have 107, 103 on macOS


class Corked:
    """A transport that can send the two parts of an answer, which uvicorn writes, in one."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._first: bytes | None = None
        self._cork = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def cork(self) -> None:
        """Hold the next write back until the one after it."""
        self._cork = True

    def write(self, data: bytes) -> None:
        if self._cork:
            self._first, self._cork = data, False
        elif self._first is not None:
            whole, self._first = self._first + data, None
            self._transport.write(whole)
        else:
            self._transport.write(data)


class Patient(HttpToolsProtocol):
    """HTTP that hangs up on who sends nothing, too slowly, or headers without end.

    A request finds its connection in ``scope["state"]``, to ask whether the client has left.
    """

    _timer: asyncio.TimerHandle | None = None
    _in_headers = True
    _header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(cast(asyncio.Transport, Corked(transport)))
        if len(self.connections) > CONNECTIONS:
            transport.close()
        self._set_timer(HEADER_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._set_timer(None)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["connection"] = self
        self._in_headers = True

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._header_bytes = 0
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES:
                self.transport.close()
            if self._timer is None:
                self._set_timer(HEADER_S)
        elif self.cycle is not None and self.cycle.more_body:
            self._set_timer(BODY_S)
        elif self._timer is not None:
            self._set_timer(None)

    def cork(self) -> None:
        """Send the head of the answer together with its body, which must follow."""
        cast(Corked, self.transport).cork()

    @property
    def gone(self) -> bool:
        return self.transport.is_closing()

    def _set_timer(self, delay_s: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        close = self.transport.close
        self._timer = None if delay_s is None else self.loop.call_later(delay_s, close)


class Listener(uvicorn.Server):
    """A uvicorn server that leaves the signals to the router, which has two of them."""

    def __init__(self, app: Any, graceful_s: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Patient,
                proxy_headers=False,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=graceful_s,
                backlog=1024,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def public_socket(address: str, port: int, patience_s: float = 3.0) -> socket.socket:
    """The bound port; waits a moment for a router that is just leaving. Raises OSError."""
    until = time.monotonic() + patience_s
    while True:
        sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((address, port))
            sock.listen(1024)
        except OSError:
            sock.close()
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return sock


def admin_socket(folder: Path) -> socket.socket:
    """The administrator's socket, for the owner alone; `find_admin` tells where it is."""
    path = folder / SOCKET
    note = folder / ELSEWHERE
    if len(os.fsencode(path)) > PATH_BYTES:
        path = _short_home() / (hashlib.sha256(os.fsencode(folder)).hexdigest()[:16] + ".sock")
        note.write_text(str(path))
    else:
        note.unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        path.unlink()
    sock = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
    finally:
        os.umask(before)
    sock.listen(16)
    return sock


def _short_home() -> Path:
    """A folder that is ours alone. Raises PermissionError where another user was there first."""
    home = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"mlws-{os.getuid()}"
    home.mkdir(mode=0o700, exist_ok=True)
    found = home.lstat()
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077 or home.is_symlink():
        raise PermissionError(f"{home} does not belong to this user alone; remove it.")
    return home


def holder(port: int) -> str:
    """Who listens on a port, in words, where the system lets us see it."""
    try:
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return "another process"
    wanted = f":{port:04X}"
    sockets = {f"socket:[{r[9]}]" for r in rows if r[1].endswith(wanted) and r[3] == "0A"}
    for entry in Path("/proc").glob("[0-9]*/fd/*"):
        with suppress(OSError):
            if os.readlink(entry) in sockets:
                pid = entry.parts[2]
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                return f"process {pid} ({command[:120].decode(errors='replace').strip()})"
    return "another process"
