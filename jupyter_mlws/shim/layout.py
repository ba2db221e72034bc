"""The files of a run's directory: the one thing both sides must agree on."""

VERSION = 1  # `layout` in spec.json; a shim refuses one that it does not know

SPEC = "spec.json"  # what to run, written once; its fields are below
CLAIM = "claim"  # a folder: the shim that makes it runs the command, any other leaves
SHIM = "shim.json"  # boot_id, pid, start_time, command {pid, start_time} (null until it runs)
SHIM_LOG = "shim.log"  # what the shim itself had to complain of; empty as a rule
CODE = "code"  # the snapshot, and the working directory; holds outputs/ and logs/
OUTPUTS = "outputs"  # in code/: collected at the end, whatever the end was
LOGS = "logs"  # in code/: collected while the run goes on
LOG = "log"  # stdout and stderr, raw
EVENTS = "events"  # <writer>.jsonl: one {"k": kind, "at": unix seconds, …} a line
BEAT = "beat"  # unix seconds, every 10 s
STOP = "stop"  # made, empty, by who wants the run to end
REPLIES = "replies"  # <request id>.json: the answers to the run's requests
EXIT = "exit.json"  # code, signal, oom, ended_by, at, max_rss_bytes, log_bytes, events, disk_full
SECRETS = "SHIM_SECRETS"  # of a shim's own environment: its command's, as a JSON object

SPEC_FIELDS = (
    "layout",  # VERSION
    "boot_id",  # of the machine's start in which code/ was laid
    "run_id",
    "attempt",
    "experiment",  # its name
    "number",  # of the run, in its experiment
    "kind",  # "script", "notebook" or "service"
    "command",  # the words that are executed, arguments and parameters included
    "arguments",  # as they were submitted
    "parameters",  # as they were submitted: name → bool, int, float or str
    "inputs",  # name → absolute path; links of these names lie in code/
    "environment",  # the command's, whole, but for what the shim adds
    "max_duration_s",  # or null
    "grace_s",  # between the asking to end and the killing
    "poke",  # a FIFO that gets a byte at the start and at the end
)
