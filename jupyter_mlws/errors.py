"""Every error that this package raises on purpose.

MlwsError
├── Malformed             the body is not JSON
├── Invalid               the caller's input is wrong; says which field
├── TooLarge              more bytes or files than we take
├── Unauthorized          no key, or a wrong one
├── Forbidden             known, and not allowed
├── NotFound              no such run, model, endpoint, snapshot …
├── Conflict              the world changed: name taken, illegal move, stale lease, still in use
├── Incomplete            a snapshot or file cannot be read as it is; names what and why
├── StoreNewer            the store was written by a newer program
├── StoreBroken           the database file is not one, or does not keep its promises
├── Unsupported           this system cannot do it; says where it can be done
├── DiskFull              there was no room; nothing was written
├── Busy                  too much is asked at once                              [transient]
├── OwnerNotRunning       nobody owns the workspace now; it may come             [transient]
└── TargetError           a compute target let us down
    ├── LaunchRejected    it will refuse again (bad interpreter, no quota)
    ├── TargetUnreachable it may work later                                      [transient]
    └── HandleLost        it no longer knows the run
"""

import re
from typing import ClassVar

LONG_WORD = re.compile(r"(\S{200})\S{100,}")


class MlwsError(Exception):
    """Base class. ``str(error)`` is one sentence for a person; ``code`` is for programs.

    Parameters
    ----------
    message
        One clear sentence: what happened, and what to do. A word in it that no person
        would read to its end is cut.
    field
        What was wrong, as a path: ``spec.command``.
    """

    code: ClassVar[str] = "error"
    transient: ClassVar[bool] = False  # may the same thing be tried again?

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(LONG_WORD.sub(r"\1…", message))
        self.field = field


class Malformed(MlwsError):
    code = "malformed"


class Invalid(MlwsError):
    code = "invalid"


class TooLarge(MlwsError):
    code = "too_large"


class Unauthorized(MlwsError):
    code = "unauthorized"


class Forbidden(MlwsError):
    code = "forbidden"


class NotFound(MlwsError):
    code = "not_found"


class Conflict(MlwsError):
    code = "conflict"


class Incomplete(MlwsError):
    code = "incomplete"


class StoreNewer(MlwsError):
    code = "store_newer"


class StoreBroken(MlwsError):
    code = "store_broken"


class Unsupported(MlwsError):
    code = "unsupported"


class DiskFull(MlwsError):
    code = "disk_full"


class Busy(MlwsError):
    code = "busy"
    transient = True


class OwnerNotRunning(MlwsError):
    code = "owner_not_running"
    transient = True


class TargetError(MlwsError):
    code = "target"


class LaunchRejected(TargetError):
    code = "launch_rejected"


class TargetUnreachable(TargetError):
    code = "target_unreachable"
    transient = True


class HandleLost(TargetError):
    code = "handle_lost"


def unusable(error: OSError) -> str:
    """What the system says of a path, in a sentence: for a person who typed it."""
    said = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return f"{said}."
    return LONG_WORD.sub(r"\1…", f"{error.filename} cannot be used: {said}.")
