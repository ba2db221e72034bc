"""Environment variables by name: which of them hold what may be written nowhere."""

import re

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WITHHELD = re.compile(
    r"JPY_.*|JUPYTER.*|MLWS_.*|MLFLOW_.*|.*_TOKEN|.*_SECRET.*|.*_PASSWORD", re.I | re.S
)


def withheld(name: str) -> bool:
    """Whether a variable's value is a secret by its name: not inherited, never stored."""
    return WITHHELD.fullmatch(name) is not None
