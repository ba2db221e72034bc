"""Whoever mistypes meets one sentence: on stderr, with an exit code, without a traceback."""

import pytest

SENTENCES = [
    (("run", "submit", "trian.py"), "There is no trian.py in {folder}; did you mean train.py?"),
    (("run", "submit", "train.py", "--target", "gpu"), "There is no target 'gpu'"),
    (("run", "submit", "train.py", "-e", "a b"), "'a b' cannot name an experiment"),
    (("run", "submit", "train.py", "-p", "lr"), "'lr' is not NAME=VALUE."),
    (("run", "submit", "train.py", "--python", "/no"), "There is no interpreter /no"),
    (("run", "submit", "train.py", "--input", "data=/no"), "There is nothing at /no, the input"),
    (("run", "submit", "train.py", "--retries", "101"), "between 0 and 100 retries"),
    (("run", "submit", "train.py", "--source", "/no"), "There is no folder /no."),
    (("run", "submit", "train.py", "--var", "MLWS_X=1"), "'MLWS_X' cannot be a variable of a run"),
    (("run", "again", "digits-1", "--var", "A_TOKEN=x"), "A_TOKEN is none of the run's secrets"),
    (("endpoint", "deploy", "m:1", "--name", "s", "--var", "A_TOKEN=x"), "looks like a secret"),
    (("run", "submit", "train.py", "--var", "NOT_SET"), "NOT_SET is not set here"),
    (("run", "submit", "train.py", "--workspace", "/no"), "There is no folder /no."),
    (
        ("run", "submit", "train.py", "--workspace", "https://h/x"),
        "https://h/x is on another machine",
    ),
    (("run", "list", "--workspace", "/no"), "/no is no workspace"),
    (("run", "list", "--state", "Bogus"), "There is no state 'Bogus'"),
    (("run", "show", "digits-99"), "There is no run 'digits-99'"),
    (("run", "logs", "zzz"), "There is no run 'zzz'"),
    (("run", "cancel", "zzz"), "There is no run 'zzz'"),
    (("run", "wait", "zzz"), "There is no run 'zzz'"),
    (("run", "metrics", "digits-1", "los"), "has no metric 'los'"),
    (("run", "download", "digits-1", "--path", "out"), "has no file 'out'"),
    (("model", "show", "nope:3"), "There is no model 'nope'"),
    (("model", "show", "a:b"), "'a:b' is no model: write NAME:VERSION"),
    (("model", "delete", "a"), "Say which version is to go: a:VERSION."),
    (("model", "register", "m", "--path", "/no"), "There is no file or folder /no here"),
    (("model", "register", "m", "--run", "digits-1", "--path", "no"), "has no file or folder 'no'"),
    (("endpoint", "deploy", "nope:3", "--name", "svc"), "There is no model 'nope'"),
    (("endpoint", "deploy", "nope", "--name", "a b"), "'a b' cannot name an endpoint"),
    (("endpoint", "show", "nope"), "There is no endpoint 'nope'"),
    (("endpoint", "update", "nope"), "Say what to update"),
    (("endpoint", "invoke", "nope", "--data", "{"), "data is not JSON"),
    (("compute", "show", "nope"), "nope"),
    (("workspace", "prune", "--older-than", "soon"), "'soon' is no age"),
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
]


@pytest.mark.parametrize(("words", "sentence"), SENTENCES, ids=lambda w: " ".join(w)[:40])
def test_one_sentence(mlws, run, words, sentence):
    done = mlws(*words)
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert line.startswith("mlws: ")
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
