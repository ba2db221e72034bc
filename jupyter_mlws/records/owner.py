"""Who owns a workspace now: owner.json."""

from msgspec import Struct


class Owner(Struct, frozen=True, kw_only=True):
    """What the owner says of itself. Read only by its user (mode 0600)."""

    url: str  # ends in its base URL: "http://127.0.0.1:8888/"
    socket: str  # a unix socket that answers the same
    token: str
    pid: int
    boot_id: str
    start_time: int
    version: str
    kind: str = "serve"  # or "jupyterlab"
