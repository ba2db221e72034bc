"""Code in the pages is code; notebooks are stored clean."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(python|json)\n(.*?)^```", re.M | re.S)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAGIC = re.compile(r"^\s*[%!].*$", re.M)


def blocks():
    for page in PAGES:
        for n, (kind, text) in enumerate(BLOCK.findall(page.read_text()), 1):
            yield pytest.param(kind, text, id=f"{page.relative_to(ROOT)}-{n}")


@pytest.mark.parametrize(("kind", "text"), list(blocks()))
def test_a_block_is_what_it_says(kind, text):
    if kind == "json":
        json.loads(text)
    else:
        ast.parse(MAGIC.sub("", text))  # a cell may begin with a magic


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path):
    notebook = json.loads(path.read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
            ast.parse(MAGIC.sub("", "".join(cell["source"])) or "pass")
        else:
            for link in re.findall(r"\]\(([^)#\s]+)", "".join(cell["source"])):
                assert link.startswith("http") or (path.parent / link).exists(), link


def test_the_promises_name_tests_that_are_there():
    text = (ROOT / "docs" / "promises.md").read_text()
    named = set(re.findall(r"\]\(\.\./(tests/[\w/]+\.py)\)", text))
    assert named, "no test is named"
    for path in named:
        assert re.search(r"^\s*def test_", (ROOT / path).read_text(), re.M), path
