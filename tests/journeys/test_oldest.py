"""The oldest of everything that pyproject.toml allows: it installs, loads, does the main job."""

import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement

from tests.disk import left_out
from tests.journeys.conftest import HOUSE, NOTEBOOKS, Bare, jupyterlab

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

pytestmark = pytest.mark.timeout(900)
SLOW = """
import time
for i in range(60):
    print("line", i, flush=True)
    time.sleep(0.1)
"""


def oldest_python():
    """An interpreter for which those old versions were built; the oldest that is here."""
    for minor in range(10, 13):
        name = f"python3.{minor}"
        try:
            if subprocess.run([name, "-c", "import venv"], capture_output=True).returncode == 0:
                return name
        except FileNotFoundError:
            continue
    return left_out("there is no Python before 3.13, for which the oldest parts were not built")


def pins():
    """Each of our dependencies at its lower bound."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    found = []
    for line in project["dependencies"]:
        asked = Requirement(line)
        (lowest,) = (one.version for one in asked.specifier if one.operator == ">=")
        found.append(f"{asked.name}=={lowest}" + (f"; {asked.marker}" if asked.marker else ""))
    return found


@pytest.fixture(scope="module")
def oldest(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("oldest")
    return Bare(folder, oldest_python(), str(wheel), *pins(), "scikit-learn")


@pytest.fixture(scope="module")
def toured(oldest, tmp_path_factory):
    """The folder in which the tour of the README was taken."""
    folder = tmp_path_factory.mktemp("toured") / "demo"
    done = oldest("python", NOTEBOOKS / "demo.py", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "a model and an endpoint are in the workspace" in done.stdout
    return folder


def test_what_is_installed_is_the_oldest(oldest):
    shown = oldest("python", "-m", "pip", "list", "--format=freeze").stdout
    assert re.search(r"^jupyterlab==4\.2\.0$", shown, re.MULTILINE), shown


def test_the_page_shows_the_tour_and_follows_a_run(oldest, toured, demo, browser):
    (toured / "slow.py").write_text(SLOW)
    words = [oldest.programs / "python", "-m", "jupyterlab"]
    with jupyterlab(words, toured, oldest.env) as url:
        try:
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(60_000)
            errors = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(f"{url}lab/tree/01_first_run.ipynb?token=secret")
            page.wait_for_function("window.jupyterapp !== undefined")
            page.evaluate("window.jupyterapp.restored")
            page.locator(".jp-mlws-card", has_text="svm-small").get_by_text("Completed").wait_for()
            page.evaluate("() => window.jupyterapp.shell.activateById('jp-mlws-sidebar')")
            side = page.locator("#jp-mlws-sidebar")
            side.get_by_text("digits-svc").first.wait_for()
            submitted = ("mlws", "run", "submit", "slow.py", "--name", "seen-live")
            assert oldest(*submitted, cwd=toured).returncode == 0
            side.get_by_text("seen-live").first.click()
            page.get_by_role("tab", name=re.compile("^Log")).locator("visible=true").click()
            page.get_by_role("log").get_by_text("line 59").wait_for()
            assert errors == []
        finally:
            demo.stop_endpoints(toured / ".mlws" / "state")
