"""A folder to take, and what it takes to take it."""

import os
import shutil
import tempfile
from pathlib import Path

import pathspec  # noqa: F401 - nobody may not import it later
import pytest

from jupyter_mlws.snapshot.take import take as take_folder

LONG_AGO = 1_000_000_000


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def write(root):
    """Write a file of the folder: ``write("a/b.py", "text", old=True)``."""

    def write(path, text="", *, old=False):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        if old:  # what has just changed is not trusted to stay
            os.utime(file, (LONG_AGO, LONG_AGO))
        return file

    return write


@pytest.fixture
def take(root, tmp_path):
    def take(folder=root, **options):
        return take_folder(folder, cache=tmp_path / "cache", **options)

    return take


@pytest.fixture
def paths(take):
    def paths(**options):
        return [entry.path for entry in take(**options).entries]

    return paths


@pytest.fixture
def as_nobody():
    """An open folder, and for the length of the test no privileges: root can read anything."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    privileged = os.geteuid() == 0
    if privileged:
        os.seteuid(65534)
    yield folder
    if privileged:
        os.seteuid(0)
    shutil.rmtree(folder)
