"""What users type, and what is said to them: parameters, interpreters, paths, words."""

import sys

import pytest

from jupyter_mlws.errors import Invalid, NotFound
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.sdk import surroundings, words
from jupyter_mlws.sdk.parameters import as_inputs, as_pairs, as_parameters, named
from jupyter_mlws.sdk.register import as_sample, versioned
from jupyter_mlws.sdk.scripts import rooted, script_or_notebook

T0 = Instant.parse("2030-01-01T00:00:00Z")


def test_values_are_numbers_and_booleans_where_they_read_so_else_text():
    given = ["a=1", "b=0.5", "c=true", "d=1e3", "e=x=y", "f=", 'g="1"', "h=[1]", "i=NaN", "j=None"]
    assert as_parameters(given) == {
        **{"a": 1, "b": 0.5, "c": True, "d": 1000.0, "e": "x=y", "f": ""},
        **{"g": '"1"', "h": "[1]", "i": "NaN", "j": "None"},
    }


@pytest.mark.parametrize("word", ["lr", "=1", " =1", ""])
def test_a_word_that_is_no_pair_is_named(word):
    with pytest.raises(Invalid, match="is not NAME=VALUE"):
        as_pairs([word], "parameters")


def test_inputs_are_absolute(tmp_path):
    (tmp_path / "d").mkdir()
    assert as_inputs(["data=../d", "root=/"], tmp_path / "a") == {
        "data": str(tmp_path / "d"),
        "root": "/",
    }
    with pytest.raises(Invalid, match=r"There is nothing at .*/a/no, the input 'data'\."):
        as_inputs(["data=no"], tmp_path / "a")


def test_a_sample_is_json_or_a_file_of_it(tmp_path):
    assert as_sample('{"data": [[1]]}') == {"data": [[1]]}
    (tmp_path / "s.json").write_text("[2]")
    assert as_sample(str(tmp_path / "s.json")) == as_sample(f"@{tmp_path}/s.json") == [2]
    for wrong, said in (
        ("{", "is not JSON"),
        ("x.json", "is not JSON"),
        ("@/no", "cannot be read"),
    ):
        with pytest.raises(Invalid, match=said):
            as_sample(wrong)


@pytest.mark.parametrize("name", ["a b", "", ".a", "a/b", "a" * 129])
def test_a_name_that_cannot_be(name):
    with pytest.raises(Invalid, match="cannot name an experiment"):
        named(name, "an experiment")


def test_carried_variables_are_few_and_those_that_are_named():
    environ = {"PATH": "/bin", "HOME": "/root", "MY": "1", "HF_TOKEN": "secret"}
    assert surroundings.carried(["MY", "OTHER=a=b"], environ) == {
        "PATH": "/bin",
        "MY": "1",
        "OTHER": "a=b",
    }


@pytest.mark.parametrize("name", ["HF_TOKEN", "AWS_SECRET_KEY", "DB_PASSWORD", "MLWS_X", "JPY_A"])
def test_a_secret_s_value_travels_with_a_run_only_and_apart(name):
    for word in (name, f"{name}=hidden", f"{name.lower()}=hidden"):
        found = surroundings.variables(["MY=1", word], {name: "hidden"})
        assert (found.plain, found.secrets) == ({"MY": "1"}, {word.partition("=")[0]: "hidden"})
        with pytest.raises(Invalid, match="looks like a secret"):
            surroundings.carried([word], {name: "hidden"})


def test_an_interpreter_is_a_path_or_a_folder_of_an_environment(tmp_path):
    assert surroundings.interpreter(sys.executable) == sys.executable
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    assert surroundings.interpreter(str(tmp_path)) == str(tmp_path / "bin" / "python")
    with pytest.raises(Invalid, match="no interpreter"):
        surroundings.interpreter("no-such-python")


def test_without_source_the_scripts_folder_is_sent(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "go.py").write_text("")
    assert rooted("a/go.py", None, tmp_path) == (tmp_path / "a", "go.py")


def test_with_source_a_script_is_relative_to_here_or_to_it(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "go.py").write_text("")
    root = tmp_path / "a"
    assert rooted("go.py", root, root / "b") == (root, "b/go.py")
    assert rooted("b/go.py", root, tmp_path) == (root, "b/go.py")
    assert rooted("a/b/go.py", root, tmp_path) == (root, "b/go.py")


def test_a_script_that_is_not_there_is_told_with_its_neighbours(tmp_path):
    (tmp_path / "train.py").write_text("")
    with pytest.raises(NotFound, match=r"There is no trian\.py in .*; did you mean train\.py\?"):
        rooted("trian.py", None, tmp_path)
    with pytest.raises(NotFound, match="is a folder"):
        rooted(".", None, tmp_path)


def test_notebooks_are_known_by_their_ending():
    assert script_or_notebook("a/b.ipynb") == {"notebook": "a/b.ipynb"}
    assert script_or_notebook("b.py") == {"script": "b.py"}


def test_models_are_written_name_and_version():
    assert versioned("digits:3") == ("digits", 3)
    assert versioned("digits") == versioned("digits:latest") == ("digits", "latest")
    for wrong in ("digits:", "digits:x", ":3", "a b", "digits:-1"):
        with pytest.raises(Invalid, match="write NAME:VERSION"):
            versioned(wrong)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "0.0 s"),
        (0.84, "0.8 s"),
        (12.4, "12 s"),
        (59.9, "1 min"),
        (250, "4 min 10 s"),
        (7500, "2 h 5 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_durations(seconds, said):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("n_bytes", "said"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (12_300_000, "12 MB"), (3 * 10**12, "3.0 TB")],
)
def test_sizes(n_bytes, said):
    assert words.size(n_bytes) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (12, "12 s ago"), (250, "4 min ago"), (200000, "2 d ago")],
)
def test_ages(seconds, said):
    assert words.age(T0, T0.after(seconds)) == said


@pytest.mark.parametrize(
    ("of", "said"), [(0.97222, "0.9722"), (3, "3"), ("NaN", "NaN"), (True, "True"), (1e-9, "1e-09")]
)
def test_values(of, said):
    assert words.value(of) == said
