"""The pages name what the program has, all of it, and nothing that it has not."""

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from jupyter_mlws import errors
from jupyter_mlws.cli.main import NOUNS
from jupyter_mlws.cli.main import app as door
from jupyter_mlws.magics.mlws import VIEWS
from jupyter_mlws.magics.options import DEPLOY, REGISTER, SUBMIT
from jupyter_mlws.records.endpoint import EndpointState, Limits
from jupyter_mlws.records.run import Reason, RunState
from jupyter_mlws.server.base import STATUS
from jupyter_mlws.server.policy import NEEDED

DOCS = Path(__file__).parents[2] / "docs"
FLAG = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
EVERYWHERE = {"--json", "--workspace", "--help", "-h"}


def page(name):
    return (DOCS / f"{name}.md").read_text()


def section(text, heading):
    """What stands below a heading, up to the next one that is as high."""
    found = re.search(rf"^(#+) {heading}$", text, re.M)
    assert found, f"there is no heading {heading!r}"
    end = re.search(rf"^#{{1,{len(found[1])}}} ", text[found.end() :], re.M)
    return text[found.end() :][: end.start() if end else None]


def flags(table):
    """The options in the first column of a table."""
    rows = re.findall(r"^\| (.*?) \|", table, re.M)
    return {flag for row in rows if row.startswith("`-") for flag in FLAG.findall(row)}


def commands():
    """Words → the command, without groups."""
    found = {}
    for noun, module in NOUNS.items():
        command = typer.main.get_command(import_module(module).app)
        if isinstance(command, TyperGroup):
            found |= {f"{noun} {verb}": one for verb, one in command.commands.items()}
        else:
            found[noun] = command
    return found


COMMANDS = commands()


def options(command):
    return {
        flag
        for one in command.params
        if one.param_type_name == "option"
        for flag in (*one.opts, *one.secondary_opts)
    }


@pytest.mark.parametrize("words", COMMANDS)
def test_every_option_of_a_command_is_written_and_no_other(words):
    written = flags(section(page("cli"), rf"mlws {re.escape(words)}\b.*"))
    assert written == options(COMMANDS[words]) - EVERYWHERE


@pytest.mark.parametrize("words", COMMANDS)
def test_the_help_of_a_command_explains_all_that_it_takes(words):
    command = COMMANDS[words]
    assert command.help
    assert [one.name for one in command.params if not getattr(one, "help", None)] == []


def test_every_command_that_is_written_is_there():
    headings = re.findall(r"^### mlws ((?:[a-z-]+ ?)+)", page("cli"), re.M)
    assert sorted(heading.strip() for heading in headings) == sorted(COMMANDS)


def test_what_all_commands_take_is_written_once():
    assert flags(page("cli").split("\n## ")[0]) == EVERYWHERE
    assert options(typer.main.get_command(door)) <= set(FLAG.findall(page("cli"))) | {"-h"}
    for words, command in COMMANDS.items():
        lacks = EVERYWHERE - {"--help", "-h"} - options(command)
        assert not lacks or words in ("serve", "workspace create"), (words, lacks)


@pytest.mark.parametrize("name", sorted(p.stem for p in DOCS.glob("*.md")))
def test_commands_in_a_page_are_there(name):
    """`mlws noun verb --option` in code, wherever it stands."""
    said = re.findall(
        r"(?<![\w%-])mlws ((?:run|model|endpoint|compute|workspace) [a-z-]+)", page(name)
    )
    assert [words for words in said if words not in COMMANDS] == []


@pytest.mark.parametrize(
    ("heading", "known"),
    [
        ("%%submit and %submit", SUBMIT),
        ("%register", REGISTER),
        ("%deploy and %%deploy", DEPLOY),
    ],
)
def test_every_option_of_a_magic_is_written_and_no_other(heading, known):
    written = flags(section(page("notebooks"), heading))
    assert written == {flag for one in known for flag in one.flags}


def test_every_view_is_written():
    said = re.findall(r"`%mlws (\w+)", section(page("notebooks"), "%mlws"))
    assert set(said) == set(VIEWS)


def kinds(base=errors.MlwsError):
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.code)
def test_every_error_is_written_with_its_status(kind):
    if not kind.__module__.startswith("jupyter_mlws.errors"):
        pytest.skip("a test's own")
    status = next(STATUS[one] for one in kind.__mro__ if one in STATUS)
    assert f"| `{kind.code}` | {status} |" in section(page("http"), "Errors")


def test_every_state_and_reason_of_a_run_is_written():
    text = section(page("runs"), "States")
    for state in RunState:
        assert re.search(rf"^\| {state.value} \|", text, re.M), state
    for reason in Reason:
        assert re.search(rf"^\| .*`{reason.value}`.* \|", text, re.M), reason


def test_every_state_and_limit_of_an_endpoint_is_written():
    text = page("endpoints")
    for state in EndpointState:
        assert re.search(rf"^\| {state.value} \|", text, re.M), state
    for limit in Limits.__struct_fields__:
        assert f"`{limit}`" in text


def test_every_route_is_written_and_no_other():
    said = section(page("http"), "Routes")
    written = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) ([\w{}/.]+)`", said))
    assert written == {*NEEDED, ("GET", "health")}


def test_every_call_of_a_run_is_written():
    run = import_module("jupyter_mlws").Run
    public = {name for name in dir(run) if not name.startswith("_")}
    words = set(re.findall(r"\w+", page("metrics")))
    assert public - words == {"input_datasets", "output_datasets"}  # Azure's: compatibility


def test_every_public_name_is_written():
    words = set(re.findall(r"\w+", page("python")))
    assert set(import_module("jupyter_mlws").__all__) - words == set()


def test_every_variable_that_is_read_is_written():
    house = DOCS.parent / "jupyter_mlws"
    read = {
        name
        for file in house.rglob("*.py")
        for name in re.findall(r"MLWS_[A-Z_]*[A-Z]", file.read_text())
    }
    text = "".join(one.read_text() for one in DOCS.glob("*.md"))
    assert {name for name in read if name not in text} == set()
