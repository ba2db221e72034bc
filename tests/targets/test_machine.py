"""How this machine fares."""

import os

import pytest

from jupyter_mlws.targets import machine


def test_the_first_look_has_all_but_the_use_of_processors(tmp_path):
    seen = machine.look(tmp_path)
    assert 1 <= seen.cpus <= os.cpu_count()
    assert 0 < seen.memory_used_bytes < seen.memory_bytes
    assert 0 < seen.disk_free_bytes < seen.disk_bytes


def test_the_use_of_processors_is_a_part_of_the_whole(tmp_path):
    gauge = machine.Gauge(tmp_path)
    sum(range(3_000_000))  # a few ticks of the clock
    assert 0 <= gauge.look().cpu_percent <= 100


def test_a_folder_that_is_not_there_yet_is_on_its_parents_disk(tmp_path):
    assert machine.look(tmp_path / "a" / "b").disk_bytes == machine.look(tmp_path).disk_bytes


@pytest.mark.parametrize(
    "row, percent",
    [("NVIDIA H100 80GB HBM3, 81559, 1024, 35", 35.0), ("Old card, [N/A], 1, 2", None)],
)
def test_a_card_is_what_nvidia_smi_says(tmp_path, monkeypatch, row, percent):
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\necho '{row}'\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    cards = machine.gpus()
    assert [card.percent for card in cards] == ([] if percent is None else [percent])
    assert all(card.memory_used_bytes == 2**30 for card in cards)
