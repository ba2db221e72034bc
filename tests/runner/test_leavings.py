"""Whatever a run does to its own directory, it ends, and harms nobody but itself."""

import pytest

from jupyter_mlws.actions.read import files_of, log
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.records import codec

ODD = [
    "open(b'outputs/\\xff\\xfe.bin', 'w').write('x')",
    "open('outputs/' + 'n' * 250, 'w').write('x')",
    "open('outputs/new\\nline', 'w').write('x')",
    "os.mkfifo('outputs/pipe')",
    "s = socket.socket(socket.AF_UNIX); s.bind('outputs/s')",
    "os.symlink('outputs', 'outputs/circle')",
    "os.symlink('nowhere', 'outputs/dangling')",
    "os.symlink('/etc/passwd', 'outputs/passwd')",
    "os.rmdir('outputs'); os.symlink('/etc', 'outputs')",
    "os.rmdir('outputs'); open('outputs', 'w').write('x')",
    "os.rmdir('outputs')",
    "os.rmdir('logs'); os.symlink('/etc', 'logs')",
    "os.chdir('..'); shutil.rmtree('code')",
    "os.rename('../log', '../old'); os.symlink('/etc/passwd', '../log')",
    "shutil.rmtree('../events'); os.symlink('/etc', '../events')",
    "os.remove('../spec.json')",
    "os.makedirs('outputs/' + '/'.join('d' * 50 for _ in range(30)))",
    "[open(f'outputs/{i}', 'w').write(str(i)) for i in range(2000)]",
]


@pytest.mark.parametrize("deed", ODD)
def test_it_ends_with_its_own_code(running, deed):
    good = "open('outputs/good', 'w').write('good'); " if "outputs'" not in deed else ""
    text = f"import os, shutil, socket; {good if 'rmtree(' not in deed else ''}{deed}; os._exit(3)"
    run = running.python(text)
    other = running.submit("true")
    ended = running.ended(run.id)
    assert (ended.state.value, ended.exit_code) == ("Failed", 3), ended.reason
    assert running.ended(other.id).state.value == "Completed"
    codec.encode(ended)
    paths = {entry.path for entry in ended.outputs}
    assert "outputs/passwd" not in paths
    assert not any("shadow" in path for path in paths)
    if good and "rmtree(" not in deed:
        assert "outputs/good" in paths
    try:
        assert b"root:" not in log(running.backend, run.id, None, 0, 10_000).content
        files_of(running.backend, run.id)
    except MlwsError as error:
        assert "\n" not in str(error)
