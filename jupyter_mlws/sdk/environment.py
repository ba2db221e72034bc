"""Which Python a run or a service uses, and with which variables, under Azure ML's name."""

from pathlib import Path

from jupyter_mlws.sdk import surroundings


class Environment:
    """An interpreter that is there, by its path.

    Parameters
    ----------
    name
        What people call it.
    python
        The interpreter, or the folder of its environment. Default: this program's own.

    Attributes
    ----------
    environment_variables : dict of str to str
        Set in what runs with this environment.
    """

    def __init__(self, name: str, python: str | Path | None = None) -> None:
        self.name = name
        self.python = None if python is None else surroundings.interpreter(str(python))
        self.environment_variables: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Environment(name={self.name!r}, python={self.python!r})"
