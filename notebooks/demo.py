"""The tour of the README: a real JupyterLab server, the first notebook in a real kernel, and out.

``python notebooks/demo.py [FOLDER]`` makes a workspace in FOLDER (default ``.demo``),
executes ``01_first_run.ipynb`` there cell by cell, prints what happened and where to
look, and stops what it started. Everything that was made stays in FOLDER.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from tornado.httpclient import HTTPRequest
from tornado.ioloop import IOLoop
from tornado.websocket import WebSocketClientConnection, websocket_connect

HERE = Path(__file__).resolve().parent
NOTEBOOK = "01_first_run.ipynb"
START_S, CELL_S = 120, 300


class Failed(Exception):
    """One sentence: what did not work."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


class Lab:
    """A JupyterLab server on loopback, with nothing but our extension asked of it."""

    def __init__(self, root: Path, *more: str) -> None:
        self.root = root
        self.token = os.urandom(16).hex()
        self._scratch = Path(mkdtemp(prefix="mlws-demo-"))
        self._log = open(self._scratch / "jupyter.log", "wb")  # noqa: SIM115  as the server lives
        words = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1"]
        words += [f"--port={free_port()}", f"--ServerApp.root_dir={root}", "--allow-root"]
        words += ["--ServerApp.open_browser=False", *more]
        environment = {**os.environ, "JUPYTER_TOKEN": self.token}
        for name in ("JUPYTER_RUNTIME_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
            environment[name] = str(self._scratch)  # nothing of the user's own JupyterLab
        self.settings = self._settings()
        environment["JUPYTERLAB_SETTINGS_DIR"] = str(self.settings)
        self.process = subprocess.Popen(
            words, cwd=root, env=environment, stdout=self._log, stderr=self._log
        )
        try:
            self.url = self._found(self._scratch)
        except BaseException:
            self.process.kill()
            raise

    def _settings(self) -> Path:
        """Settings of its own: it asks nobody whether there is news."""
        folder = self._scratch / "settings"
        mine = folder / "@jupyterlab" / "apputils-extension"
        mine.mkdir(parents=True)
        (mine / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
        return folder

    def _found(self, runtime: Path) -> str:
        """Where it answers. Raises Failed."""
        until = time.monotonic() + START_S
        while time.monotonic() < until and self.process.poll() is None:
            for note in runtime.glob("jpserver-*.json"):
                try:
                    said = json.loads(note.read_text())
                    if said["pid"] == self.process.pid and self.ask("GET", "api", said["url"]):
                        return str(said["url"])
                except (ValueError, KeyError, urllib.error.URLError):
                    continue
            time.sleep(0.1)
        raise Failed(f"JupyterLab did not start; {self._scratch / 'jupyter.log'} says why.")

    def ask(self, method: str, path: str, url: str | None = None, body: Any = None) -> Any:
        """A request of the server's API; its JSON."""
        request = urllib.request.Request(
            f"{url or self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def stop(self) -> None:
        """End the server and its kernels. Runs and endpoints are not its children."""
        self.process.send_signal(signal.SIGINT)
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._log.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


class Kernel:
    """A kernel of that server, spoken to as the browser does."""

    def __init__(self, lab: Lab, path: str) -> None:
        body = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        self._session = Session()
        self._id = lab.ask("POST", "api/sessions", body=body)["kernel"]["id"]
        where = f"{lab.url.replace('http', 'ws', 1)}api/kernels/{self._id}/channels"
        request = HTTPRequest(where, headers={"Authorization": f"token {lab.token}"})
        self._loop = IOLoop()
        connecting = websocket_connect(request)
        self._socket: WebSocketClientConnection = self._loop.run_sync(lambda: connecting)

    def run(self, source: str, cell_id: str) -> list[dict[str, Any]]:
        """Execute a cell; its outputs. Raises Failed with the error's last line."""
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        message = self._session.msg("execute_request", content, metadata={"cellId": cell_id})
        message["channel"] = "shell"
        self._socket.write_message(json.dumps(message, default=json_default))
        outputs: list[dict[str, Any]] = []
        while True:
            said = json.loads(self._loop.run_sync(self._next, timeout=CELL_S))
            if said["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            kind, told = said["msg_type"], said["content"]
            if kind in ("stream", "display_data", "execute_result", "error"):
                outputs.append({"output_type": kind, **told})
            if kind == "error":
                raise Failed(f"{told['ename']}: {told['evalue']}")
            if kind == "status" and told["execution_state"] == "idle":
                return outputs

    async def _next(self) -> Any:
        return await self._socket.read_message()


def execute(lab: Lab, path: Path) -> None:
    """Execute a notebook of the server's root in place, printing what each cell says."""
    notebook = json.loads(path.read_text())
    kernel = Kernel(lab, path.name)
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        print(f"\n>>> {source.splitlines()[0]}", flush=True)
        cell["outputs"] = [plain(output) for output in kernel.run(source, cell["id"])]
        for output in cell["outputs"]:
            print(textual(output), end="", flush=True)
    path.write_text(json.dumps(notebook, indent=1))


def plain(output: dict[str, Any]) -> dict[str, Any]:
    """An output as a notebook keeps it."""
    output.pop("transient", None)
    return output


def textual(output: dict[str, Any]) -> str:
    """An output as a terminal shows it."""
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    whole = "".join(text)
    return whole if whole.endswith("\n") or not whole else f"{whole}\n"


def stop_endpoints(state: Path) -> None:
    """End the routers of this tour; the next server of the workspace starts them again."""
    for note in state.glob("runs/*/*/shim.json"):
        spec = json.loads((note.parent / "spec.json").read_text())
        if spec["kind"] == "service" and not (note.parent / "exit.json").exists():
            os.kill(json.loads(note.read_text())["pid"], signal.SIGTERM)
            while not (note.parent / "exit.json").exists():
                time.sleep(0.05)


def main(folder: str = ".demo") -> int:
    """The exit code."""
    root = Path(folder).absolute()
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / NOTEBOOK, root / NOTEBOOK)
    print(f"JupyterLab starts in {root} …", flush=True)
    lab = None
    try:
        lab = Lab(root)
        execute(lab, root / NOTEBOOK)
        found = lab.ask("GET", "mlws/api/v1/workspace")
    except Failed as error:
        print(f"\ndemo: {error}", file=sys.stderr)
        return 1
    finally:
        if lab is not None:
            lab.stop()
        stop_endpoints(root / ".mlws" / "state")
    print(
        f"\nDone: {found['n_runs']} runs, a model and an endpoint are in the workspace {root}.\n"
        f"The server and the endpoint were stopped. To look around: make lab"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
