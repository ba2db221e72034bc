"""What a data scientist does, in a real JupyterLab, with a real browser: one journey, in order.

``MLWS_SCREENSHOTS=docs/images`` keeps the pictures that the documentation shows.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import NOTEBOOKS

NOTEBOOK = "01_first_run.ipynb"
SLOW_MS = 120_000
# A picture does not tell where the repository lay that took it.
WITHOUT_PREFIX = """prefix => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (text.data.includes(prefix)) text.data = text.data.replaceAll(prefix, '~/.venv');
  }
}"""
WRITES = """
import json, os
trap = '<img src=nowhere.png onerror="window.hacked=1"><script>window.hacked=2</script>'
os.makedirs("outputs", exist_ok=True)
with open("outputs/report.md", "w") as file:
    file.write("# Written\\n" + trap)
table = '<table class="dataframe"><tr><td>Written</td></tr></table>' + trap
cells = [
    {"cell_type": "markdown", "metadata": {}, "source": "[x](javascript:window.hacked=3)" + trap},
    {"cell_type": "code", "metadata": {}, "execution_count": 1, "source": "table",
     "outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/html": table}}]},
]
with open("outputs/seen.ipynb", "w") as file:
    json.dump({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, file)
"""
pytestmark = pytest.mark.timeout(420)


@pytest.fixture(scope="module")
def lab(demo, tmp_path_factory):
    root = tmp_path_factory.mktemp("journey") / "digits"
    root.mkdir()
    shutil.copy(NOTEBOOKS / NOTEBOOK, root / NOTEBOOK)
    server = demo.Lab(root, "--LabApp.expose_app_in_browser=True")
    mine = server.settings / "@jupyterlab" / "notebook-extension"
    mine.mkdir(parents=True)  # JupyterLab 4.2 hides the cells that are out of view, ours with them
    (mine / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    yield server
    server.stop()
    demo.stop_endpoints(root / ".mlws" / "state")


@pytest.fixture(scope="module")
def page(lab, browser):
    """JupyterLab with the notebook open. What the page's own code complains of is kept."""
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.set_default_timeout(SLOW_MS)
    tab.errors = []
    tab.on("pageerror", lambda error: tab.errors.append(str(error)))
    tab.goto(f"{lab.url}lab/tree/{NOTEBOOK}?token={lab.token}")
    tab.wait_for_function("window.jupyterapp !== undefined")
    tab.evaluate("window.jupyterapp.restored")
    return tab


@pytest.fixture
def shot(page):
    """Keeps a picture in the light theme and in the dark one, where pictures are wanted."""
    folder = os.environ.get("MLWS_SCREENSHOTS")

    def take(name):
        if folder is None:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.evaluate(WITHOUT_PREFIX, sys.prefix)
        for theme in ("Dark", "Light"):
            command(page, "apputils:change-theme", {"theme": f"JupyterLab {theme}"})
            page.wait_for_timeout(1200)
            page.screenshot(path=f"{folder}/{name}-{theme.lower()}.png")

    return take


def command(page, name, arguments=None):
    """Execute a command of JupyterLab, as its palette does."""
    page.evaluate(
        "async ([name, words]) => { await window.jupyterapp.commands.execute(name, words); }",
        [name, arguments or {}],
    )


def tab(page, name):
    return page.get_by_role("tab", name=re.compile(rf"^{name}\b")).locator("visible=true")


def button(page, name):
    return page.get_by_role("button", name=name).locator("visible=true").first


def test_1_the_first_cell_becomes_a_run_with_a_live_card(page):
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.ready")
    command(page, "notebook:run-all-cells")
    card = page.locator(".jp-mlws-card").first
    card.get_by_text(re.compile("Queued|Starting|Running|Completed")).first.wait_for()
    card.get_by_text("Completed").first.wait_for()
    assert "svm-small" in card.inner_text()
    assert "accuracy" in card.inner_text()


def test_2_the_notebook_runs_to_its_end(page):
    page.get_by_text("answer: {").last.wait_for()
    output = page.locator(".jp-OutputArea-output", has_text="answer: {").last.inner_text()
    assert "truth: [0, 1]" in output


def test_3_the_sidebar_shows_runs_model_and_endpoint(page, shot):
    page.evaluate("() => window.jupyterapp.shell.activateById('jp-mlws-sidebar')")
    side = page.locator("#jp-mlws-sidebar")
    side.get_by_text("svm-large").first.wait_for()
    side.get_by_text("svm-small").first.wait_for()
    side.get_by_text("digits-svc").first.wait_for()
    assert "0.99" in side.inner_text()
    assert side.bounding_box()["width"] >= 290, "names and curves need room"
    page.locator(".jp-mlws-card").first.scroll_into_view_if_needed()
    shot("lab")


def test_4_a_filter_leaves_what_matches(page):
    side = page.locator("#jp-mlws-sidebar")
    field = side.get_by_role("textbox").or_(side.get_by_role("searchbox")).first
    field.fill("small")
    side.get_by_text("svm-large").first.wait_for(state="hidden")
    assert side.get_by_text("svm-small").first.is_visible()
    field.fill("")
    side.get_by_text("svm-large").first.wait_for()


def test_5_the_page_of_a_run(page, shot):
    page.locator("#jp-mlws-sidebar").get_by_text("svm-large").first.click()
    page.locator("h1", has_text="svm-large").locator("visible=true").wait_for()
    picked = page.locator("#jp-mlws-sidebar [aria-selected=true]")
    assert picked.get_attribute("aria-label") == "svm-large"
    shot("run-overview")
    tab(page, "Metrics").click()
    page.locator("canvas").locator("visible=true").first.wait_for()
    shot("run-metrics")
    tab(page, "Log").click()
    page.get_by_role("log").get_by_text("images: accuracy").first.wait_for()
    shot("run-log")
    tab(page, "Outputs").click()
    page.get_by_text("model.pkl").locator("visible=true").first.wait_for()
    shot("run-outputs")
    tab(page, "Code").click()
    page.get_by_text("load_digits").locator("visible=true").first.wait_for()
    shot("run-code")
    tab(page, "Events").click()
    page.get_by_text("Finalizing").locator("visible=true").first.wait_for()
    shot("run-events")


def test_6_a_button_registers_the_next_version(page, lab, shot):
    tab(page, "Overview").click()
    button(page, re.compile("Register model")).click()
    form = page.locator(".jp-mlws-form").locator("visible=true")
    form.locator("input").first.fill("digits")
    shot("register")
    form.get_by_role("button", name="Register", exact=True).click()
    page.locator("h1", has_text="digits").locator("visible=true").last.wait_for()
    versions = lab.ask("GET", "mlws/api/v1/models/digits/versions")["items"]
    assert [one["version"] for one in versions] == [2, 1]
    shot("model")


def test_7_a_form_deploys_it(page, lab, shot):
    command(page, "mlws:open-model", {"name": "digits"})
    button(page, re.compile("^Deploy")).click()
    form = page.locator(".jp-mlws-form").locator("visible=true")
    form.locator("input").first.fill("digits-two")
    shot("deploy")
    form.get_by_role("button", name=re.compile("^Deploy")).click()
    page.locator("h1", has_text="digits-two").locator("visible=true").wait_for()
    page.get_by_text("Healthy").locator("visible=true").first.wait_for()
    assert lab.ask("GET", "mlws/api/v1/endpoints/digits-two")["models"] == ["digits:2"]
    shot("endpoint")


def test_8_the_test_form_scores_rows(page, shot):
    tab(page, "Test").click()
    request = page.locator("textarea").locator("visible=true").first
    begun = json.loads(request.input_value())
    assert begun == {"data": [[0] * 64]}, "no sample was stored: a row as long as the model wants"
    request.fill('{"data": [[' + ", ".join(["1"] * 64) + "]]}")
    button(page, re.compile("^Send")).click()
    page.get_by_text('"predict"').locator("visible=true").first.wait_for()
    shot("endpoint-test")


def test_9_cards_outlive_the_kernel_and_a_reload(page, lab):
    command(page, "docmanager:open", {"path": NOTEBOOK})
    command(page, "docmanager:save")
    for session in lab.ask("GET", "api/sessions"):
        lab.ask("DELETE", f"api/sessions/{session['id']}")
    page.reload()
    page.wait_for_function("window.jupyterapp !== undefined")
    page.evaluate("window.jupyterapp.restored")
    command(page, "docmanager:open", {"path": NOTEBOOK})
    page.locator(".jp-mlws-card", has_text="svm-small").get_by_text("Completed").first.wait_for()


def test_what_a_run_wrote_is_drawn_and_runs_nothing(page, lab):
    (lab.root / "write.py").write_text(WRITES)
    words = ("run", "submit", "write.py", "--experiment", "writes", "--wait")
    subprocess.run(
        [sys.executable, "-m", "jupyter_mlws.cli.main", *words], cwd=lab.root, check=True
    )
    command(page, "mlws:open-run", {"id": "writes-1", "tab": "outputs"})
    for name, drawn in (("report.md", "h1"), ("seen.ipynb", "table.dataframe")):
        page.get_by_text(name, exact=True).locator("visible=true").first.click()
        place = page.locator(f".jp-mlws-rendered {drawn}").locator("visible=true").first
        place.wait_for()
        assert "Written" in place.inner_text()
    page.wait_for_timeout(500)  # an image that does not load says so a little later
    assert page.evaluate("window.hacked") is None
    assert page.locator(".jp-mlws-rendered script").count() == 0


def test_what_was_typed_broke_nothing(page):
    assert page.errors == []


def test_cards_are_live_in_notebook_7(lab, browser):
    tab = browser.new_page()
    tab.set_default_timeout(SLOW_MS)
    tab.goto(f"{lab.url}notebooks/{NOTEBOOK}?token={lab.token}")
    card = tab.locator(".jp-mlws-card", has_text="svm-small")
    card.get_by_text("Completed").first.wait_for()
    card.get_by_role("button", name="Open", exact=True).first.click()
    head = tab.locator("h1", has_text="svm-small")
    head.wait_for()
    assert head.bounding_box()["y"] < tab.viewport_size["height"], "the page opens out of sight"
    tab.close()
