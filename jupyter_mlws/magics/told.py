"""How an error of ours looks in a notebook: one sentence, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_mlws.errors import MlwsError
from jupyter_mlws.magics.options import Shown

RED, PLAIN = "\x1b[31m", "\x1b[0m"


@contextmanager
def told() -> Iterator[None]:
    """Errors pass on as they are, and say of themselves that IPython is to print one line."""
    try:
        yield
    except Shown:
        pass
    except MlwsError as error:
        text = f"{RED}mlws: {error}{PLAIN}"
        vars(error)["_render_traceback_"] = lambda: [text]  # IPython's own hook
        raise
