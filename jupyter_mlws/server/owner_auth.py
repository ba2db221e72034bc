"""The owner's own token, beside whatever Jupyter's identity provider accepts."""

import getpass
import hmac
from typing import Any
from urllib.parse import unquote

from jupyter_server.auth.identity import User
from jupyter_server.base.call_context import CallContext
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

USER = "X-Mlws-User"  # whom a forwarding server has let in
HOST = (
    "This server is not called so: ask it as localhost, or start it with "
    "--ServerApp.allow_remote_access=True."
)
BACKGROUND = "X-Mlws-Background"  # nobody waits for this answer: it keeps no server awake


def owner_user(handler: JupyterHandler) -> User | None:
    """Who asks with the token of owner.json, in `Authorization`; None where that is not given.

    Nothing else is accepted: no cookie, no word in the URL.
    """
    token: str | None = handler.settings["mlws"].token
    kind, _, given = handler.request.headers.get("Authorization", "").partition(" ")
    if token is None or kind.lower() not in ("token", "bearer"):
        return None
    if not hmac.compare_digest(given.strip().encode(), token.encode()):
        return None
    forwarded = handler.request.headers.get(USER)  # quoted: a header holds no other letters
    return User(username=unquote(forwarded) if forwarded else getpass.getuser())


def admit(handler: JupyterHandler, user: User) -> None:
    """Let `user` in, in the place of `JupyterHandler.prepare()`. Needs no XSRF cookie.

    Raises HTTPError 403 where the `Host` is not this machine.
    """
    inside: Any = handler
    CallContext.set(CallContext.JUPYTER_HANDLER, handler)
    if not handler.check_host():
        raise web.HTTPError(403, HOST)
    handler.current_user = inside._jupyter_current_user = user
    inside._token_authenticated = True  # what IdentityProvider.is_token_authenticated looks at
    if BACKGROUND in handler.request.headers:
        inside._track_activity = False
