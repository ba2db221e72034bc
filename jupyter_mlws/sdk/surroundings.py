"""What of the caller's surroundings goes with a run: interpreter, variables, who and where."""

import getpass
import os
import re
import shutil
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path

from jupyter_mlws.client import environment
from jupyter_mlws.errors import Invalid

SECRET = re.compile(r"JPY_.*|JUPYTER.*|MLWS_.*|MLFLOW_.*|.*_TOKEN|.*_SECRET.*|.*_PASSWORD", re.I)
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def interpreter(asked: str | None) -> str:
    """The Python that a run started from a shell uses, as an absolute path.

    The one asked for (a path, a name on the PATH, or an environment's folder), else
    that of the active environment, else ``python3`` on the PATH.

    Raises
    ------
    Invalid
        The one asked for is not there.
    """
    if asked is None:
        return environment.interpreter()
    named = Path(asked).expanduser()
    if named.is_dir():
        named = named / "bin" / "python"
    elif os.sep not in asked:
        named = Path(shutil.which(asked) or named)
    if not named.is_file():
        raise Invalid(f"There is no interpreter {asked}: --python takes a path.", "python")
    return os.path.abspath(named)  # not resolved: a virtual environment's python is a link


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
    variables = {name: environ[name] for name in environment.CARRIED if name in environ}
    for word in words:
        name, mark, value = word.partition("=")
        if not PLAIN_NAME.fullmatch(name):
            raise Invalid(f"{name!r} is no variable's name.", "variables")
        if SECRET.fullmatch(name):
            raise Invalid(
                f"{name} looks like a secret, and a run's variables are stored with it: let the "
                "script read it from a file outside of its folder.",
                "variables",
            )
        if mark:
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


def run_id() -> str | None:
    """The run that this process belongs to; None outside of runs."""
    return os.environ.get("MLWS_RUN_ID")
