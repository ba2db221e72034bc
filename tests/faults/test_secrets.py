"""Secrets: nowhere but where they belong, whatever was done with them."""

import base64
import os
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import pytest

from jupyter_mlws.client import owner
from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.run import NewRun, RunAgain, RunSpec

CANARIES = {
    "JUPYTER_TOKEN": "canary-one",
    "HF_TOKEN": "canary-two",
    "DB_PASSWORD": "canary-three",
    "AWS_SECRET": "canary-four",
    "MLFLOW_TRACKING_PASSWORD": "canary-five",
    "MLWS_ANYTHING": "canary-six",
}


def forms(secret):
    """A secret as it is, and as others would write it."""
    yield secret.encode()
    yield base64.b64encode(secret.encode()).rstrip(b"=")
    yield quote(secret, safe="").encode()
    yield secret.encode().hex().encode()


def found_in(secret, files):
    return [
        str(path)
        for path in files
        if path.is_file() and any(form in path.read_bytes() for form in forms(secret))
    ]


def words_of_processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            yield pid, Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue


def environments_of(marker):
    """The environments of the processes that a run started."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{pid}/environ").read_bytes()
        except OSError:
            continue
        if marker in words:
            yield words


@pytest.fixture
def everything(own_served, maker, until, tmp_path):
    """A workspace in which all was done once: a run, a failed run, a model, an endpoint."""
    gate = tmp_path / "go"
    maker.client.wait(maker.submit("sh", "-c", "env; exit 3").id)
    long = maker.submit("sh", "-c", f"env; while [ ! -e {gate} ]; do sleep 0.05; done")
    maker.endpoint(until)
    maker.client.regenerate("svc", "secondary")
    maker.client.invoke("svc", {"data": 1})
    until(lambda: maker.client.run(long.id).state.value == "Running")
    yield long
    gate.touch()
    maker.client.wait(long.id)
    maker.client.delete_endpoint("svc")


def test_a_secret_lies_only_where_it_belongs(own_served, maker, everything):
    state = own_served.place.state
    token = owner.read(own_served.place).token
    keys = maker.client.keys("svc")
    files = [*state.rglob("*"), own_served.log]
    assert found_in(token, files) == [str(state / "owner.json")]
    assert (state / "owner.json").stat().st_mode & 0o777 == 0o600
    for key in (keys.primary, keys.secondary):
        assert found_in(key, files) == []
    sealing = (state / "keys" / "workspace").read_bytes()
    held = [p for p in files if p.is_file() and sealing in p.read_bytes()]
    assert held == [state / "keys" / "workspace"]
    for secret in (token, keys.primary, keys.secondary):
        assert [pid for pid, words in words_of_processes() if secret.encode() in words] == []
    started = list(environments_of(f"MLWS_RUN_ID={everything.id}".encode()))
    assert started
    assert not any(token.encode() in words for words in started)


def test_nobody_else_can_read_the_state(own_served, everything):
    """The folder above is closed; what lies in it is not open wide either."""
    state = own_served.place.state
    assert state.stat().st_mode & 0o777 == 0o700
    for name in ("owner.json", "keys/workspace"):
        assert (state / name).stat().st_mode & 0o077 == 0


def test_an_answer_holds_no_secret_but_the_one_that_was_asked_for(own_served, maker, everything):
    token = owner.read(own_served.place).token
    keys = maker.client.keys("svc")
    paths = ["workspace", "runs?services=1", f"runs/{everything.id}", "endpoints", "endpoints/svc"]
    paths += ["endpoints/svc/log", "models", "targets", "changes?since=0", "openapi.json"]
    paths += [f"runs/{everything.id}/log", "runs/none-1"]
    for path in paths:
        _, headers, body = own_served.ask("GET", path)
        told = body + str(headers).encode()
        for secret in (token, keys.primary, keys.secondary):
            assert secret.encode() not in told, path
    status, _, shown = own_served.ask("POST", "runs?dry_run=1", {"spec": {"command": ["env"]}})
    assert status == 200
    assert token.encode() not in shown


@pytest.mark.parametrize("surroundings", [{**CANARIES, "PLAIN": "this-one-passes"}])
def test_the_owner_s_own_secrets_do_not_reach_a_run(own_served, maker, surroundings):
    """What the server was started with: tokens and passwords stay with it."""
    ended = maker.client.wait(maker.submit("env").id)
    assert ended.state.value == "Completed"
    log = b"".join(maker.client.follow_log(ended.id))
    assert b"this-one-passes" in log
    assert b"canary" not in log
    for canary in CANARIES.values():
        assert found_in(canary, own_served.place.state.rglob("*")) == []


def test_a_run_s_own_secret_reaches_it_and_no_disk(own_served, maker, until, tmp_path):
    """Given by `--var HF_TOKEN`: the command has it, and nobody has kept it."""
    gate, value = tmp_path / "go", "canary-of-a-run"
    digest = sha256(value.encode()).hexdigest()  # the command itself is stored
    has_it = f'printf %s "$HF_TOKEN" | sha256sum | grep -q {digest} || exit 7'
    wait = f"{has_it}; while [ ! -e {gate} ]; do sleep 0.05; done"
    run = maker.client.submit(
        NewRun(
            spec=RunSpec(command=("sh", "-c", wait), secrets=("HF_TOKEN",)),
            secrets={"HF_TOKEN": value},
        )
    )
    until(lambda: maker.client.run(run.id).state.value == "Running")
    assert [pid for pid, words in words_of_processes() if value.encode() in words] == []
    gate.touch()
    ended = maker.client.wait(run.id)
    assert (ended.state.value, ended.spec.secrets) == ("Completed", ("HF_TOKEN",))
    assert found_in(value, [*own_served.place.state.rglob("*"), own_served.log]) == []
    with pytest.raises(Invalid, match="give them again, with mlws run again .* --var HF_TOKEN"):
        maker.client.again(run.id)
    once_more = maker.client.again(run.id, RunAgain(secrets={"HF_TOKEN": value}))
    assert maker.client.wait(once_more.id).state.value == "Completed"


def test_a_secret_s_value_is_refused_where_it_would_be_stored(maker):
    with pytest.raises(Invalid, match="HF_TOKEN looks like a secret"):
        maker.submit("true", variables={"HF_TOKEN": "x"})
    with pytest.raises(Invalid, match="Give a value for each name"):
        maker.submit("true", secrets=("HF_TOKEN",))


def test_a_run_whose_secrets_went_with_the_server_says_so(own_served, maker, until):
    """It waited for a slot when the server was killed."""
    slots = [maker.submit("sleep", "60") for _ in range(own_served.client.targets()[0].slots)]
    run = maker.client.submit(
        NewRun(spec=RunSpec(command=("true",), secrets=("A_TOKEN",)), secrets={"A_TOKEN": "x"})
    )
    until(lambda: maker.client.run(run.id).reason is not None)
    own_served.kill()
    own_served.start()
    for slot in slots:
        maker.client.cancel(slot.id)
    ended = maker.client.wait(run.id)
    assert ended.state.value == "Failed"
    assert "A_TOKEN are stored nowhere" in ended.reason
