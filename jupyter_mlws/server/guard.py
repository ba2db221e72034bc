"""Who may pass: what stands before every route of the workspace."""

from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from tornado import web

from jupyter_mlws.server.owner_auth import admit, owner_user
from jupyter_mlws.server.policy import NEEDED

if TYPE_CHECKING:
    from jupyter_server.base.handlers import JupyterHandler
else:
    JupyterHandler = object  # a mixin: what it is mixed with says how Jupyter itself prepares


class Guarded(JupyterHandler):
    """Stands first among a handler's bases. ``path`` is the route's key in the policy."""

    def initialize(self, path: str) -> None:
        self._needed = NEEDED.get((str(self.request.method), path))

    async def prepare(self, *words: Any, **more: Any) -> None:
        """Let in whom the policy lets in. Nothing else decides that."""
        user = owner_user(self)
        if user is not None:
            admit(self, user)
        else:
            await super().prepare(*words, **more)
        if self.current_user is None:
            raise web.HTTPError(403)
        if self._needed is None:
            raise web.HTTPError(405)
        resource, action = self._needed
        asked = self.authorizer.is_authorized(self, self.current_user, action, resource)
        if not await ensure_async(asked):
            raise web.HTTPError(403)
