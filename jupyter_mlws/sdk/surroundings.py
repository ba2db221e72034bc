"""What of the caller's surroundings goes with a run: interpreter, variables, who and where."""

import getpass
import os
import re
import shutil
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from jupyter_mlws.errors import Invalid

CARRIED = (
    *("PATH", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH"),
    *("CUDA_VISIBLE_DEVICES", "LANG", "TZ"),
)
SECRET = re.compile(r"JPY_.*|JUPYTER.*|MLWS_.*|MLFLOW_.*|.*_TOKEN|.*_SECRET.*|.*_PASSWORD", re.I)
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def interpreter(asked: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """The Python that a run started from a shell uses, as an absolute path.

    The one asked for, else that of the active virtual environment, of the active
    conda environment, else ``python3`` on the PATH.

    Raises
    ------
    Invalid
        There is none, or the one asked for is not there.
    """
    if asked is not None:
        return _asked(asked, environ)
    for prefix in (environ.get("VIRTUAL_ENV"), environ.get("CONDA_PREFIX")):
        if prefix and (found := Path(prefix) / "bin" / "python").exists():
            return os.path.abspath(found)
    on_path = shutil.which("python3", path=environ.get("PATH"))
    if on_path is None:
        raise Invalid("There is no python3 on the PATH: say which with --python.", "python")
    return os.path.abspath(on_path)


def carried(words: Iterable[str] = (), environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that go with a run: where programs are found, and what ``--var`` names.

    Parameters
    ----------
    words
        ``NAME`` takes the value from here, ``NAME=VALUE`` sets it.

    Raises
    ------
    Invalid
        A name is no variable's, is not set here, or names a secret, whose value
        would be stored with the run.
    """
    variables = {name: environ[name] for name in CARRIED if name in environ}
    for word in words:
        name, mark, value = word.partition("=")
        if not PLAIN_NAME.fullmatch(name):
            raise Invalid(f"{name!r} is no variable's name.", "variables")
        if SECRET.fullmatch(name):
            variables[name] = _secret(name, mark)
        elif mark:
            variables[name] = value
        elif name in environ:
            variables[name] = environ[name]
        else:
            raise Invalid(f"{name} is not set here: give --var {name}=VALUE.", "variables")
    return variables


def user() -> str | None:
    """Who asks, by the name of their account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # an account without a name, as in a container
        return None


def host() -> str:
    return socket.gethostname()


def _asked(asked: str, environ: Mapping[str, str]) -> str:
    named = Path(asked).expanduser()
    if os.sep in asked:
        found = os.path.abspath(named) if named.is_file() else None
        if named.is_dir() and (named / "bin" / "python").exists():  # an environment's folder
            found = os.path.abspath(named / "bin" / "python")
    else:
        found = shutil.which(asked, path=environ.get("PATH"))
    if found is None:
        raise Invalid(f"There is no interpreter {asked}: --python takes a path.", "python")
    return os.path.abspath(found)  # not resolved: a virtual environment's python is a link


def _secret(name: str, mark: str) -> str:
    """A secret's value is never stored: empty, and the owner fills in its own when it starts."""
    if mark:
        raise Invalid(
            f"{name} looks like a secret and would be stored with the run: set it where the "
            f"workspace's server starts, and give --var {name} without a value.",
            "variables",
        )
    return ""
