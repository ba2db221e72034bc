"""Files inside one folder, opened step by step so that no link can lead out of it."""

import errno
import os
import stat
import sys
from io import FileIO
from pathlib import Path
from types import TracebackType

if sys.platform != "win32":  # where no folder is taken: `take` says so
    FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a FIFO must not block us
else:
    FOLDER = FILE = 0


def opened(handle: int) -> FileIO:
    """A regular file to read from; closes `handle` where it is none. Raises OSError."""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "It is not a file")
    return FileIO(handle)


class Inside:
    """A folder, held open. Neighbouring files are cheap: the last parent stays open too."""

    def __init__(self, root: Path) -> None:
        self.handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._parent, self._parent_handle = "", self.handle

    def __enter__(self) -> "Inside":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()
        os.close(self.handle)

    def open(self, path: str) -> int:
        """A descriptor to read from. Raises OSError, also where a link is in the way."""
        parent, name = self.parent_of(path)
        return os.open(name, FILE, dir_fd=parent)

    def link_target(self, path: str) -> str | None:
        """Where a link points, or None where there is none any more."""
        try:
            parent, name = self.parent_of(path)
            return os.readlink(name, dir_fd=parent)
        except OSError as error:
            if error.errno in (errno.EINVAL, errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return None
            raise

    def parent_of(self, path: str) -> tuple[int, str]:
        """The descriptor of the folder that holds `path`, and the name in it."""
        parent, _, name = path.rpartition("/")
        if parent != self._parent:
            self._leave()
            handle = self.handle
            for part in parent.split("/") if parent else ():
                below = os.open(part, FOLDER, dir_fd=handle)
                if handle != self.handle:
                    os.close(handle)
                handle = below
            self._parent, self._parent_handle = parent, handle
        return self._parent_handle, name

    def _leave(self) -> None:
        if self._parent_handle != self.handle:
            os.close(self._parent_handle)
        self._parent, self._parent_handle = "", self.handle
