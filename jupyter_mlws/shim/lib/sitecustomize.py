"""Puts the in-run library behind all that is installed, and makes way for the next sitecustomize.

This folder is first on PYTHONPATH and stays there, so that the script's own Python
processes get the library too. What a script imports comes from `late/`, which is last.
"""

import os
import sys


def _make_way() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [p for p in sys.path if not p or os.path.abspath(p) != here]
    mine = sys.modules.pop("sitecustomize", None)
    try:
        __import__("sitecustomize")  # the next one
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        if mine is not None:
            sys.modules["sitecustomize"] = mine  # the import system looks for it
    finally:
        sys.path.append(os.path.join(here, "late"))


_make_way()
