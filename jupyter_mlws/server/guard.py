"""Who may pass: what stands before every route of the workspace."""

from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from tornado import web

from jupyter_mlws.server.owner_auth import HOST, admit, owner_user
from jupyter_mlws.server.policy import NEEDED

if TYPE_CHECKING:
    from jupyter_server.base.handlers import JupyterHandler
else:
    JupyterHandler = object  # a mixin: what it is mixed with says how Jupyter itself prepares

NOBODY = "Nobody is logged in: log in, or send the server's token as `Authorization: token TOKEN`."
FOREIGN = "A page of another origin may not ask this server."
XSRF = (
    "A write with a login's cookie needs the header X-XSRFToken with the value of the cookie "
    "_xsrf; one with a token in Authorization needs none."
)


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
            await self._log_in(*words, **more)
        if self.current_user is None:
            raise web.HTTPError(403, NOBODY)
        if self._needed is None:
            raise web.HTTPError(405)
        resource, action = self._needed
        asked = self.authorizer.is_authorized(self, self.current_user, action, resource)
        if not await ensure_async(asked):
            raise web.HTTPError(403, f"You may not {action} {resource.partition(':')[2]} here.")

    async def _log_in(self, *words: Any, **more: Any) -> None:
        """As Jupyter lets in; where it does not and says nothing, we say why."""
        try:
            await super().prepare(*words, **more)
        except web.HTTPError as error:
            if error.log_message or error.status_code not in (403, 404):
                raise
            raise self._refusal(error) from error

    def check_xsrf_cookie(self) -> None:
        """Of a write with a login's cookie. Raises HTTPError 403."""
        try:
            super().check_xsrf_cookie()
        except web.HTTPError as error:
            raise self._refusal(error) from error

    def _refusal(self, error: web.HTTPError) -> web.HTTPError:
        """Jupyter answers a page of another origin as if there were nothing: 404."""
        if not self.check_host():
            return web.HTTPError(403, HOST)
        if self.current_user is None:
            return web.HTTPError(403, NOBODY)
        return web.HTTPError(403, FOREIGN if error.status_code == 404 else XSRF)
