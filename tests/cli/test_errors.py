"""Whoever mistypes meets one sentence: on stderr, with an exit code, without a traceback."""

import json
import shlex
import subprocess

import pytest

LONG = "x" * 5000
NOT_THERE = [  # 1: what the line names is not here, or not now
    (("run", "submit", "trian.py"), "There is no trian.py in {folder}; did you mean train.py?"),
    (("run", "submit", "."), ". is a folder: name the script in it"),
    (("run", "submit", LONG), "cannot be used: File name too long."),
    (("run", "submit", "../nope.py"), "There is no nope.py in {folder.parent}."),
    (("run", "submit", "train.py", "--source", "/no"), "There is no folder /no."),
    (("run", "submit", "../x.py", "--source", "."), "../x.py is not in {folder}: --source names"),
    (("run", "submit", "train.py", "--workspace", "/no"), "There is no folder /no."),
    (
        ("run", "submit", "train.py", "--workspace", "https://h/x"),
        "https://h/x is on another machine",
    ),
    (("run", "list", "--workspace", "/no"), "/no is no workspace"),
    (("run", "show", "digits-99"), "There is no run 'digits-99'"),
    (("run", "logs", "zzz"), "There is no run 'zzz'"),
    (("run", "logs", LONG), "There is no run 'xxx"),
    (("run", "cancel", "zzz"), "There is no run 'zzz'"),
    (("run", "wait", "zzz"), "There is no run 'zzz'"),
    (("run", "metrics", "digits-1", "los"), "has no metric 'los'"),
    (("run", "download", "digits-1", "--path", "out"), "has no file 'out'"),
    (("run", "download", "digits-1", "/dev/null/x"), "/dev/null/x/outputs cannot be used"),
    (("model", "show", "nope:3"), "There is no model 'nope'"),
    (("model", "register", "m", "--path", "/no"), "There is no file or folder /no here"),
    (("model", "register", "m", "--run", "digits-1", "--path", "no"), "has no file or folder 'no'"),
    (("endpoint", "deploy", "nope:3", "--name", "svc"), "There is no model 'nope'"),
    (("endpoint", "show", "nope"), "There is no endpoint 'nope'"),
    (("compute", "show", "nope"), "nope"),
]
CANNOT_BE = [  # 2: a value that cannot be
    (("run", "submit", ""), "Name the script, or the notebook."),
    (("run", "submit", "train.py", "--target", "gpu"), "There is no target 'gpu'"),
    (("run", "submit", "train.py", "-e", "a b"), "'a b' cannot name an experiment"),
    (("run", "submit", "train.py", "-e", LONG), "cannot name an experiment"),
    (("run", "submit", "train.py", "--name", LONG), "A run's name has at most 255 characters."),
    (("run", "submit", "train.py", "-p", "lr"), "'lr' is not NAME=VALUE."),
    (("run", "submit", "train.py", "-p", f"{LONG}=1"), "A parameter's name has at most 255"),
    (("run", "submit", "train.py", "--tag", f"{LONG}=1"), "A tag's name has at most 255"),
    (("run", "submit", "train.py", "--python", "/no"), "There is no interpreter /no"),
    (("run", "submit", "train.py", "--python", "./train.py"), "train.py cannot be executed"),
    (("run", "submit", "train.py", "--input", "data"), "'data' is not NAME=PATH."),
    (("run", "submit", "train.py", "--input", "data="), "The input 'data' has no path"),
    (("run", "submit", "train.py", "--input", "data=/no"), "There is nothing at /no, the input"),
    (("run", "submit", "train.py", "--input", "../x=/tmp"), "'../x' is not a path inside"),
    (("run", "submit", "train.py", "--input", "train.py=/tmp"), "has 'train.py' already"),
    (("run", "submit", "train.py", "--retries", "101"), "between 0 and 100 retries"),
    (("run", "submit", "train.py", "--timeout", "nan"), "A run cannot last nan s"),
    (("run", "submit", "train.py", "--timeout", "1e300"), "at most a year"),
    (("run", "submit", "train.py", "--var", "MLWS_X=1"), "'MLWS_X' cannot be a variable of a run"),
    (("run", "again", "digits-1", "--var", "A_TOKEN=x"), "A_TOKEN is none of the run's secrets"),
    (("endpoint", "deploy", "m:1", "--name", "s", "--var", "A_TOKEN=x"), "looks like a secret"),
    (("run", "submit", "train.py", "--var", "NOT_SET"), "NOT_SET is not set here"),
    (("run", "list", "--state", "Bogus"), "There is no state 'Bogus'"),
    (("run", "tag", "digits-1"), "Say what to change"),
    (("run", "tag", "digits-1", "--name", LONG), "A run's name has at most 255 characters."),
    (("model", "show", "a:b"), "'a:b' is no model: write NAME:VERSION"),
    (("model", "delete", "a"), "Say which version is to go: a:VERSION."),
    (("endpoint", "deploy", "nope", "--name", "a b"), "'a b' cannot name an endpoint"),
    (
        ("endpoint", "deploy", "m", "--name", "s", "--script", "train.py"),
        "train.py does not define init().",
    ),
    (("endpoint", "update", "nope"), "Say what to update"),
    (("endpoint", "invoke", "nope", "--data", "{"), "data is not JSON"),
    (("endpoint", "invoke", "nope", "--data", "@no"), "no cannot be read: No such file"),
    (("workspace", "prune", "--older-than", "soon"), "'soon' is no age"),
    (("compute", "attach", "far", "--kind", "moon"), "There is no kind of target 'moon'"),
]
WRONG_USAGE = [
    ("--bogus",),
    ("bogus",),
    ("run", "bogus"),
    ("run", "submit"),
    ("run", "submit", "x", "--bogus"),
    ("run", "submit", "x", "--timeout", "soon"),
    ("model", "register", "m"),
    ("endpoint", "regen-key", "x", "third"),
    ("endpoint", "regen-key", "x"),
]


@pytest.mark.parametrize(
    ("code", "words", "sentence"),
    [(1, *case) for case in NOT_THERE] + [(2, *case) for case in CANNOT_BE],
    ids=lambda part: " ".join(part)[:40] if isinstance(part, tuple) else "",
)
def test_one_sentence(mlws, run, code, words, sentence):
    done = mlws(*words)
    assert (done.code, done.out) == (code, "")
    (line,) = done.err.splitlines()
    assert line.startswith("mlws: ") and len(line) < 500
    assert sentence.format(folder=mlws.folder) in line


@pytest.mark.parametrize("words", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_is_2_and_says_where_help_is(mlws, words):
    done = mlws(*words)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert line.startswith("mlws: ") and "--help`" in line


def test_json_keeps_errors_off_stdout(mlws):
    done = mlws("run", "show", "nope", "--json")
    assert (done.code, done.out) == (1, "")


def test_a_noun_alone_shows_its_verbs(mlws):
    done = mlws("run")
    assert done.code == 2
    assert "submit" in done.out + done.err


def test_outside_of_a_workspace_reading_makes_none(mlws, tmp_path):
    done = mlws("run", "list", folder=tmp_path)
    assert done.code == 1 and "is in no workspace" in done.err
    assert not (tmp_path / ".mlws").exists()


@pytest.mark.parametrize("how", ["PYTHONIOENCODING=ascii", "PYTHONIOENCODING=latin-1"])
def test_a_terminal_that_knows_few_letters_is_no_error(mlws, run, how):
    told = f"{how} {shlex.join(mlws.command('run', 'show', 'digits-1'))}"
    for words in (told, f"{told} --json"):
        done = subprocess.run(
            ["sh", "-c", words], cwd=mlws.folder, env=mlws.env, capture_output=True
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["id"] == run["id"]


def test_a_closed_output_is_no_error(mlws, run):
    words = shlex.join(mlws.command("run", "show", "digits-1"))
    done = subprocess.run(["sh", "-c", f"{words} >&- 2>&-"], cwd=mlws.folder, env=mlws.env)
    assert done.returncode == 0
