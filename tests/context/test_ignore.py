"""The one gate for files: what is never read, each with its reason."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from pillion.context.exclusion import Exclusion, is_secret
from pillion.context.ignore import File, Ignore
from trees import plant

CODE = "x = 1\n"


def walked(ignore: Ignore) -> set[str]:
    return {file.relative for file in ignore.walk()}


def check(
    root: Path, tree: Mapping[str, str | bytes], expected: Mapping[str, Exclusion | None]
) -> Ignore:
    """These files are out for these reasons; the walk, `why` and `read` agree on all of them."""
    ignore = Ignore(plant(root, tree))
    assert {path: ignore.why(path) for path in expected} == expected
    assert {path: ignore.why(root / path) for path in expected} == expected
    found = {file.relative: file for file in ignore.walk()}
    for path, out in expected.items():
        read = ignore.read(path)
        if out is None:
            assert path in found
            assert isinstance(ignore.read(found[path]), str)
            assert isinstance(read, str)
            assert not isinstance(read, Exclusion)
        else:
            assert read is out
            if path in found:
                assert ignore.read(found[path]) is out
    return ignore


def test_ignore_files_of_every_level(tmp_path: Path) -> None:
    tree = {
        ".gitignore": "*.log\n/only_here.py\ndata/\n!kept.log\n# comment\n\n",
        "a/.gitignore": "!again.log\nlocal.py\n",
        "a/.pillionignore": "own.py\n",
        **dict.fromkeys(
            ("x.log", "kept.log", "only_here.py", "a/only_here.py", "a/again.log"), CODE
        ),
        **dict.fromkeys(
            ("a/local.py", "a/own.py", "a/b/local.py", "data/x.py", "data/kept.log"), CODE
        ),
        **dict.fromkeys(("local.py", "own.py", "a/x.log", "a/data.py"), CODE),
    }
    ignored = ("x.log", "only_here.py", "a/local.py", "a/own.py", "a/b/local.py", "a/x.log")
    check(
        tmp_path,
        tree,
        {
            **dict.fromkeys(ignored, Exclusion.IGNORED),
            # What lies in an ignored folder cannot be brought back, as in git.
            **dict.fromkeys(("data/x.py", "data/kept.log"), Exclusion.IGNORED),
            **dict.fromkeys(("kept.log", "a/only_here.py", "a/again.log", "a/data.py")),
            **dict.fromkeys(("local.py", "own.py")),
        },
    )


def test_pillionignore_has_the_last_word_except_on_secrets(tmp_path: Path) -> None:
    tree = {
        ".gitignore": "generated/\n*.tmp\n",
        ".pillionignore": "!generated/\n!node_modules/\n!.env\n/private/\n",
        "generated/.gitignore": "*.no\n",
        **dict.fromkeys(("generated/api.py", "generated/deep/api.py", "generated/x.no"), CODE),
        **dict.fromkeys(("node_modules/ours/a.js", "private/a.py", ".env", "x.tmp"), CODE),
    }
    check(
        tmp_path,
        tree,
        {
            **dict.fromkeys(
                ("generated/api.py", "generated/deep/api.py", "node_modules/ours/a.js")
            ),
            **dict.fromkeys(("generated/x.no", "private/a.py", "x.tmp"), Exclusion.IGNORED),
            ".env": Exclusion.SECRET,
        },
    )


def test_the_rules_of_the_repository_around_the_root_and_its_exclude_file(tmp_path: Path) -> None:
    tree = {
        ".git/info/exclude": "excluded.py\n",
        ".gitignore": "/project/outer.py\n*.log\n",
        "project/inner/.git/HEAD": "",
        **dict.fromkeys(("project/outer.py", "project/excluded.py", "project/a.py"), CODE),
        # A repository in a repository has rules of its own.
        "project/inner/x.log": CODE,
    }
    plant(tmp_path, tree)
    check(
        tmp_path / "project",
        {},
        {
            **dict.fromkeys(("outer.py", "excluded.py"), Exclusion.IGNORED),
            **dict.fromkeys(("a.py", "inner/x.log")),
        },
    )


def test_the_exclude_file_of_a_work_tree(tmp_path: Path) -> None:
    tree = {
        "main/.git/info/exclude": "excluded.py\n",
        "main/.git/worktrees/other/commondir": "../..\n",
        "other/.git": f"gitdir: {tmp_path}/main/.git/worktrees/other\n",
        "other/excluded.py": CODE,
        "other/a.py": CODE,
    }
    plant(tmp_path, tree)
    check(tmp_path / "other", {}, {"excluded.py": Exclusion.IGNORED, "a.py": None})


def test_patterns_from_the_settings(tmp_path: Path) -> None:
    plant(tmp_path, {"a/secret_sauce.py": CODE, "a/b.py": CODE, "docs/x.py": CODE})
    ignore = Ignore(tmp_path, exclude=["secret_sauce.py", "/docs/"])
    assert walked(ignore) == {"a/b.py"}
    assert ignore.explain("docs/x.py") == (
        Exclusion.IGNORED,
        "pillion.context.exclude: /docs/",
    )


def test_changed_ignore_files_count_at_once(tmp_path: Path) -> None:
    ignore = Ignore(plant(tmp_path, {"a/b/x.py": CODE, "a/y.py": CODE}))
    assert walked(ignore) == {"a/b/x.py", "a/y.py"}
    plant(tmp_path, {"a/.gitignore": "b/\n"})
    assert ignore.why("a/b/x.py") is Exclusion.IGNORED
    assert walked(ignore) == {"a/.gitignore", "a/y.py"}
    plant(tmp_path, {"a/.gitignore": "y.py\n"})
    assert walked(ignore) == {"a/.gitignore", "a/b/x.py"}
    (tmp_path / "a/.gitignore").unlink()
    assert ignore.why("a/y.py") is None


def test_a_line_that_makes_no_sense_takes_no_other_with_it(tmp_path: Path) -> None:
    tree: dict[str, str | bytes] = {
        ".gitignore": b"!\n[\n\xff\xfe*\n\\\n*.log\r\n",
        "x.log": CODE,
        "a.py": CODE,
    }
    check(tmp_path, tree, {"x.log": Exclusion.IGNORED, "a.py": None})


@pytest.mark.skipif(not shutil.which("git"), reason="compares with git itself")
@pytest.mark.parametrize("seed", [*range(8), 111])
def test_git_agrees(tmp_path: Path, seed: int) -> None:
    """Random trees and patterns: the same files are left as `git ls-files` lists."""
    chance = random.Random(seed)  # noqa: S311 - no secret.
    parts = ["a", "b", "ab", "c.py", "d.log", "ä", "x y", "B"]
    patterns = ["a", "b/", "/ab", "*.log", "!*.log", "a/b", "a/**", "**/b", "a/**/c.py", "*", "!*/"]
    patterns += ["!a", "!/a/b/", "[ab]", "[!a]b", "?.py", "x\\ y", "d.log ", "\\!a", "ä", "*/c.py"]
    names = {"/".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(60)}
    for name in sorted(names):
        path = tmp_path / name
        # A file may stand where a folder is wanted, and the other way round.
        if not any(parent.is_file() for parent in path.parents) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(CODE)
    for folder in [tmp_path, *sorted(path for path in tmp_path.rglob("*") if path.is_dir())]:
        if folder == tmp_path or chance.random() < 0.4:
            lines = chance.choices(patterns, k=chance.randint(1, 4))
            (folder / ".gitignore").write_text("\n".join(lines))
    git = ["git", "-C", str(tmp_path), "-c", "core.quotepath=off", "-c", "core.excludesFile="]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = [*git, "ls-files", "-z", "--others", "--exclude-standard"]
    output = subprocess.run(listed, check=True, capture_output=True).stdout.decode()
    assert walked(Ignore(tmp_path)) == set(filter(None, output.split("\0")))


SECRET_FILES = """
.env .env.local .env.production prod.env .envrc server.pem deploy.key id_rsa id_ed25519_work
release.p12 store.jks app.keystore vault.kdbx putty.ppk .npmrc .pypirc .netrc .pgpass .my.cnf
.git-credentials .htpasswd .s3cfg credentials credentials.json secrets.yaml secrets.toml
aws-credentials.json client_secret_12.json service-account.json my-app-firebase-adminsdk-1a2b.json
terraform.tfstate terraform.tfstate.backup prod.tfvars kubeconfig .bash_history .zsh_history
.python_history .psql_history passwords.txt .aws/config .ssh/config .kube/config .docker/config.json
.config/gcloud/properties .config/gh/hosts.yml sub/folder/.ENV ID_RSA
"""

HARMLESS_FILES = """
.env.example prod.env.sample id_rsa.pub credentials.py secrets.py environment.ts keys.py token.go
password_reset.py client_secret.py history.py docker/config.json config.json tsconfig.json
terraform.tfvars.example settings.yaml authentication.rs keystore.ts
"""


def test_files_that_hold_secrets_by_their_name(tmp_path: Path) -> None:
    expected = {
        **dict.fromkeys(SECRET_FILES.split(), Exclusion.SECRET),
        **dict.fromkeys(HARMLESS_FILES.split()),
    }
    check(tmp_path, dict.fromkeys(expected, CODE), expected)


def test_a_secret_file_is_secret_wherever_it_is() -> None:
    assert is_secret("/home/me/.ssh/config")
    assert is_secret("/elsewhere/.env")
    assert not is_secret("/home/me/ssh/config")


def test_a_workspace_that_is_a_store_of_keys_is_not_walked(tmp_path: Path) -> None:
    ignore = Ignore(plant(tmp_path, {".ssh/notes.py": CODE}) / ".ssh")
    assert not walked(ignore)
    assert ignore.why("notes.py") is Exclusion.SECRET


@pytest.mark.parametrize(
    ("name", "text", "out"),
    [
        ("a.py", b"x = '\0'\n", Exclusion.BINARY),
        ("a.png", CODE, Exclusion.BINARY),
        ("yarn.lock", CODE, Exclusion.GENERATED),
        ("api_pb2.py", CODE, Exclusion.GENERATED),
        ("a.go", "// Code generated by stringer; DO NOT EDIT.\npackage a\n", Exclusion.GENERATED),
        ("b.js", "/**\n * @generated SignedSource\n */\n", Exclusion.GENERATED),
        ("c.py", "# This file was automatically generated from a schema.\n", Exclusion.GENERATED),
        ("d.py", '"""Autogenerated by Thrift."""\n', Exclusion.GENERATED),
        ("e.py", 'HEAD = "# DO NOT EDIT: @generated"\n', None),
        ("f.py", "# The order matters, do not change.\nx = 1\n", None),
        ("g.py", "# Auto-generated ids are kept apart.\nx = 1\n", None),
        ("h.js", "x" * 20_000, Exclusion.MINIFIED),
        ("i.js", ("var a=1;" * 60 + "\n") * 20, Exclusion.MINIFIED),
        ("j.min.js", CODE, Exclusion.MINIFIED),
        ("k.py", "table = '" + "x" * 2_000 + "'\n", None),
        ("l.py", "x = 1\n" * 200_000, Exclusion.TOO_LARGE),
        ("m.py", "", None),
        ("n.py", b"\xff\xfe = 1\n", None),
        ("o.py", b"\xef\xbb\xbfx = 1\n", None),
    ],
)
def test_what_a_file_is(
    tmp_path: Path, name: str, text: str | bytes, out: Exclusion | None
) -> None:
    check(tmp_path, {name: text}, {name: out})


def test_a_nul_far_from_the_beginning(tmp_path: Path) -> None:
    check(tmp_path, {"a.py": b"x = 1\n" * 20_000 + b"\0"}, {})
    ignore = Ignore(tmp_path)
    assert ignore.read("a.py") is Exclusion.BINARY


def test_folders_of_other_people_s_code_and_of_output(tmp_path: Path) -> None:
    tree: dict[str, str | bytes] = {
        "package.json": "{}",
        "env/pyvenv.cfg": "",
        "cached/CACHEDIR.TAG": "",
        **dict.fromkeys(("node_modules/a.js", ".git/a.py", "a/__pycache__/a.py"), CODE),
        **dict.fromkeys(("env/a.py", "cached/a.py", "build/a.js", "tools/build/a.py"), CODE),
    }
    out = ("node_modules/a.js", ".git/a.py", "a/__pycache__/a.py")
    check(
        tmp_path,
        tree,
        {
            **dict.fromkeys(
                (*out, "env/a.py", "cached/a.py", "build/a.js"), Exclusion.SKIPPED_FOLDER
            ),
            # Nothing tells that this one is output.
            "tools/build/a.py": None,
        },
    )


def test_links_and_special_files(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a.py": CODE, ".env": "X=1", "deep/b.py": CODE})
    plant(tmp_path, {"outside/c.py": CODE})
    (root / "to_a.py").symlink_to("a.py")
    (root / "to_env.py").symlink_to(".env")
    (root / "to_c.py").symlink_to(tmp_path / "outside/c.py")
    (root / "outside").symlink_to(tmp_path / "outside")
    (root / "deep/loop").symlink_to(root)
    (root / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(root / "pipe.py")
    ignore = Ignore(root)
    assert walked(ignore) == {"a.py", "deep/b.py"}
    expected = {
        "to_a.py": None,
        "deep/loop/a.py": None,
        "to_env.py": Exclusion.SECRET,
        "to_c.py": Exclusion.LINK_OUTSIDE,
        "outside/c.py": Exclusion.LINK_OUTSIDE,
        "../outside/c.py": Exclusion.OUTSIDE,
        "gone.py": Exclusion.UNREADABLE,
        "missing.py": Exclusion.UNREADABLE,
        "pipe.py": Exclusion.NO_FILE,
        "deep": Exclusion.NO_FILE,
    }
    assert {path: ignore.why(path) for path in expected} == expected


def test_a_root_that_is_a_link(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {".gitignore": "b.py", "a.py": CODE, "b.py": CODE})
    (tmp_path / "link").symlink_to(root)
    ignore = Ignore(tmp_path / "link")
    assert ignore.why(tmp_path / "link/a.py") is None
    assert ignore.why(tmp_path / "link/b.py") is Exclusion.IGNORED
    assert ignore.why(root / "b.py") is Exclusion.IGNORED


def test_a_file_swapped_for_a_link_after_the_walk_is_not_followed(tmp_path: Path) -> None:
    root = plant(tmp_path / "root", {"a.py": CODE})
    plant(tmp_path, {"outside.py": CODE})
    ignore = Ignore(root)
    (file,) = ignore.walk()
    assert isinstance(file, File)
    (root / "a.py").unlink()
    (root / "a.py").symlink_to(tmp_path / "outside.py")
    assert ignore.read(file) is Exclusion.UNREADABLE


def test_a_file_that_grew_after_the_walk(tmp_path: Path) -> None:
    ignore = Ignore(plant(tmp_path, {"a.py": CODE}), largest=100)
    (file,) = ignore.walk()
    plant(tmp_path, {"a.py": CODE * 100})
    assert ignore.read(file) is Exclusion.TOO_LARGE


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions mean nothing to root, who may run this; so the refusal is played."""
    plant(tmp_path, {"a/x.py": CODE, "y.py": CODE})
    look, read = os.scandir, os.open

    def scandir(path: str) -> object:
        if path.endswith("/a"):
            raise PermissionError(path)
        return look(path)

    def open_(path: str, flags: int) -> int:
        if path.endswith("y.py"):
            raise PermissionError(path)
        return read(path, flags)

    monkeypatch.setattr(os, "scandir", scandir)
    monkeypatch.setattr(os, "open", open_)
    counts: Counter[Exclusion] = Counter()
    ignore = Ignore(tmp_path)
    assert [file.relative for file in ignore.walk(counts)] == ["y.py"]
    assert counts == {Exclusion.UNREADABLE: 1}
    assert ignore.why("y.py") is ignore.read("y.py") is Exclusion.UNREADABLE


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    counts: Counter[Exclusion] = Counter()
    assert not list(Ignore(tmp_path / "nowhere").walk(counts))
    assert counts == {Exclusion.UNREADABLE: 1}


def test_names_in_any_script_and_bytes_that_are_none(tmp_path: Path) -> None:
    plant(tmp_path, {".gitignore": "日本*.py\n", "日本語.py": CODE, "ελ/ñ.py": CODE})
    odd = os.fsencode(tmp_path) + b"/\xff.py"
    with open(odd, "w") as file:  # noqa: PTH123 - a path of bytes.
        file.write(CODE)
    ignore = Ignore(tmp_path)
    assert walked(ignore) == {".gitignore", "ελ/ñ.py", os.fsdecode(b"\xff.py")}
    assert ignore.read(os.fsdecode(odd)) == CODE


def test_private_by_place_whether_or_not_it_exists(tmp_path: Path) -> None:
    """What an open document is asked: kinds and sizes do not matter, and it need not be saved."""
    tree = {".gitignore": "mine/\n", "node_modules/a.js": CODE, "big.min.js": "x" * 20_000}
    ignore = Ignore(plant(tmp_path, tree))
    assert ignore.why_private(".env") is Exclusion.SECRET
    assert ignore.why_private("mine/new.py") is Exclusion.IGNORED
    assert ignore.why_private(tmp_path.parent / "elsewhere/.env") is Exclusion.SECRET
    for path in ("new.py", "node_modules/a.js", "big.min.js"):
        assert ignore.why_private(path) is None


def test_the_walk_counts_what_it_leaves_out(tmp_path: Path) -> None:
    tree = {".gitignore": "*.log\nmine/\n", **dict.fromkeys(("a.log", "mine/a.py", ".env"), CODE)}
    counts: Counter[Exclusion] = Counter()
    list(Ignore(plant(tmp_path, tree)).walk(counts))
    assert counts == {Exclusion.IGNORED: 2, Exclusion.SECRET: 1}
    assert all(out.sentence.endswith(".") for out in Exclusion)
