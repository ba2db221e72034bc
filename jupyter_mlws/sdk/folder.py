"""A folder that shall be sent, and what is known of it afterwards."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


class Folder(Struct, frozen=True, kw_only=True):
    """What shall be sent.

    Attributes
    ----------
    extra
        Files by path that stand in place of the folder's own, or beside them.
    script
        A path that must be in the snapshot.
    """

    root: Path
    extra: Mapping[str, bytes] = {}
    script: str | None = None
    allow_large: bool = False


class Sent(Struct, frozen=True, kw_only=True):
    """What the workspace holds now."""

    id: str  # of the snapshot
    ignored: tuple[str, ...]  # what the ignore rules left out; folders end with "/"
    notices: tuple[str, ...]  # sentences for the user
