"""What of the caller's environment goes with a run, so that its command is found and runs alike."""

import os
import shutil
import sys
from pathlib import Path

CARRIED = (
    *("PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH"),
    *("CUDA_VISIBLE_DEVICES", "LANG", "TZ"),
)


def carried() -> dict[str, str]:
    return {name: os.environ[name] for name in CARRIED if name in os.environ}


def interpreter(named: str | None = None) -> str:
    """The Python that runs a script which is submitted from a shell; an absolute path.

    `named`, else that of the active environment, else the first on the PATH, else ours.
    A link is kept as it is: resolved, it would lead out of its environment.
    """
    if named is not None:
        return os.path.abspath(shutil.which(named) or os.path.expanduser(named))
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if prefix := os.environ.get(variable):
            python = Path(prefix, "bin", "python")
            if python.exists():
                return os.path.abspath(python)
    return os.path.abspath(shutil.which("python3") or sys.executable)
