"""The copy of the shim: whole, named by its content, made once."""

from concurrent.futures import ThreadPoolExecutor

from jupyter_mlws.shim import bundle


def test_the_copy_is_made_once(tmp_path):
    with ThreadPoolExecutor(4) as many:
        places = set(many.map(bundle.install, [tmp_path / "shim"] * 8))
    assert places == {bundle.home(tmp_path / "shim")}
    assert list((tmp_path / "shim").iterdir()) == list(places)


def test_all_of_the_shim_is_in_it(tmp_path):
    place = bundle.install(tmp_path)
    found = {path.relative_to(place).as_posix() for path in place.rglob("*.py")}
    assert found == set(bundle.texts())
    assert {"main.py", "jupyter_mlws/__init__.py", "jupyter_mlws/shim/attempt.py"} <= found
    for path in (bundle.ROOM / "lib").rglob("*.py"):
        assert path.relative_to(bundle.ROOM).as_posix() in found


def test_its_name_changes_with_its_content(tmp_path, monkeypatch):
    room = tmp_path / "room"
    room.mkdir()
    (room / "main.py").write_text("1")
    monkeypatch.setattr(bundle, "ROOM", room)
    before = bundle.home(tmp_path)
    (room / "main.py").write_text("2")
    assert bundle.home(tmp_path) != before
