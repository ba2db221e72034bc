"""Where a run is: its id, its directory, and what was asked of it."""

import os
import time

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """A lower-case ULID: a run's, or a request's, which anyone may mint."""
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(DIGITS[number >> shift & 31] for shift in range(125, -1, -5))


class Place:
    """The directory of an attempt, seen from inside. Offline it is the working directory.

    Attributes
    ----------
    home
        The attempt's directory; None offline.
    code
        The private copy of the snapshot; `outputs/` and `logs/` below it are collected.
    """

    def __init__(self, home: "str | None") -> None:
        self.home = home
        self.code = os.getcwd() if home is None else os.path.join(home, "code")
        self._spec: dict | None = None

    @property
    def spec(self) -> dict:
        """spec.json; empty offline."""
        if self._spec is None:
            self._spec = {} if self.home is None else _load(os.path.join(self.home, "spec.json"))
        return self._spec

    @property
    def outputs(self) -> str:
        return os.path.join(self.code, "outputs")

    def within(self, path: str) -> str:
        """A path of the script's, relative to `code`, with ``/``.

        Raises
        ------
        ValueError
            It lies outside.
        """
        root = os.path.realpath(self.code)
        relative = os.path.relpath(os.path.realpath(path), root)
        if relative.startswith(os.pardir) or os.path.isabs(relative):
            raise ValueError(f"{path!r} lies outside the run's directory.")
        return relative.replace(os.sep, "/")

    def inputs(self) -> "Inputs":
        """Name → absolute path, of what was given by ``--input NAME=PATH``."""
        linked = {}
        for name, source in (self.spec.get("inputs") or {}).items():
            here = os.path.join(self.code, name)
            linked[name] = here if os.path.exists(here) else source
        return Inputs(linked)


class Inputs(dict):
    """A run's inputs by name. A name that was not given may be a path that exists."""

    def __missing__(self, name: str) -> str:
        if os.path.exists(name):
            return os.path.abspath(name)
        known = ", ".join(sorted(self)) or "there are none"
        raise KeyError(f"No input {name!r} (known: {known}); give it with --input {name}=PATH")


def _load(path: str) -> dict:
    import json

    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except FileNotFoundError:
        return {}
