"""A Python kernel in the run's own interpreter, spoken to over sockets in a folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from queue import Empty
from typing import Any

from jupyter_mlws.shim.notebook_outputs import Outputs

READY_S = 120.0
LEAVE_S = 10.0
LOOK_S = 0.5
SOCKET_CHARS = 90  # the path of a unix socket has at most 107
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


class KernelDied(Exception):
    """How, in some words."""


class Kernel:
    """A context: the kernel lives in it. It dies with this process, however that ends.

    Parameters
    ----------
    folder
        The notebook's: modules beside it are found, as beside a script.
    """

    def __init__(self, folder: str) -> None:
        self._place = tempfile.mkdtemp(prefix="mlws-")
        if len(self._place) > SOCKET_CHARS:
            os.rmdir(self._place)
            self._place = tempfile.mkdtemp(prefix="mlws-", dir="/tmp")
        connection = self._describe()
        known = os.environ.get("PYTHONPATH")
        beside = os.path.abspath(folder)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ipykernel_launcher", "-f", connection],
            stdin=subprocess.DEVNULL,
            env={
                **os.environ,
                "PYTHONPATH": f"{known}{os.pathsep}{beside}" if known else beside,
                "JPY_PARENT_PID": str(os.getpid()),
            },
        )
        self._client = _client(connection)  # loaded while the kernel starts

    def __enter__(self) -> Kernel:
        try:
            self._client.start_channels(stdin=False, hb=False)
            self._wait_until_ready()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and self._process.poll() is None:
            self._process.terminate()  # whatever it does now is not waited for
        self._end()

    def execute(self, code: str, outputs: Outputs) -> str | None:
        """Execute a cell; the error it raised, as ``Name: text``, or None.

        Raises
        ------
        KernelDied
            It is gone, or was about to go (``exit()``).
        """
        request = self._client.execute(code, allow_stdin=False)
        outputs.asked(request)
        error = None
        while True:
            message = self._news()
            if message is None:
                continue
            kind, content = message["msg_type"], message["content"]
            answers = message["parent_header"].get("msg_id")
            outputs.take(kind, content, answers)
            if answers == request and kind == "error":
                error = f"{content['ename']}: {content['evalue']}"
            if answers == request and kind == "status" and content["execution_state"] == "idle":
                break
        self._reply(request)
        return error

    def _reply(self, request: str) -> None:
        """Take the cell's reply, which says whether the kernel was asked to exit."""
        until = time.monotonic() + LEAVE_S
        while time.monotonic() < until:
            try:
                reply = self._client.get_shell_msg(timeout=LOOK_S)
            except Empty:
                self._look()
                continue
            if reply["parent_header"].get("msg_id") == request:
                payload = reply["content"].get("payload") or ()
                if any(part.get("source") == "ask_exit" for part in payload):
                    raise KernelDied("the cell asked it to exit")
                return

    def _news(self) -> Any:
        """The next message for everyone, or None for now. Raises KernelDied."""
        try:
            return self._client.get_iopub_msg(timeout=LOOK_S)
        except Empty:
            self._look()
            return None

    def _look(self) -> None:
        code = self._process.poll()
        if code is None:
            return
        if code < 0:
            hint = "; out of memory?" if code == -signal.SIGKILL else ""
            raise KernelDied(f"signal {signal.Signals(-code).name}{hint}")
        raise KernelDied(f"it ended with exit code {code}")

    def _wait_until_ready(self) -> None:
        """Ask until an answer comes to everyone: from then on nothing is missed."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            self._client.kernel_info()
            try:
                self._client.get_iopub_msg(timeout=0.2)
                return
            except Empty:
                self._look()
        raise KernelDied(f"it did not answer within {READY_S:.0f} s")

    def _end(self) -> None:
        """Ask it to leave, then make it."""
        if self._process.poll() is None and self._client.channels_running:
            self._client.shutdown()
        try:
            self._process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._client.stop_channels()
        shutil.rmtree(self._place, ignore_errors=True)

    def _describe(self) -> str:
        """Write the connection file; its path."""
        path = os.path.join(self._place, "kernel.json")
        facts: dict = {f"{name}_port": i for i, name in enumerate(CHANNELS, 1)}
        facts.update(
            transport="ipc",
            ip=os.path.join(self._place, "s"),
            key=os.urandom(16).hex(),
            signature_scheme="hmac-sha256",
            kernel_name="python3",
        )
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as stream:
            json.dump(facts, stream)
        return path


def _client(connection: str) -> Any:
    from jupyter_client.blocking.client import BlockingKernelClient

    client = BlockingKernelClient()
    client.load_connection_file(connection)
    return client
