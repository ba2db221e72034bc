"""Runs beside the user's command, on the target: ``python -I -S main.py DIRECTORY``.

It is run from a copy (`bundle`). Kept short: what is run, and not imported, is
compiled anew each time.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # -I leaves it out

from jupyter_mlws.shim import attempt, files, layout  # noqa: E402

if __name__ == "__main__":
    secrets = files.parsed(os.environ.pop(layout.SECRETS, "{}"))
    attempt.run(os.path.abspath(sys.argv[1]), secrets)
