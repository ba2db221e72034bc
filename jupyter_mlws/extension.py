"""The door: settings become a backend, routes and a runner, inside a Jupyter server."""

import os
from collections.abc import Callable, Coroutine
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Unicode

from jupyter_mlws.errors import OwnerNotRunning
from jupyter_mlws.server.feed import SCHEMA_FILE
from jupyter_mlws.server.forward import gate
from jupyter_mlws.server.ownership import Changed, Ownership
from jupyter_mlws.server.waiting import Waiting

if TYPE_CHECKING:  # a server without a workspace loads neither the database nor the targets
    from jupyter_mlws.backend import Backend, Settings


class MLWSApp(ExtensionApp):
    """The machine learning workspace of a Jupyter server.

    Handlers find it as ``settings["mlws"]``.
    """

    name = "mlws"
    extension_url = "/lab"
    load_other_extensions = True

    workspace = Unicode(
        help="The workspace's folder. Default: the nearest one upwards of the server's root."
    ).tag(config=True)
    kind = Unicode("jupyterlab", help="What owns the workspace: jupyterlab or serve.").tag(
        config=True
    )

    @property
    def backend(self) -> "Backend":
        """The parts of the workspace. Raises OwnerNotRunning while this server does not own it."""
        backend = self.ownership.backend
        if backend is None:
            raise OwnerNotRunning("This server does not own the workspace now; try again.")
        return backend

    @property
    def waiting(self) -> Waiting:
        """Wakes who waits for the next change. The backend's commits ring it."""
        if self.ownership.waiting is None:
            raise OwnerNotRunning("This server has only just begun; try again.")
        return self.ownership.waiting

    @property
    def token(self) -> str | None:
        """What owner.json says; None while this server does not own the workspace."""
        owner = self.ownership.owner
        return None if owner is None else owner.token

    def initialize_settings(self) -> None:
        server: Any = self.serverapp
        root = Path(server.root_dir).resolve()
        self.ownership = Ownership(server, root, self.workspace, self.kind, _begin)
        if self.kind == "jupyterlab":
            os.environ["MLWS_DEFAULT_WORKSPACE"] = str(root)  # for its kernels and terminals
        server.event_logger.register_event_schema(SCHEMA_FILE)

    def initialize_handlers(self) -> None:
        """Only the gate: the workspace's own handlers are loaded once there is a workspace."""
        app = self.serverapp.web_app  # type: ignore[union-attr]
        app.add_handlers(".*$", gate(app.settings["base_url"], self.ownership))

    def _start_jupyter_server_extension(self, serverapp: Any) -> Coroutine[Any, Any, None]:
        return self.ownership.start()

    def stop_extension(self) -> Coroutine[Any, Any, None]:
        return self.ownership.stop()

    def current_activity(self) -> bool:
        """Keeps a server from ending for want of activity while runs need its runner."""
        return self.ownership.busy()


def _begin(settings: "Settings", changed: Changed) -> "tuple[Backend, Callable[[], None]]":
    """Open the store and start the runner, whose modules are loaded only now."""
    backend: Backend = import_module("jupyter_mlws.actions.open").open_backend(settings, changed)
    try:
        runner = import_module("jupyter_mlws.runner.loop").Runner(backend)
        runner.start()
    except BaseException:
        backend.close()
        raise
    return backend, runner.stop
