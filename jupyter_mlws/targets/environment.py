"""What a run inherits of its owner's environment: everything but what gives power over it."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

WITHHELD = (
    *("JPY_*", "JUPYTER*", "MLWS_*", "MLFLOW_*"),
    *("*_TOKEN", "*_SECRET*", "*_PASSWORD"),
)


def withheld(name: str) -> bool:
    """Whether a variable's value is a secret by its name: not inherited, never stored."""
    return any(fnmatchcase(name.upper(), pattern) for pattern in WITHHELD)


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """What passes. A variable that is not UTF-8 does not: JSON cannot say it."""
    return {
        name: value
        for name, value in environment.items()
        if not withheld(name) and _speakable(name + value)
    }


def _speakable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
