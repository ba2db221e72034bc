"""A workspace with a real owner; a real kernel in it; what a front end hears of it."""

import shutil
from pathlib import Path

import pytest
from jupyter_client.manager import KernelManager

from jupyter_mlws.client import owner
from jupyter_mlws.testing.served import HOUSE, environment, served

STARTUP = HOUSE / "jupyter_mlws" / "etc" / "ipython" / "startup" / "50-jupyter-mlws.py"
PATIENCE_S = 90


class Kernel:
    """Executes cells, and keeps what came back."""

    def __init__(self, folder: Path, env: dict, session: str | None = None):
        if session is not None:
            env = env | {"JPY_SESSION_NAME": str(folder / session)}
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(
            cwd=str(folder), env=env | {"MLWS_DEFAULT_WORKSPACE": str(folder)}
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE_S)

    def __call__(self, code, cell_id=None, on_comm=None, interrupt_at=None):
        """The messages of one execution, by type.

        `on_comm` is told what opens a comm; the kernel is interrupted at the output `interrupt_at`.
        """
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"] = {"cellId": cell_id}
        self.client.shell_channel.send(message)
        heard: dict[str, list] = {}
        while True:
            said = self.client.get_iopub_msg(timeout=PATIENCE_S)
            if said["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            kind, content = said["msg_type"], said["content"]
            heard.setdefault(kind, []).append(content)
            if kind == "comm_open" and on_comm is not None:
                on_comm(content)
            if interrupt_at is not None and interrupt_at in content.get("text", ""):
                self.manager.interrupt_kernel()
                interrupt_at = None
            if kind == "status" and content["execution_state"] == "idle":
                return heard

    def next_update(self):
        """The next update of something that was drawn."""
        while True:
            said = self.client.get_iopub_msg(timeout=PATIENCE_S)
            if said["msg_type"] == "update_display_data":
                return said["content"]

    def complete(self, code):
        message_id = self.client.complete(code, len(code))
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE_S)
            if reply["parent_header"].get("msg_id") == message_id:
                return reply["content"]["matches"]

    def shutdown(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory):
    env = environment(tmp_path_factory.mktemp("home"))
    startup = Path(env["IPYTHONDIR"], "profile_default", "startup")
    startup.mkdir(parents=True)
    shutil.copy(STARTUP, startup)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "JUPYTER_RUNTIME_DIR", "PYTHONPATH"):
            patch.setenv(name, env[name])
        yield env


@pytest.fixture(scope="session")
def place(tmp_path_factory, surroundings):
    with served(tmp_path_factory.mktemp("workspace")) as place:
        yield place


@pytest.fixture(scope="session")
def client(place):
    return owner.connect(place)


@pytest.fixture(scope="session")
def kernel(place, surroundings):
    """One for all tests: its cells are numbered on and on."""
    kernel = Kernel(place.root, surroundings)
    yield kernel
    kernel.shutdown()


@pytest.fixture
def short_lived(place, surroundings):
    kernel = Kernel(place.root, surroundings)
    yield kernel
    kernel.shutdown()


@pytest.fixture(scope="session")
def in_notebook(place, surroundings):
    """A kernel of the notebook first.ipynb."""
    kernel = Kernel(place.root, surroundings, "first.ipynb")
    yield kernel
    kernel.shutdown()
