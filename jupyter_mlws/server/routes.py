"""The route table, from which the handlers are hung up and openapi.json is made."""

import re
from typing import Any

from jupyter_server.utils import url_path_join

from jupyter_mlws.errors import NotFound
from jupyter_mlws.server import (
    endpoints,
    follow,
    metrics,
    models,
    openapi,
    run_files,
    runs,
    snapshots,
    workspace,
)
from jupyter_mlws.server.base import RecordHandler
from jupyter_mlws.server.policy import NEEDED, READ, WORKSPACE

ROOT = "mlws/api/v1"
ROUTES: dict[str, Any] = {
    **workspace.ROUTES,
    **snapshots.ROUTES,
    **runs.ROUTES,
    **follow.ROUTES,
    **metrics.ROUTES,
    **run_files.ROUTES,
    **models.ROUTES,
    **endpoints.ROUTES,
    **openapi.ROUTES,
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class NowhereHandler(RecordHandler):
    """What is no route: said in our words, and only to whom is let in."""

    def initialize(self, path: str) -> None:
        self._needed = (WORKSPACE, READ)

    async def prepare(self) -> None:  # type: ignore[override]
        await super().prepare()
        raise NotFound(f"There is no {self.request.path!r} here; openapi.json lists what there is.")


def handlers(base_url: str) -> list[tuple[str, Any, dict[str, Any]]]:
    """What tornado wants to know. Raises LookupError where the policy has no row."""
    for path, handler in ROUTES.items():
        for method in METHODS:
            if method.lower() in vars(handler) and (method, path) not in NEEDED:
                raise LookupError(f"{method} {path} has no row in server/policy.py")
    return [
        (url_path_join(base_url, ROOT, _pattern(path)), handler, {"path": path})
        for path, handler in [*ROUTES.items(), ("{path}", NowhereHandler)]
    ]


def _pattern(path: str) -> str:
    """``{path}`` takes slashes, every other name one segment."""
    escaped = path.replace(".", r"\.").replace("{path}", "(.+)")
    return re.sub(r"{\w+}", "([^/]+)", escaped)
