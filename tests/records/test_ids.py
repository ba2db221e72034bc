"""Ids: mintable anywhere, and sorted by age."""

import re

from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant


def test_ids_sort_by_age_and_never_meet(t0):
    ids = [new_id(t0.after(n / 1000)) for n in range(1000)]
    assert ids == sorted(ids)
    assert len({new_id(t0) for _ in range(1000)}) == 1000
    assert all(re.fullmatch("[0-9a-hjkmnp-tv-z]{26}", one) for one in ids)


def test_an_id_of_today_begins_with_a_digit():
    assert new_id(Instant.now())[0] == "0"
