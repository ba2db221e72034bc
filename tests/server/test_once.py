"""What an action does and what it answers are one: its program dies before both or after both."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from jupyter_mlws.actions import attach, keys, register
from jupyter_mlws.actions.delete import delete_run
from jupyter_mlws.actions.deploy import deploy
from jupyter_mlws.actions.edit import edit
from jupyter_mlws.actions.submit import again
from jupyter_mlws.actions.undeploy import undeploy
from jupyter_mlws.actions.unpack import take_in
from jupyter_mlws.actions.update import update
from jupyter_mlws.errors import Conflict
from jupyter_mlws.records import codec
from jupyter_mlws.records.endpoint import EndpointPatch, NewEndpoint
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import NewVersion, VersionPatch
from jupyter_mlws.records.packing import MAGIC, digest_of, end
from jupyter_mlws.records.run import RunAgain, RunPatch
from jupyter_mlws.records.target import NewTarget
from jupyter_mlws.server.base import remembered
from jupyter_mlws.snapshot.send import record_of
from jupyter_mlws.store import endpoints, tables

CONTENT = b"weights"
MODEL = NewVersion(
    files=(FileEntry(path="model.txt", size_bytes=len(CONTENT), digest=digest_of(CONTENT)),)
)
SVC = NewEndpoint(name="svc", model="digits:1")


class Died(BaseException):
    pass


class DyingStore:
    """Its program dies at the end of the first transaction: just before the commit, or after."""

    def __init__(self, store, when):
        self._store, self._when = store, when
        self.read = store.read

    @contextmanager
    def write(self):
        with self._store.write() as tx:
            yield tx
            if self._when == "before":
                raise Died
        raise Died


def ended(bench):
    return bench.ended(bench.submit("true").id).id


def a_model(bench):
    pack = [MAGIC, *record_of(digest_of(CONTENT), CONTENT), end(1)]
    take_in(bench.backend, iter([b"".join(pack)]))
    register.register(bench.backend, "digits", MODEL, "ada")


def an_endpoint(bench):
    a_model(bench)
    deploy(bench.backend, SVC, "ada")
    with bench.backend.store.write() as tx:  # no router is here to say so
        endpoints.change(tx, "svc", at=bench.backend.now(), state="Healthy")


WORDS = VersionPatch(tags={"stage": "dev"})
ACTIONS = {  # what has to be there, the action, what it is given
    "register": (a_model, register.register, ("digits", MODEL, "ada")),
    "edit a version": (a_model, register.edit_version, ("digits", 1, WORDS)),
    "delete a version": (a_model, register.remove_version, ("digits", 1)),
    "edit a run": (ended, edit, ("latest", RunPatch(name="new"))),
    "run again": (ended, again, ("default-1", RunAgain(), "ada")),
    "delete a run": (ended, delete_run, ("default-1", "ada")),
    "attach": (None, attach.attach, ("more", NewTarget(kind="local", config={"slots": 3}), "ada")),
    "detach": (
        lambda bench: attach.attach(bench.backend, "more", NewTarget(), "ada"),
        *(attach.detach, ("more", "ada")),
    ),
    "deploy": (a_model, deploy, (SVC, "ada")),
    "update": (an_endpoint, update, ("svc", EndpointPatch(instances=2), "ada")),
    "undeploy": (an_endpoint, undeploy, ("svc", "ada")),
    "a new key": (an_endpoint, keys.regenerate, ("svc", "primary")),
}
HELD = ("runs", "model_versions", "endpoints", "deployments", "targets", "changes", "requests")


@pytest.fixture(params=ACTIONS.values(), ids=[name.replace(" ", "-") for name in ACTIONS])
def case(request, bench):
    made, action, args = request.param
    if made is ended:
        bench.start()
    if made is not None:
        made(bench)
    bench.stop()
    return action, args


@pytest.fixture
def held(backend):
    """All rows that an action may change."""

    def held():
        with backend.store.read() as tx:
            return {name: tx.execute(tables.metadata.tables[name].select()).all() for name in HELD}

    return held


def ask(backend, case, key="k", sign="POST x"):
    return remembered(backend, ("ada", key, sign, 200), *case)


def test_it_dies_before_and_did_nothing(backend, case, held):
    before = held()
    with pytest.raises(Died):
        ask(replace(backend, store=DyingStore(backend.store, "before")), case)
    assert held() == before
    answer = ask(backend, case)
    assert held() != before
    assert ask(backend, case) == answer


def test_it_dies_after_and_is_not_done_again(backend, case, held):
    with pytest.raises(Died):
        ask(replace(backend, store=DyingStore(backend.store, "after")), case)
    done = held()
    assert len(done["requests"]) == 1
    answer = ask(backend, case)
    assert held() == done
    assert answer == done["requests"][0].body
    with pytest.raises(Conflict, match="another request"):
        ask(backend, case, sign="POST y")
    assert held() == done


def test_asked_at_the_same_moment_it_is_done_once(backend, case, held):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(backend, case), range(8)))
    assert len(set(answers)) == 1
    assert [row.body for row in held()["requests"]] == [answers[0]]


def test_who_comes_second_for_a_name_leaves_the_first_alone(backend, bench, held):
    a_model(bench)

    def one(n):
        try:
            return ask(backend, (deploy, (SVC, "ada")), key=f"key {n}")
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [answer for answer in pool.map(one, range(8)) if answer]
    assert len(made) == len(held()["endpoints"]) == len(held()["requests"]) == 1
    home = bench.settings.state / "endpoints" / "svc"
    assert (home / "revisions" / "1" / "model" / "model.txt").read_bytes() == CONTENT
    assert (home / "router.json").exists()
    assert list((bench.settings.state / "tmp").iterdir()) == []


def test_another_key_is_another_request(backend, bench):
    a_model(bench)
    case = (register.register, ("digits", MODEL, "ada"))
    versions = [codec.decode(ask(backend, case, key), dict)["version"] for key in ("a", "b", "a")]
    assert versions == [2, 3, 2]


def test_without_a_key_nothing_is_kept(backend, bench, held):
    an_endpoint(bench)
    assert held()["requests"] == []


def test_a_new_key_is_kept_nowhere_in_plain_words(backend, bench, held):
    an_endpoint(bench)
    ask(backend, (keys.regenerate, ("svc", "primary")))
    assert [row.body for row in held()["requests"]] == [b"null"]
    assert keys.tell(backend, "svc") == keys.show(backend, "svc")
