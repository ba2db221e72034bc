"""A real JupyterLab, and a real browser in front of it."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest

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
