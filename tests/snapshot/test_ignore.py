"""What stays behind: the user's words, git's rules, and what never goes."""

import random
import subprocess

import pytest

from jupyter_mlws.snapshot.left import left_behind

NAMES = ["a", "b", "foo", "bar", "x.txt", "y.py", "data", "keep", "a b", "é", "]", "a-b", ".h"]
PATTERNS = [
    *(
        "a",
        "b/",
        "/a",
        "foo/*",
        "foo/**",
        "**/bar",
        "a/**/b",
        "*.txt",
        "!x.txt",
        "!keep",
        "?",
        "??",
    ),
    *("!foo/keep", "/data/*", "!/data/keep", "x.*", "[ab]", "*", "!*/", "!*.py", "foo/bar", "# c"),
    *("\\#c", "a\\ b", "bar ", "**/", "**", "/*", "!/foo", "!/foo/", "data/**", "!data/**/keep"),
    *("[]]", "[!a]*", "[a-c]", "[[:upper:]]", "a\\", "[a", "**foo", "foo**/bar", "//a", "!", "/"),
    *("*/*", "/**/keep", "f?o", "[\\]]", "foo/**/*", "é*", "[a-]*", "[z-a]", "**/**/a", "a/***/b"),
]


@pytest.mark.parametrize("seed", range(60))
def test_gitignore_means_what_git_says(seed, root, paths):
    chance = random.Random(seed)
    for _ in range(chance.randint(3, 14)):
        path = root.joinpath(*chance.choices(NAMES, k=chance.randint(1, 4)))
        if not any(part.is_file() for part in [path, *path.parents]) and not path.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for folder in [root, *chance.choices(sorted(folders), k=2)]:
        lines = chance.choices(PATTERNS, k=chance.randint(1, 4))
        text = chance.choice(["", "\ufeff"]) + chance.choice(["\n", "\r\n"]).join(lines)
        (folder / ".gitignore").write_bytes(text.encode())
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    said = subprocess.check_output(
        ["git", "ls-files", "-z", "--others", "--exclude-per-directory=.gitignore"],
        cwd=root,
        text=True,
    )
    assert paths() == sorted(filter(None, said.split("\0")))
    assert paths() == sorted(filter(None, said.split("\0"))), "as remembered"


def test_the_first_ignore_file_there_is_counts_alone(root, write, paths):
    for name in ("m.txt", "a.txt", "g.txt"):
        write(name)
    write(".gitignore", "g.txt\n")
    assert paths() == [".gitignore", "a.txt", "m.txt"]
    write(".amlignore", "a.txt\n.*ignore\n")
    assert paths() == ["g.txt", "m.txt"]
    write(".mlwsignore", "m.txt\n.*ignore\n")
    assert paths() == ["a.txt", "g.txt"]


def test_gitignores_above_count_up_to_the_work_tree(root, write, paths, take):
    write("src/train.py")
    write("src/model.ckpt")
    write("src/data/big.bin")
    write(".gitignore", "*.ckpt\n/src/data/\n")
    assert "model.ckpt" in [e.path for e in take(root / "src").entries], "no work tree yet"
    (root / ".git").mkdir()
    assert [e.path for e in take(root / "src").entries] == ["train.py"]


@pytest.mark.parametrize("line", ["*", "src", "/src/", "src/lib/"])
def test_an_ignored_folder_that_is_taken_is_taken(line, root, write, take):
    write(".gitignore", line)
    (root / ".git").mkdir()
    write("src/lib/train.py")
    assert [e.path for e in take(root / "src/lib").entries] == ["train.py"]


def test_amlignore_reaches_into_ignored_folders(write, paths):
    write(".amlignore", "data  \n!data/keep.csv\n")
    write("data/keep.csv")
    write("data/big.bin")
    write("sub/.amlignore", "*\n")
    write("sub/code.py")
    assert paths() == [".amlignore", "data/keep.csv", "sub/.amlignore", "sub/code.py"]


def test_defaults_where_nothing_is_said(root, write, paths):
    for path in ("node_modules/a.js", "mlruns/0/m", "wandb/x", "__pycache__/a.pyc", ".DS_Store"):
        write(path)
    for path in (".git/config", ".mlws/state/store.db", "sub/.git/HEAD", "env/pyvenv.cfg"):
        write(path)
    write("env/lib/python3/site.py")
    write("train.py")
    assert paths() == ["train.py"]


def test_nothing_brings_git_and_the_workspace_in(write, paths):
    write(".mlwsignore", "!.git\n!.mlws\n!.git/**\n")
    write(".git/config", "token")
    write(".mlws/state/keys/key", "key")
    assert paths() == [".mlwsignore"]


SECRETS = [".env", ".env.local", "prod.env", "id_rsa", "sub/id_ed25519", "key.pem", ".netrc"]
SECRETS += [".aws/credentials", ".ssh/config", "kaggle.json", ".pypirc", "x/kubeconfig"]


@pytest.mark.parametrize("path", SECRETS)
def test_a_secret_stays_behind_and_is_named(path, write, take):
    write(".gitignore", f"!{path}\n")
    write(path, "canary")
    write(".env.example", "KEY=")
    taken = take()
    assert [e.path for e in taken.entries] == [".env.example", ".gitignore"]
    assert any(path.split("/")[0] in notice for notice in taken.notices)
    assert b"canary" not in b"".join(taken.stream(taken.digests))
    assert take().notices == taken.notices, "as remembered"


def test_a_secret_goes_where_mlwsignore_says_so(write, paths):
    write(".mlwsignore", "!cert.pem\n")
    write("cert.pem")
    write("other.pem")
    assert paths() == [".mlwsignore", "cert.pem"]


def test_decisions_follow_the_ignore_files(root, write, paths):
    write("a.txt", old=True)
    write("b/a.txt", old=True)
    write("b/c.txt", old=True)
    assert paths() == ["a.txt", "b/a.txt", "b/c.txt"]
    write("b/.gitignore", "/a.txt\n", old=True)
    write(".gitignore", "", old=True)
    assert paths() == [".gitignore", "a.txt", "b/.gitignore", "b/c.txt"]
    write("b/.gitignore", "c.txt\n", old=True)
    assert paths() == [".gitignore", "a.txt", "b/.gitignore", "b/a.txt"]
    (root / ".gitignore").unlink()
    (root / "b/.gitignore").unlink()
    assert paths() == ["a.txt", "b/a.txt", "b/c.txt"]


def test_a_file_that_becomes_a_folder_is_asked_anew(root, write, paths):
    write(".gitignore", "a/\n")
    write("a", old=True)
    assert paths() == [".gitignore", "a"]
    (root / "a").unlink()
    write("a/b", old=True)
    assert paths() == [".gitignore"]


def test_a_pattern_that_git_cannot_read_is_passed_over(write, paths):
    write(".gitignore", "!\n/\n*.log\n\\\n")
    write("x.log")
    assert paths() == [".gitignore"]


def test_what_stays_behind_is_measured(write, take):
    write(".gitignore", "data/\n*.bin\n")
    write("data/deep/big", b"x" * 5000)
    write("a.bin", b"x" * 10)
    taken = take()
    assert taken.ignored == ("a.bin", "data/")
    left = left_behind(taken.root, taken.ignored, 1.0)
    assert [tuple(one) for one in left] == [("data/", 5000, False), ("a.bin", 10, False)]
    assert any(one.more for one in left_behind(taken.root, taken.ignored, 0))


def test_what_is_large_and_stays_behind_is_told(write, take):
    write(".gitignore", "data/\n*.log\n")
    write("a.log")
    write("__pycache__/big", b"x" * 1_200_000)  # nobody misses it
    assert take().notices == ()
    write("data/big", b"x" * 1_200_000)
    (notice,) = take().notices
    assert notice.startswith("The ignore rules leave behind data/ (1.2 MB); --input")
