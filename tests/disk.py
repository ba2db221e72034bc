"""A disk that can be made full, and read-only, while it is used."""

import os
import subprocess

ROOM = 4 << 30  # more than a workspace asks for; tmpfs takes no memory for what is not written


class Disk:
    """A disk whose size can be changed while it is used."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        self._mount("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs")

    def fill(self, leave_bytes=0):
        """Leave so many bytes free."""
        about = os.statvfs(self.path)
        used = (about.f_blocks - about.f_bfree) * about.f_frsize
        self._mount("-o", f"remount,size={used + leave_bytes}")

    def lock(self):
        """Make it read-only, as a system does with a disk that breaks."""
        self._mount("-o", "remount,ro")

    def free(self):
        self._mount("-o", f"remount,rw,size={ROOM}")

    def close(self):
        subprocess.run(["umount", "-l", str(self.path)], check=True)

    def _mount(self, *words):
        subprocess.run(["mount", *words, str(self.path)], check=True)
