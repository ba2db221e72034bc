"""A run's files: what is put below outputs/ is kept."""

import os

from jupyter_mlws_run.recorder import Recorder
from jupyter_mlws_run.values import quote


class Artifacts(Recorder):
    """The part of a run that keeps files. Names are relative, with ``/``."""

    def upload_file(self, name: str, path_or_stream, datastore_name=None) -> None:  # noqa: ANN001
        """Keep a file, or what a binary stream holds, under a name.

        Names outside ``outputs/`` and ``logs/`` are put below ``outputs/``.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        FileExistsError
            The run has a file of that name; nothing was written.
        ValueError
            The name leads out of the run.
        """
        kept = self._kept(name)
        whole = os.path.join(self._place.code, kept)
        stream = hasattr(path_or_stream, "read")
        if not stream and not os.path.isfile(path_or_stream):
            raise FileNotFoundError(f"There is no file {path_or_stream!r} to upload as {name!r}.")
        if os.path.exists(whole):
            if stream or not os.path.samefile(path_or_stream, whole):
                raise FileExistsError(f"The run has a file {kept!r} already; use another name.")
        else:
            _copy(path_or_stream, whole)
        self._events.names(whole)
        self._event("file", f',"path":{quote(kept)}')

    def upload_files(self, names, paths, **_: object) -> None:  # noqa: ANN001
        """Keep several files; `names` and `paths` are parallel."""
        if len(names) != len(paths):
            raise ValueError(f"upload_files() got {len(names)} names for {len(paths)} paths.")
        for name, path in zip(names, paths):  # noqa: B905 - Python 3.8
            self.upload_file(name, path)

    def upload_folder(self, name: str, path: str, datastore_name=None) -> None:  # noqa: ANN001
        """Keep a folder and all below it.

        Raises
        ------
        NotADirectoryError
            `path` is no folder.
        """
        if not os.path.isdir(path):
            raise NotADirectoryError(f"There is no folder {path!r} to upload as {name!r}.")
        for folder, _, files in os.walk(path):
            below = os.path.relpath(folder, path)
            for file in sorted(files):
                inside = os.path.normpath(os.path.join(name, below, file)).replace(os.sep, "/")
                self.upload_file(inside, os.path.join(folder, file))

    def get_file_names(self) -> list:
        """The files below ``outputs/`` and ``logs/`` now, sorted."""
        names = []
        for root in (self._outputs, *(() if self._parent else ("logs",))):
            for folder, _, files in os.walk(os.path.join(self._place.code, root)):
                below = os.path.relpath(folder, self._place.code).replace(os.sep, "/")
                names += [f"{below}/{file}" for file in files]
        return sorted(names)

    def download_file(self, name: str, output_file_path=None, **_: object) -> None:  # noqa: ANN001
        """Copy one of the run's files; into the working directory, or to `output_file_path`."""
        source = os.path.join(self._place.code, self._kept(name))
        if not os.path.isfile(source):
            raise FileNotFoundError(f"The run has no file {name!r}.")
        target = output_file_path or os.path.basename(name)
        if os.path.isdir(target):
            target = os.path.join(target, os.path.basename(name))
        if not (os.path.exists(target) and os.path.samefile(source, target)):
            _copy(source, target)

    def download_files(self, prefix=None, output_directory=None, **_: object) -> None:  # noqa: ANN001
        """Copy all files whose name begins so; their folders are kept."""
        for name in self.get_file_names():
            if name.startswith(prefix or ""):
                self.download_file(name, os.path.join(output_directory or ".", name))

    def _kept(self, name: str) -> str:
        """Where a name is kept, relative to `code`."""
        clean = os.path.normpath(name).replace(os.sep, "/")
        if os.path.isabs(name) or clean.split("/")[0] in ("..", ".", ""):
            raise ValueError(f"The name of a file in a run is relative to it, not {name!r}.")
        first, _, rest = clean.partition("/")
        if self._parent is None:
            return clean if first in ("outputs", "logs") and rest else f"outputs/{clean}"
        if clean.startswith(self._outputs + "/"):
            return clean
        return f"{self._outputs}/{rest if first == 'outputs' and rest else clean}"


def _copy(source, target: str) -> None:  # noqa: ANN001
    """Copy a file, or a stream to its end; nobody sees half of it."""
    import shutil

    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    scratch = f"{target}.{os.getpid()}.new"
    if hasattr(source, "read"):
        with open(scratch, "wb") as stream:
            shutil.copyfileobj(source, stream)
    else:
        shutil.copy2(source, scratch)
    os.replace(scratch, target)
