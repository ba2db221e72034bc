"""A real JupyterLab, and a real browser in front of it."""

import importlib.util
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.served import free_port

HOUSE = Path(__file__).parents[2]
NOTEBOOKS = HOUSE / "notebooks"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def load(path: Path):
    """A script of the repository as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Bare:
    """A new environment with our wheel, and no Node on its PATH.

    Parameters
    ----------
    folder
        Becomes its home.
    python
        Which interpreter it is made of.
    packages
        What pip installs.
    """

    def __init__(self, folder, python, *packages):
        self.programs = folder / "venv" / "bin"
        subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
        others = folder / "path"
        others.mkdir()
        for name in ("sh", "ps", "git"):
            if found := shutil.which(name):
                (others / name).symlink_to(found)
        self.env = {
            "HOME": str(folder),
            "PATH": f"{self.programs}:{others}",
            "LANG": "C.UTF-8",
            **{name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_"))},
        }
        compiled_at_need = ("-q", "--no-compile")  # most is never imported
        installed = self("python", "-m", "pip", "install", *compiled_at_need, *packages)
        assert installed.returncode == 0, installed.stderr

    def __call__(self, *words, **more):
        """Run one of its programs to its end."""
        command = [self.programs / words[0], *words[1:]]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, **more)


@contextmanager
def jupyterlab(words, folder, env):
    """Address of a JupyterLab that `words` start, with the token ``secret``; it ends at the end."""
    port = free_port()
    flags = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=secret"]
    flags += ["--LabApp.expose_app_in_browser=True"]
    log = folder / "jupyter.log"
    with log.open("wb") as out:
        server = subprocess.Popen([*words, *flags], cwd=folder, env=env, stdout=out, stderr=out)
    try:
        until = time.monotonic() + 60
        while not _answers(f"http://127.0.0.1:{port}/mlws/health"):
            assert server.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(30)


def _answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, HOUSE]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def demo():
    return load(NOTEBOOKS / "demo.py")


@pytest.fixture(scope="module")
def lab(demo, tmp_path_factory):
    """A JupyterLab server on a folder of its own; what it started ends with it."""
    root = tmp_path_factory.mktemp("lab")
    server = demo.Lab(root)
    yield server
    server.stop()
    demo.stop_endpoints(root / ".mlws" / "state")


@pytest.fixture(scope="session")
def chromium():
    """Where the browser is. Without one these tests are left out, but not in CI."""
    for name in ("chromium", "google-chrome", "chromium-browser"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI") == "true":
        pytest.fail("CI needs a browser: install chromium.")
    pytest.skip("there is no chromium on this machine")


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def python():
    return sys.executable


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Where a step in the browser fails, the picture of it is kept beside the test's files."""
    outcome = yield
    report = outcome.get_result()
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        picture = Path(item.funcargs["lab"].root).parent / f"{item.name}.png"
        page.screenshot(path=picture)
        report.sections.append(("picture", str(picture)))
