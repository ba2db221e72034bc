"""What a run inherits of its owner's environment: everything but what gives power over it."""

from collections.abc import Mapping

from jupyter_mlws.records.variables import withheld


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
