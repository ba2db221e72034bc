"""Every link and picture in a page leads somewhere."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images"  # made by a program that needs a browser
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.M | re.S)
QUOTED = re.compile(r"`[^`\n]+`")


def pages():
    """The pages that belong to the repository, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = listed.stdout.split() or [
        str(page.relative_to(ROOT)) for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    ]
    return sorted(page for page in found if (ROOT / page).is_file())


def prose(text):
    """A page without its code."""
    return QUOTED.sub("", FENCED.sub("", text))


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def follow(page, link):
    """What is wrong with a link; None where nothing is."""
    if re.match(r"[a-z]+:", link):
        return None
    path, _, anchor = link.partition("#")
    target = (page.parent / unquote(path)).resolve() if path else page
    if not target.exists():
        return f"{link}: nothing there"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return f"{link}: no such heading"
    return None


@pytest.mark.parametrize("name", pages())
def test_links_lead_somewhere(name):
    page = ROOT / name
    text = prose(page.read_text())
    links = LINK.findall(text)
    if PICTURES.is_dir():
        links += PICTURE.findall(text)
    assert [wrong for link in links if (wrong := follow(page, link))] == []


def test_a_wrong_link_is_found():
    page = ROOT / "docs" / "index.md"
    assert follow(page, "nowhere.md") == "nowhere.md: nothing there"
    assert follow(page, "runs.md#nowhere") == "runs.md#nowhere: no such heading"
    assert follow(page, "runs.md#states") is None


def test_every_page_can_be_reached_from_the_index():
    docs = ROOT / "docs"
    seen, waiting = set(), [docs / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        waiting += [page.parent / link.partition("#")[0] for link in LINK.findall(page.read_text())]
    mine = {page.resolve() for page in [*docs.glob("*.md"), *docs.glob("decisions/*.md")]}
    assert mine - seen - {(docs / "performance.md").resolve()} == set()
