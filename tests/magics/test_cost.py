"""What a kernel and a shell pay before anything of ours is used: next to nothing."""

import subprocess
import sys

import pytest

from jupyter_mlws.testing.served import HOUSE

STARTUP = HOUSE / "jupyter_mlws" / "etc" / "ipython" / "startup" / "50-jupyter-mlws.py"
SHELL = "from IPython.core.interactiveshell import InteractiveShell as S; s = S.instance()\n"
OURS = "print([m for m in sys.modules if m.split('.')[0] in ('jupyter_mlws', 'msgspec')])"


def said(code, *options):
    words = [sys.executable, *options, "-c", f"import sys\n{code}"]
    done = subprocess.run(words, cwd=HOUSE, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_load_ext_imports_names_only():
    loaded = said(f"{SHELL}s.run_line_magic('load_ext', 'jupyter_mlws')\n{OURS}")
    assert loaded.strip() == "['jupyter_mlws', 'jupyter_mlws.magics', 'jupyter_mlws.magics.load']"


def test_the_startup_file_imports_nothing_and_gives_the_magics():
    code = f"{SHELL}before = set(s.user_ns)\ns.safe_execfile({str(STARTUP)!r}, s.user_ns)\n{OURS}"
    names = "print(sorted(set(s.user_ns) - before - {'__file__'}))"
    used = "s.run_line_magic('register', '--help'); s.run_cell_magic('submit', '--help', 'x')"
    nothing, neither, *helps = said(f"{code}\n{names}\n{used}").splitlines()
    assert (nothing, neither) == ("[]", "[]")
    assert sum(line.startswith("usage: ") for line in helps) == 2, helps


def test_without_the_package_the_startup_file_is_silent():
    code = f"{SHELL}s.safe_execfile({str(STARTUP)!r}, s.user_ns)"
    assert said(f"sys.modules['jupyter_mlws'] = None\n{code}") == ""


@pytest.mark.parametrize("module", ["jupyter_mlws.cli.run", "jupyter_mlws.sdk.submit"])
def test_submitting_needs_no_database_no_server_and_nothing_that_draws(module):
    heavy = "{'sqlalchemy', 'tornado', 'jupyter_server', 'rich', 'IPython', 'git', 'alembic'}"
    assert said(f"import {module}\nprint(set(sys.modules) & {heavy})").strip() == "set()"
