"""What may stand in a line of ours: one table for parsing, for ``--help`` and for completion."""

import argparse
import shlex
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

from IPython.core.error import UsageError


class Option(NamedTuple):
    flags: tuple[str, ...]
    help: str
    kind: str | None = None  # what its value names, as `sdk.choices` knows it; "path" a file
    settings: dict[str, Any] = {}  # for argparse


MANY: dict[str, Any] = {"action": "append", "default": []}
FLAG: dict[str, Any] = {"action": "store_true"}
TARGET = Option(("--target", "-t"), "where it runs", "target")
NAME = Option(("--name",), "a name for people")
SOURCE = Option(("--source",), "the folder that is sent", "path")
TAG = Option(("--tag",), "NAME=VALUE; may be given again", settings=MANY)

SUBMIT = (
    TARGET,
    Option(("--experiment", "-e"), "under what its runs are counted", "experiment"),
    Option(("--param", "-p"), "NAME=VALUE; may be given again", settings=MANY),
    Option(
        ("--python", "--env"),
        "another interpreter, or the folder of its environment",
        "path",
        {"dest": "python"},
    ),
    Option(("--gpus",), "how many", settings={"type": int, "default": 0}),
    Option(("--with",), "numbers of cells that go in front: 1,3", settings={"dest": "front"}),
    Option(("--as",), "the variable that holds the run", settings={"dest": "variable"}),
    NAME,
    SOURCE,
    Option(("--input",), "NAME=PATH, linked into its folder", "path", MANY),
    Option(("--var",), "NAME[=VALUE], an environment variable", settings=MANY),
    Option(("--timeout",), "seconds that it may run", settings={"type": float}),
    Option(
        ("--retries",),
        "how often it is tried again where it fails",
        settings={"type": int, "default": 0},
    ),
    Option(("--priority",), "higher goes first", settings={"type": int, "default": 0}),
    TAG,
    Option(("--large",), "send more than 2 GB", settings=FLAG),
    Option(("--wait",), "return when it is over", settings=FLAG),
    Option(("--follow",), "as --wait, and print its log", settings=FLAG),
    Option(("--dry-run",), "only say what would be sent and started", settings=FLAG),
)
REGISTER = (
    Option(("--run",), "the run that made it", "run"),
    Option(("--path",), "in the run: outputs/model.pkl; else a path here", "path"),
    Option(("--framework",), "scikit-learn, onnx, …"),
    Option(("--framework-version",), "its version, for the record"),
    Option(("--sample",), "a request it takes: JSON, or a file of it", "path"),
    Option(("--description",), "a sentence"),
    TAG,
)
DEPLOY = (
    Option(("--name",), "the endpoint's name", settings={"required": True}),
    TARGET,
    Option(("--script",), "the entry script, with init() and run(data)", "path"),
    SOURCE,
    Option(("--instances",), "how many replicas", settings={"type": int, "default": 1}),
    Option(("--python",), "another interpreter, or the folder of its environment", "path"),
    Option(("--var",), "NAME[=VALUE], an environment variable", settings=MANY),
    Option(("--overwrite",), "update the endpoint of that name, if there is one", settings=FLAG),
    Option(("--no-wait",), "return before it answers", settings=FLAG),
)
WORDS = {  # what stands first in the line
    "submit": Option(("script",), "a script or a notebook", "path", {"nargs": "?"}),
    "register": Option(("model",), "the model's name", "model"),
    "deploy": Option(("model",), "NAME:VERSION, or NAME for its newest", "version"),
}
OPTIONS = {"submit": SUBMIT, "register": REGISTER, "deploy": DEPLOY}


class Shown(Exception):
    """``--help`` was asked for, and printed."""


class Parser(argparse.ArgumentParser):
    """argparse that ends a magic, not the kernel."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:]}. See {self.prog} --help.")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise Shown


def parse(name: str, line: str) -> argparse.Namespace:
    """The words of ``%name line``; what follows ``--`` is in ``arguments``.

    Raises
    ------
    UsageError
        A word is unknown, or lacks its value.
    Shown
        Help was asked for.
    """
    words, arguments = split(line)
    try:
        found = _parser(name).parse_args(words)
    except argparse.ArgumentError as error:
        raise UsageError(str(error)) from error
    found.arguments = arguments
    return found


def split(line: str) -> tuple[list[str], list[str]]:
    """The words before and after ``--``, as a shell takes them apart. Raises UsageError."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"{error}: {line.strip()}") from error
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def option(name: str, flag: str) -> Option | None:
    """The option of a magic that a flag means."""
    known: Sequence[Option] = OPTIONS.get(name, ())
    return next((one for one in known if flag in one.flags), None)


def _parser(name: str) -> Parser:
    parser = Parser(prog=f"%{name}", allow_abbrev=False)
    first = WORDS[name]
    parser.add_argument(*first.flags, help=first.help, **first.settings)
    for one in OPTIONS[name]:
        parser.add_argument(*one.flags, help=one.help, **one.settings)
    return parser


def say(text: str) -> None:
    """A notice: one line of the cell's output. A front end would paint stderr as an error."""
    print(f"mlws: {text}", flush=True)
