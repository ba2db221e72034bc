"""From a cell to a script: what goes in front, what is refused, what a line may hold."""

import pytest
from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import TransformerManager

from jupyter_mlws.magics import cell, options
from jupyter_mlws.magics.completion import offered
from jupyter_mlws.magics.mlws import OTHERS, VIEWS, mlws

python = TransformerManager().transform_cell


def test_a_cell_alone_keeps_its_line_numbers():
    assert cell.script("a = 1\nb = 2\n\n", (), python, ()) == "a = 1\nb = 2\n"


def test_parameters_come_first_as_data():
    head, mark, body = cell.script("print(lr)", (), python, ["lr"]).splitlines()
    assert "lr" not in head and mark == "# %%" and body == "print(lr)"


def test_cells_in_front_say_where_they_are_from():
    fronts = cell.fronts("3, 1", {1: "a = 1", 3: "%%time\nb = 2"})
    text = cell.script("print(a, b)", fronts, python, ())
    assert text == "# %% In [3]\nb = 2\n# %% In [1]\na = 1\n# %%\nprint(a, b)\n"


@pytest.mark.parametrize("numbers", ["9", "x", "1,9", "1-3"])
def test_with_takes_numbers_of_executed_cells(numbers):
    with pytest.raises(UsageError):
        cell.fronts(numbers, {1: "a = 1"})


def test_magics_that_concern_the_kernel_only_are_left_out():
    code = "%matplotlib inline\nif x:\n    %config A.b = 1\nprint(1)"
    assert cell.plain(code, python) == (
        "pass  # %matplotlib inline\nif x:\n    pass  # %config A.b = 1\nprint(1)"
    )


@pytest.mark.parametrize("code", ["!ls", "%pip install x", "files = !ls", "print?", "x = %who_ls"])
def test_what_only_a_kernel_understands_is_refused_with_its_line(code):
    with pytest.raises(UsageError, match="needs a kernel"):
        cell.plain(f"a = 1\n{code}", python)


def test_all_cells_that_are_needed_are_named_at_once():
    history = {1: "import os", 2: "A = os.sep", 3: "def f():\n    return A"}

    def needs(number):
        return cell.lacking(history[number], (), history, {}, python).cells.values()

    found = cell.lacking("f()", (), history, {}, python)
    with pytest.raises(UsageError, match=r"f \(cell 3\)\. Add --with 1,2,3, or tag"):
        cell.refuse(found, (), needs)


def test_what_only_the_kernel_holds_is_named():
    found = cell.lacking("df.head()", (), {}, {"df": 1}, python)
    with pytest.raises(UsageError, match="df, which this kernel holds and no cell defines"):
        cell.refuse(found, (), lambda number: ())


def test_a_cell_that_was_sent_away_defines_nothing_here():
    history = {1: "%%submit\nX = 1", 2: "%%time\nY = 1"}
    found = cell.lacking("X + Y", (), history, {}, python)
    assert (found.cells, found.nowhere) == ({"Y": 2}, ("X",))


def test_parameters_are_names_that_are_there():
    assert cell.lacking("print(lr)", ["lr"], {}, {}, python).nowhere == ()


def test_a_line_is_taken_apart_as_a_shell_does():
    words = options.parse("submit", "train.py -p 'a=1 2' -p b=2 --with 1,3 --as run -- --x 'y z'")
    assert (words.script, words.param) == ("train.py", ["a=1 2", "b=2"])
    assert (words.front, words.variable, words.arguments) == ("1,3", "run", ["--x", "y z"])


@pytest.mark.parametrize(
    "line", ["--bogus", "--gpus many", "--target", "a b", "'open", "--timeout soon"]
)
def test_a_wrong_line_is_a_usage_error(line):
    with pytest.raises(UsageError):
        options.parse("submit", line)


def test_help_of_mlws_tells_every_view_and_the_other_magics():
    for line in ("", "--help", "help"):
        said = repr(mlws(None, line))
        for word in (*VIEWS, *OTHERS, "[EXPERIMENT]", "logs RUN", "latest"):
            assert word in said, word
    with pytest.raises(UsageError, match="no 'jobs'; it knows runs, show"):
        mlws(None, "jobs")


def test_help_ends_the_magic_and_not_the_kernel(capsys):
    with pytest.raises(options.Shown):
        options.parse("submit", "--help")
    assert "--experiment" in capsys.readouterr().out


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("train.py", "first.ipynb", "notes.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "src").mkdir()
    return tmp_path


def test_the_first_word_is_a_script_or_a_notebook(folder):
    assert {"train.py", "first.ipynb", "src/"} <= set(offered("submit", [], ""))
    assert "notes.txt" not in offered("submit", [], "")
    assert "notes.txt" in offered("register", ["digits", "--path"], "")


def test_after_the_first_word_come_options(folder):
    assert "--target" in offered("submit", ["train.py"], "")
    assert "train.py" not in offered("submit", ["train.py"], "")
    assert "train.py" in offered("submit", ["--wait"], "")
    assert "train.py" in offered("submit", ["--target", "local"], "")
    assert "train.py" in offered("submit", ["train.py", "--", "--data"], "tr")


def test_outside_of_a_workspace_nothing_is_offered_and_nothing_breaks(folder, monkeypatch):
    for name in ("MLWS_WORKSPACE", "MLWS_DEFAULT_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    assert offered("submit", ["--target"], "") == []
    assert offered("mlws", ["logs"], "") == []
    assert "runs" in offered("mlws", [], "")
