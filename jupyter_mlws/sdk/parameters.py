"""NAME=VALUE, as a user types it."""

import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.run import Parameters

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def as_parameters(words: Iterable[str]) -> Parameters:
    """Values are numbers or booleans where they read as JSON's, else text.

    Raises
    ------
    Invalid
        A word is not NAME=VALUE.
    """
    return {name: _value(text) for name, text in as_pairs(words, "parameters").items()}


def plain(parameters: Mapping[str, Any]) -> Parameters:
    """Parameters as a program gives them: numpy's scalars by value, NaN and infinities as text.

    Raises
    ------
    Invalid
        A value is no number, boolean or text.
    """
    found: dict[str, bool | int | float | str] = {}
    for name, given in parameters.items():
        value = (
            given.item() if hasattr(given, "item") and not getattr(given, "shape", ()) else given
        )
        if not isinstance(value, bool | int | float | str):
            kind = type(value).__name__
            said = f"The parameter {name!r} is of type {kind}: give a number, a boolean or text."
            raise Invalid(said, "parameters")
        if isinstance(value, float) and not math.isfinite(value):
            value = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        found[name] = value
    return found


def as_pairs(words: Iterable[str], field: str, form: str = "NAME=VALUE") -> dict[str, str]:
    """NAME=VALUE words as text to text; the last one of a name counts. Raises Invalid."""
    pairs: dict[str, str] = {}
    for word in words:
        name, mark, text = word.partition("=")
        if not mark or not name.strip():
            raise Invalid(f"{word!r} is not {form}.", field)
        pairs[name.strip()] = text
    return pairs


def as_inputs(words: Iterable[str], start: Path) -> dict[str, str]:
    """NAME=PATH words as name to absolute path, which must exist here.

    Parameters
    ----------
    start
        The folder that relative paths start from.

    Raises
    ------
    Invalid
        A word is not NAME=PATH, or there is nothing at a path.
    """
    pairs = as_pairs(words, "inputs", "NAME=PATH")
    for name, path in pairs.items():
        if not path:
            raise Invalid(f"The input {name!r} has no path: write NAME=PATH.", "inputs")
    return reached(pairs, start)


def reached(inputs: Mapping[str, str], start: Path) -> dict[str, str]:
    """Inputs by name as absolute paths. Raises Invalid where there is nothing here."""
    found = {name: (start / Path(path).expanduser()).resolve() for name, path in inputs.items()}
    for name, path in found.items():
        if not os.path.exists(path):
            raise Invalid(f"There is nothing at {path}, the input {name!r}.", "inputs")
    return {name: str(path) for name, path in found.items()}


def named(name: str, what: str) -> str:
    """A name that something may have.

    Parameters
    ----------
    what
        ``an experiment``, ``an endpoint``, for the sentence.

    Raises
    ------
    Invalid
        It holds something else than letters, digits, ``.``, ``_`` and ``-``.
    """
    if NAME.fullmatch(name) is None:
        raise Invalid(
            f"{name!r} cannot name {what}: use letters, digits, dots, dashes and underscores.",
            "name",
        )
    return name


def _value(text: str) -> bool | int | float | str:
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError, ValueError):
        return text
    plain = isinstance(value, bool | int | float)
    return value if plain and math.isfinite(value) and abs(value) < 2**63 else text
