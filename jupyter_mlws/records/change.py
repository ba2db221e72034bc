"""What changed in a workspace, by revision."""

from msgspec import Struct


class Changes(Struct, frozen=True, kw_only=True):
    """The answer to ``GET changes?since=rev``, and the event on Jupyter's bus."""

    rev: int
    subjects: tuple[str, ...]  # "run:01k…", "model:digits", "endpoint:digits-svc", "target:local"
    truncated: bool = False  # more changed than is listed: read everything anew
