"""``mlws serve``: a server that has nothing but the workspace, and ends when nobody needs it."""

import logging
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_server.serverapp import ServerApp

from jupyter_mlws.client import workspace

log = logging.getLogger(__name__)
IDLE_S = 600.0
STANDBY_S = 60.0  # one that does not own the workspace has little to wait for


class WorkspaceServer(ServerApp):
    """A Jupyter server without contents, kernels and terminals: a workspace and a login."""

    name = "mlws-serve"
    default_services = ("auth", "security")  # type: ignore[assignment]  # declared as all of them
    idle_s: float = IDLE_S

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """The user's Jupyter configuration is for another server: it may open this one wide."""

    def start_app(self) -> None:
        """No page, no token in the log, no note by which others take this one for a notebook's."""

    def init_shutdown_no_activity(self) -> None:
        self._since = time.time()
        self._owned = False
        if self.idle_s > 0:
            self._look_again()

    def _look_again(self) -> None:
        self.io_loop.call_later(min(15.0, self.idle_s / 4), self._end_when_idle)

    def _end_when_idle(self) -> None:
        """No client for so long, and no run that needs the runner: end. Endpoints go on alone."""
        ownership = self.web_app.settings["mlws"].ownership
        owns = ownership.owner is not None
        if owns is not self._owned:  # opening the store may have taken long
            self._owned, self._since = owns, time.time()
        asked = self.web_app.settings.get("api_last_activity")
        idle_s = time.time() - max(self._since, asked.timestamp() if asked else 0.0)
        limit_s = self.idle_s if owns else STANDBY_S
        if idle_s > limit_s and not ownership.busy():
            log.info("Nobody has asked for %.0f s, and nothing runs: this server ends.", idle_s)
            self.stop()
        else:
            self._look_again()


def serve(root: Path | str, idle_s: float = IDLE_S, port: int = 0) -> None:
    """Serve the workspace in `root` on 127.0.0.1 until it is idle, or told to end. Blocks.

    Where another server owns the workspace, everything is passed on to it, and taken
    over when it goes.

    Parameters
    ----------
    idle_s
        End after so long without a client and without a run that needs us; 0 is never.
    port
        0 is any that is free.

    Raises
    ------
    NotFound, Invalid
        `root` is no workspace, or cannot be read.
    StoreNewer, StoreBroken, DiskFull
        Its store cannot be opened.
    """
    place = workspace.load(root)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s"
    )
    for name in ("traitlets", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    os.chdir(place.root)
    server = prepared(place.root, idle_s, port)
    server.start()
    problem = server.web_app.settings["mlws"].ownership.problem
    if problem is not None:
        raise problem


def prepared(root: Path, idle_s: float, port: int) -> WorkspaceServer:
    """The server with its routes, before it starts."""
    server = WorkspaceServer.instance(
        jpserver_extensions={"jupyter_mlws": True},
        root_dir=str(root),
        ip="127.0.0.1",
        port=port or _free_port(),
        open_browser=False,
        allow_root=True,
        allow_unauthenticated_access=False,
        answer_yes=True,
        log_level=logging.WARNING,
    )
    server.idle_s = idle_s
    server.config.MLWSApp.workspace = str(root)
    server.config.MLWSApp.kind = "serve"
    server.config.ContentsManager.files_handler_class = None  # it would hand out the folder's files
    server.initialize(argv=[], find_extensions=False)
    return server


def _free_port() -> int:
    """Asked for port 0, jupyter_server below 2.20 calls that its address."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])
