"""Where a folder's own time tells whether anything was made, renamed or removed in it.

POSIX wants it so everywhere. File systems over a network answer from caches, and others have been
known not to keep it; only those are trusted that are known to. Elsewhere each folder is listed.
"""

import os
from functools import cache

KNOWN = {"ext2", "ext3", "ext4", "xfs", "f2fs", "tmpfs"}


@cache
def steady(device: int) -> bool:
    """Is this device (``st_dev``) a file system of this machine that keeps folders' times?

    A device keeps its number while it is mounted, and what is asked for was just opened.
    """
    asked = f"{os.major(device)}:{os.minor(device)}"
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                before, _, after = line.partition(" - ")
                if before.split()[2] == asked:
                    return after.split()[0] in KNOWN
    except (OSError, IndexError):
        pass
    return False
