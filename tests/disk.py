"""A disk that can be made full, and read-only, while it is used."""

import os
import subprocess
import sys

import pytest

ROOM = 4 << 30  # more than a workspace asks for; tmpfs takes no memory for what is not written


class Disk:
    """A disk whose size can be changed while it is used."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        mounted(path, ROOM)

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


def mounted(path, size):
    """A small disk at `path`. Without the right to mount the test is left out, but not in CI."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(path)]
    root = sys.platform.startswith("linux") and os.geteuid() == 0
    if not root or subprocess.run(words, capture_output=True).returncode != 0:
        left_out("only root may mount a disk, and in a container not even root")


def left_out(reason):
    """Leave a test out for what this machine lacks; in CI nothing is left out."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI has to have this: {reason}")
    pytest.skip(reason)
