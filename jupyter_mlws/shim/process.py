"""Which process is meant: a pid alone may be another's by now.

Read from /proc; where there is none (macOS), from `ps`, to the second.
"""

import os

MARK = "MLWS_RUN_DIR"  # in the environment of all that a run starts
LINUX = os.path.isdir("/proc/self")


def boot_id() -> str:
    """What tells this start of the machine from the others; empty where unknown."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as stream:
            return stream.read().strip()
    except OSError:
        return "" if LINUX else _said("sysctl", "-n", "kern.bootsessionuuid").strip()


def start_time(pid: int) -> int:
    """When a process started, in clock ticks since boot (macOS: unix seconds); 0 if it is gone."""
    return _state_and_start(pid)[1]


def lives(pid: int, since: int) -> bool:
    """Whether the process with this pid and this start time is still there, and no zombie."""
    state, start = _state_and_start(pid)
    return start != 0 and start == since and state not in ("Z", "X")


def tell(pid: int, since: int, number: int) -> bool:
    """Signal a process, if it is still the one that was meant; whether it was."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except (AttributeError, OSError):  # an old kernel or Python, macOS
        return _tell_by_pid(pid, since, number)
    try:  # from here on the descriptor is one process's, whoever gets its pid
        from _signal import pidfd_send_signal

        if not lives(pid, since):
            return False
        pidfd_send_signal(descriptor, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(descriptor)


def children() -> "list[int]":
    """Our children, those left by dead descendants among them."""
    if not LINUX:
        return []
    me = os.getpid()
    try:
        found: list[int] = []
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children") as stream:
                found += map(int, stream.read().split())
        return found
    except OSError:  # a kernel without that file
        return [pid for pid, row in table().items() if row[0] == me]


def table() -> "dict[int, tuple[int, int, int]]":
    """Every process: its parent, its group, its resident pages. Empty where unknown."""
    found = {}
    for pid in _pids():
        fields = _stat(pid)
        if fields:
            found[pid] = (int(fields[1]), int(fields[2]), int(fields[21]))
    return found


def descendants(root: int) -> "list[int]":
    """All below a process. Empty where unknown."""
    rows = table()
    found = [root]
    for parent in found:  # it grows as we go
        found += [pid for pid, row in rows.items() if row[0] == parent]
    return found[1:]


def busy_ticks(pid: int) -> int:
    """The processor time a process has used, its dead children's included, in clock ticks."""
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) if fields else 0


def marked(home: str) -> "list[tuple[int, int]]":
    """Pid and start time of all that lives and was started by the run in `home`."""
    if not LINUX:
        return _marked_by_ps(home)
    mark = os.fsencode(f"{MARK}={home}")
    found = []
    for pid in _pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as stream:
                if mark not in stream.read().split(b"\0"):
                    continue
        except OSError:  # gone, or another user's
            continue
        state, start = _state_and_start(pid)
        if start and state not in ("Z", "X") and pid != os.getpid():
            found.append((pid, start))
    return found


def in_group(group: int) -> "list[tuple[int, int]]":
    """Pid and start time of the members of a process group."""
    return [(pid, start_time(pid)) for pid, row in table().items() if row[1] == group]


def end_group(group: int, number: int) -> None:
    """Signal a process group whose leader is our own child, not yet waited for."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of zombies
        pass


def adopt_orphans() -> bool:
    """Become the parent of what the command's dead children leave behind. Linux only."""
    try:
        import _ctypes

        prctl = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
        return _ctypes.call_function(prctl, (36, 1, 0, 0, 0)) == 0  # PR_SET_CHILD_SUBREAPER
    except (ImportError, AttributeError, OSError):
        return False


def oom_kills() -> int:
    """How often the kernel has killed for memory in this control group; 0 where unknown."""
    for path in _memory_files("memory.events", "memory.oom_control"):
        try:
            with open(path) as stream:
                return int(stream.read().rpartition("oom_kill ")[2].split()[0])
        except (OSError, IndexError, ValueError):
            continue
    return 0


def _memory_files(second: str, first: str) -> "list[str]":
    """Where our control group, of version 2 or 1, says something of its memory."""
    found = []
    try:
        with open("/proc/self/cgroup") as stream:
            rows = [row.rstrip("\n").split(":", 2) for row in stream]
    except OSError:
        return []
    for _, controllers, group in rows:
        if "memory" in controllers.split(","):
            found += [f"/sys/fs/cgroup/memory{group}/{first}", f"/sys/fs/cgroup/memory/{first}"]
        elif not controllers:
            found += [f"/sys/fs/cgroup{group}/{second}"]
    return found


def _pids() -> "list[int]":
    return [int(name) for name in os.listdir("/proc") if name.isdigit()] if LINUX else []


def _stat(pid: int) -> "list[str]":
    """The fields of /proc/PID/stat from the state on; empty where it is gone."""
    try:
        with open(f"/proc/{pid}/stat", errors="replace") as stream:
            return stream.read().rpartition(")")[2].split()
    except OSError:
        return []


def _state_and_start(pid: int) -> "tuple[str, int]":
    if LINUX:
        fields = _stat(pid)
        return (fields[0], int(fields[19])) if fields else ("", 0)
    row = _said("ps", "-o", "state=", "-o", "lstart=", "-p", str(pid))  # "a=,b=" is one there
    state, _, since = row.strip().partition(" ")
    return state[:1], _unix(since.strip())


def _tell_by_pid(pid: int, since: int, number: int) -> bool:
    if not lives(pid, since):
        return False
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _marked_by_ps(home: str) -> "list[tuple[int, int]]":
    found = []
    for row in _said("ps", "-axwwE", "-o", "pid=", "-o", "command=").splitlines():
        pid, _, words = row.strip().partition(" ")
        if f" {MARK}={home} " in f" {words} " and int(pid) != os.getpid():
            found.append((int(pid), start_time(int(pid))))
    return found


def _said(*words: str) -> str:
    import subprocess

    try:
        return subprocess.run(
            words, stdout=-1, stderr=-3, timeout=5, env={**os.environ, "LC_ALL": "C"}
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return ""


def _unix(text: str) -> int:
    """Unix seconds of ``Mon Jan  5 10:00:00 2030``, local time; 0 where it is none."""
    import time

    try:
        return int(time.mktime(time.strptime(text, "%a %b %d %H:%M:%S %Y")))
    except ValueError:
        return 0
