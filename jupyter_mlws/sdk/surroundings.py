"""What of the caller's surroundings goes with a run: interpreter, variables, who and where."""

import getpass
import os
import shutil
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from jupyter_mlws.client import environment
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.variables import PLAIN, withheld


class Variables(NamedTuple):
    """The environment variables that go with a run."""

    plain: dict[str, str]
    secrets: dict[str, str]  # are held in memory, and stored nowhere


def interpreter(asked: str | None) -> str:
    """The Python that a run started from a shell uses, as an absolute path.

    The one asked for (a path, a name on the PATH, or an environment's folder), else
    that of the active environment, else ``python3`` on the PATH.

    Raises
    ------
    Invalid
        The one asked for is not there, or cannot be executed.
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
    if not os.access(named, os.X_OK):
        raise Invalid(f"{named} cannot be executed: --python takes an interpreter.", "python")
    return os.path.abspath(named)  # not resolved: a virtual environment's python is a link


def variables(words: Iterable[str] = (), environ: Mapping[str, str] = os.environ) -> Variables:
    """The variables that go with a run: where programs are found, and what ``--var`` names.

    Parameters
    ----------
    words
        ``NAME`` takes the value from here, ``NAME=VALUE`` sets it.

    Raises
    ------
    Invalid
        A name is no variable's, or is not set here.
    """
    found = {name: environ[name] for name in environment.CARRIED if name in environ}
    for word in words:
        name, mark, value = word.partition("=")
        if not PLAIN.fullmatch(name):
            raise Invalid(f"{name!r} is no variable's name.", "variables")
        if mark:
            found[name] = value
        elif name in environ:
            found[name] = environ[name]
        else:
            raise Invalid(f"{name} is not set here: give --var {name}=VALUE.", "variables")
    return Variables(
        {name: value for name, value in found.items() if not withheld(name)},
        {name: value for name, value in found.items() if withheld(name)},
    )


def carried(words: Iterable[str] = (), environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that go with an endpoint, which is started again with the machine.

    Raises
    ------
    Invalid
        As `variables`; or a name is a secret's, whose value would be stored with it.
    """
    plain, secrets = variables(words, environ)
    for name in secrets:
        raise Invalid(
            f"{name} looks like a secret, and an endpoint's variables are stored with it: let "
            "the entry script read it from a file outside of its folder.",
            "variables",
        )
    return plain


def values_of(names: Iterable[str], words: Iterable[str] = ()) -> dict[str, str]:
    """The secrets of a run that is run again: given by ``--var``, else as they are set here.

    Raises
    ------
    Invalid
        One is neither; or a word names none of them.
    """
    asked, given = tuple(names), list(words)
    if unknown := [name for word in given if (name := word.partition("=")[0]) not in asked]:
        raise Invalid(
            f"{unknown[0]} is none of the run's secrets: its other variables stay as they were.",
            "variables",
        )
    told = {word.partition("=")[0] for word in given}
    return variables([*given, *(name for name in asked if name not in told)]).secrets


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
