"""The wheel, in an environment that has no Node: it installs, loads, and does the main job."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.journeys.conftest import HOUSE, NOTEBOOKS

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Runs a program of a new environment with the wheel in it, and no Node on its PATH."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, HOUSE]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    programs = folder / "path"
    programs.mkdir()
    for name in ("sh", "ps", "git"):
        if found := shutil.which(name):
            (programs / name).symlink_to(found)
    environment = {
        "HOME": str(folder),
        "PATH": f"{venv / 'bin'}:{programs}",
        "LANG": "C.UTF-8",
        **{name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_"))},
    }

    def run(*words, **more):
        return subprocess.run(
            [venv / "bin" / words[0], *words[1:]],
            env=environment,
            capture_output=True,
            text=True,
            **more,
        )

    installed = run("python", "-m", "pip", "install", "-q", str(wheel), "scikit-learn")
    assert installed.returncode == 0, installed.stderr
    return run


def test_the_front_end_is_in_the_wheel(bare):
    listed = bare("jupyter", "labextension", "list")
    assert "jupyter-mlws v" in listed.stderr + listed.stdout
    line = next(x for x in (listed.stderr + listed.stdout).splitlines() if "jupyter-mlws" in x)
    assert "enabled" in line and "OK" in line and "python, jupyter_mlws" in line, line


def test_the_server_extension_is_enabled(bare):
    listed = bare("jupyter", "server", "extension", "list")
    said = re.sub(r"\x1b\[\d+m", "", listed.stderr + listed.stdout)
    assert re.search(r"jupyter_mlws\s+enabled", said), said


def test_the_tour_of_the_readme_works(bare, tmp_path):
    done = bare("python", str(NOTEBOOKS / "demo.py"), str(tmp_path / "demo"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a model and an endpoint are in the workspace" in done.stdout
