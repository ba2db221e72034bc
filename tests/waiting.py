"""Waiting, bounded: the only way in which a test may."""

import time

PATIENCE_S = 30.0


def until_so(question, within_s=PATIENCE_S):
    """The first answer that is something; fails when there is none in time."""
    end = time.monotonic() + within_s
    while not (answer := question()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return answer
