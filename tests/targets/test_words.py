"""What a run executes, by what was asked."""

import pytest

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.run import RunSpec
from jupyter_mlws.targets.words import inputs, words


@pytest.mark.parametrize(
    "asked, says",
    [
        ({"command": ("make",), "arguments": ("-j", "2")}, "make -j 2"),
        ({"script": "a/train.py", "arguments": ("x",)}, "python3 a/train.py x"),
        ({"script": "train.py", "python": "/v/bin/python"}, "/v/bin/python train.py"),
        (
            {"script": "t.py", "parameters": {"lr": 0.1, "n": 3, "fast": False, "opt": "adam"}},
            "python3 t.py --lr 0.1 --n 3 --fast false --opt adam",
        ),
        (
            {"script": "t.py", "parameters": {"lr": -1e-5, "x": "--y"}},
            "python3 t.py --lr=-1e-05 --x=--y",
        ),
        (
            {"notebook": "n.ipynb", "parameters": {"n": 3}},
            "python3 /copy/notebook_driver.py n.ipynb",
        ),
        ({"command": ("make",), "parameters": {"n": 3}}, "make"),
    ],
)
def test_the_words_of_a_run(asked, says):
    assert words(RunSpec(**asked), "/copy") == says.split()


@pytest.mark.parametrize(
    "asked",
    [
        {"script": "../train.py"},
        {"script": "/train.py"},
        {"script": ""},
        {"notebook": "a/../../n.ipynb"},
        {"command": ("a\0b",)},
    ],
)
def test_what_cannot_be_executed_is_refused(asked):
    with pytest.raises(Invalid) as refused:
        words(RunSpec(**asked), "/copy")
    assert refused.value.field.startswith("spec.")


@pytest.mark.parametrize(
    "asked",
    [
        {"a": "/x", "a/b": "/y"},
        {"a/b": "/y", "a": "/x"},
        {"outputs": "/x"},
        {"a": "x"},
        {".": "/x"},
    ],
)
def test_inputs_that_collide_are_refused(asked):
    with pytest.raises(Invalid):
        inputs(RunSpec(command=("a",), inputs=asked))


def test_inputs_beside_each_other_pass():
    asked = {"data/a": "/x", "data/b": "/y", "c": "/z"}
    assert inputs(RunSpec(command=("a",), inputs=asked)) == asked
