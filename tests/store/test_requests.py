"""Answers by Idempotency-Key: the same again, for a day."""

import pytest

from jupyter_mlws.errors import Conflict
from jupyter_mlws.store import requests
from jupyter_mlws.store.requests import Given

GIVEN = Given(201, b'{"version": 1}')


@pytest.fixture
def keep(store, t0):
    def keep(key="k", at=t0):
        with store.write() as tx:
            requests.keep(tx, "ada", key, "POST x", GIVEN, at=at)

    return keep


def test_the_same_request_gets_the_same_answer(store, keep):
    keep()
    with store.read() as tx:
        assert requests.find(tx, "ada", "k", "POST x") == GIVEN
        assert requests.find(tx, "ada", "other", "POST x") is None
        assert requests.find(tx, "bob", "k", "POST x") is None


def test_a_key_of_another_request_is_refused(store, keep):
    keep()
    with store.read() as tx, pytest.raises(Conflict, match="another request"):
        requests.find(tx, "ada", "k", "POST y")


def test_answers_are_forgotten_after_a_day(store, keep, t0):
    keep("old")
    keep("new", at=t0.after(requests.KEPT_S + 1))
    with store.read() as tx:
        assert requests.find(tx, "ada", "old", "POST x") is None
        assert requests.find(tx, "ada", "new", "POST x") == GIVEN
