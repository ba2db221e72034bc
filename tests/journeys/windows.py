"""Python as it is on Windows, for our own modules only.

``python -m tests.journeys.windows -c CODE`` or ``… -m MODULE ARGS`` runs a program in which
everything of jupyter_mlws is told ``win32`` and finds neither the modules nor the names that
CPython does not have there. What is not ours sees the machine as it is: a simulation, not Windows.
"""

import builtins
import runpy
import sys
from types import ModuleType

MODULES = """fcntl grp posix pty pwd readline resource spwd syslog termios tty uvloop
_posixsubprocess"""
NO_MODULES = frozenset(MODULES.split())
OS = """chown chroot confstr ctermid eventfd fchdir fchown fdatasync fork forkpty fstatvfs fwalk
get_blocking getegid geteuid getgid getgroups getloadavg getpgid getpgrp getpriority getresuid
getsid getuid getxattr initgroups killpg lchown lockf mkfifo mknod nice openpty pidfd_open pipe2
posix_fadvise posix_fallocate posix_spawn posix_spawnp pread preadv pwrite pwritev readv
register_at_fork sched_getaffinity sched_setaffinity sched_yield sendfile set_blocking setegid
seteuid setgid setpgid setpriority setsid setuid splice statvfs sync sysconf sysconf_names
tcgetpgrp ttyname uname wait wait3 wait4 waitid writev environb getenvb O_ACCMODE O_ASYNC
O_CLOEXEC O_DIRECT O_DIRECTORY O_DSYNC O_NDELAY O_NOATIME O_NOCTTY O_NOFOLLOW O_NONBLOCK O_PATH
O_RSYNC O_SYNC O_TMPFILE P_ALL P_PID P_PIDFD WCONTINUED WEXITED WNOHANG WNOWAIT WSTOPPED
WUNTRACED WIFEXITED WIFSIGNALED WEXITSTATUS WTERMSIG"""
SIGNALS_THERE = frozenset(
    ("SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN")
)
GONE = {
    "os": frozenset(OS.split()),
    "socket": frozenset(("AF_UNIX", "CMSG_LEN", "SO_REUSEPORT", "recv_fds", "send_fds")),
    "select": frozenset(("epoll", "poll", "devpoll", "kqueue")),
    "signal": frozenset(
        ("alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "sigwait")
    ),
}
GONE["tornado.netutil"] = frozenset(("bind_unix_socket",))
GONE["_socket"], GONE["_signal"] = GONE["socket"], GONE["signal"]


class Like(ModuleType):
    """A module as it is on Windows."""

    def __init__(self, real, **said):
        super().__init__(real.__name__)
        self.__dict__.update(said, _real=real, _gone=GONE.get(real.__name__, frozenset()))

    def __getattr__(self, name):
        signal = name.startswith("SIG") and self.__name__ in ("signal", "_signal")
        unknown = signal and name not in SIGNALS_THERE
        if name in self._gone or unknown or name.startswith("POSIX_SPAWN"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on Windows")
        return getattr(self._real, name)


def pretend():
    """From here on; modules of ours that are loaded already stay as they are."""
    import _signal
    import _socket
    import os
    import select
    import signal
    import socket

    from tornado import netutil

    real_ones = (_signal, _socket, select, signal, socket, netutil)
    mocked = {module.__name__: Like(module) for module in real_ones}
    mocked["os"] = Like(os, name="nt", open=_open(os.open))
    mocked["sys"] = Like(sys, platform="win32")
    real = builtins.__import__

    def as_on_windows(name, globals=None, locals=None, fromlist=(), level=0):
        asker = (globals or {}).get("__name__", "")
        if not asker.startswith(("jupyter_mlws.", "jupyter_mlws_run")) and asker != "jupyter_mlws":
            return real(name, globals, locals, fromlist, level)
        if name in NO_MODULES and level == 0:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        found = real(name, globals, locals, fromlist, level)
        if name == "tornado" and "netutil" in (fromlist or ()):
            return Like(found, netutil=mocked["tornado.netutil"])
        return mocked.get(name, found) if level == 0 else found

    builtins.__import__ = as_on_windows


def _open(real):
    def opened(path, flags, mode=0o777, *, dir_fd=None):
        if dir_fd is not None:
            raise NotImplementedError("dir_fd unavailable on this platform")
        return real(path, flags, mode)

    return opened


if __name__ == "__main__":
    kind, what, *words = sys.argv[1:]
    pretend()
    sys.argv = [what if kind == "-m" else "-c", *words]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=False)
    else:
        exec(compile(what, "<-c>", "exec"), {"__name__": "__main__"})
