"""From a module's name to files, by the rules of each language. Best effort, and never raises."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Protocol

from pillion.context.index import configs
from pillion.context.index.entry import FOLDER_STEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class Files(Protocol):
    """What must be known of the files there are."""

    def exist(self, paths: Iterable[str]) -> set[str]:
        """Return those of `paths` that are there."""

    def with_tail(self, tail: str) -> Sequence[str]:
        """Return files that are imported by the word `tail`."""

    def in_folder(self, folder: str) -> Sequence[str]:
        """Return files of `folder` and below it, as many as may be of use."""

    def config(self, path: str) -> str | None:
        """Return the text of a configuration file such as `tsconfig.json`."""


def files_of(files: Files, language: str, path: str, module: str) -> list[str]:
    """Return the files that `module` means where it is imported in the file `path`."""
    rule = _RULES.get(language)
    if rule is None or not module:
        return []
    return list(dict.fromkeys(found for found in rule(files, path, module) if found != path))


def submodule(files: Files, language: str, found: str, name: str) -> str | None:
    """Return the file of the module `name` inside of the package whose file is `found`."""
    if language != "python" or not posixpath.basename(found).startswith("__init__."):
        return None
    return _first(files, _python_files(_join(posixpath.dirname(found), name)))


def _python(files: Files, path: str, module: str) -> Iterator[str]:
    bare = module.lstrip(".")
    dots, parts = len(module) - len(bare), [part for part in bare.split(".") if part]
    folder = posixpath.dirname(path)
    if dots:
        for _ in range(dots - 1):
            if not folder:
                return
            folder = posixpath.dirname(folder)
        yield from _one(files, _python_files(_join(folder, *parts)))
        return
    # Packages are found from the folders above that are none themselves, and from a few usual
    # folders of sources.
    above = list(_above(folder))
    packages = files.exist(_join(base, "__init__.py") for base in above)
    bases = [base for base in above if _join(base, "__init__.py") not in packages]
    roots = [_join(base, usual) for base in bases for usual in ("", *_SOURCE_FOLDERS)]
    candidates = [one for base in roots for one in _python_files(_join(base, *parts))]
    found = _first(files, candidates)
    if found is None and len(parts) > 1:
        found = _nearest(files.with_tail(parts[-1]), parts, path)
    if found is not None:
        yield found


_SOURCE_FOLDERS = ("src", "lib", "server", "python")


def _python_files(base: str) -> list[str]:
    package = [_join(base, "__init__.py"), _join(base, "__init__.pyi")]
    return [f"{base}.py", *package, f"{base}.pyi"] if posixpath.basename(base) else package


def _script(files: Files, path: str, module: str) -> Iterator[str]:
    """JavaScript and TypeScript."""
    folder = posixpath.dirname(path)
    if module.startswith("."):
        yield from _one(files, _script_files(_join(folder, module)))
        return
    for target in configs.script_paths(files.config, folder, module):
        if found := _first(files, _script_files(target)):
            yield found
            return


_SCRIPTS = (".ts", ".tsx", ".d.ts", ".js", ".jsx", ".mts", ".cts", ".mjs", ".cjs", ".vue")
# What is written in an import, and what the file may be called in the sources.
_WRITTEN = {
    ".js": (".ts", ".tsx", ".d.ts", ".jsx"),
    ".jsx": (".tsx",),
    ".mjs": (".mts",),
    ".cjs": (".cts",),
}


def _script_files(base: str) -> list[str]:
    stem, ending = posixpath.splitext(base)
    return [
        base,
        *(stem + other for other in _WRITTEN.get(ending, ())),
        *(base + other for other in _SCRIPTS),
        *(_join(base, f"index{other}") for other in _SCRIPTS),
    ]


def _go(files: Files, path: str, module: str) -> Iterator[str]:
    for base in _above(posixpath.dirname(path)):
        name = configs.go_module(files.config(_join(base, "go.mod")))
        if not name:
            continue
        if module == name or module.startswith(f"{name}/"):
            folder = _join(base, module[len(name) :].strip("/"))
            for found in files.in_folder(folder):
                inside = posixpath.dirname(found) == folder
                if inside and found.endswith(".go") and not found.endswith("_test.go"):
                    yield found
        return


def _rust(files: Files, path: str, module: str) -> Iterator[str]:
    parts = [part for part in module.split("::") if part]
    if not parts:
        return
    base, rest = _rust_folder(path), parts
    if parts[0] == "crate":
        base, rest = _crate(path), parts[1:]
    while rest and rest[0] in {"self", "super"}:
        base = posixpath.dirname(base) if rest[0] == "super" else base
        rest = rest[1:]
    inside = len(rest) < len(parts)
    if inside or _rust_file(files, base, rest[:1], around=False):
        yield from filter(None, [_rust_file(files, base, rest)])
        return
    # Another crate of the workspace: its folder may be written with hyphens.
    names = {parts[0], parts[0].replace("_", "-")}
    for library in files.with_tail("lib"):
        folder = posixpath.dirname(library)
        if library.endswith("src/lib.rs") and posixpath.basename(folder[:-4]) in names:
            yield _rust_file(files, folder, parts[1:]) or library
            return


def _rust_file(files: Files, base: str, parts: Sequence[str], *, around: bool = True) -> str | None:
    """Return the file of a module; with `around`, of the innermost one around an item."""
    while parts:
        inner = _join(base, *parts)
        if found := _first(files, [f"{inner}.rs", _join(inner, "mod.rs")]):
            return found
        if not around:
            return None
        parts = parts[:-1]
    return _first(
        files, [_join(base, name) for name in ("lib.rs", "main.rs", "mod.rs")] + [f"{base}.rs"]
    )


def _rust_folder(path: str) -> str:
    """Return the folder that holds the submodules of the file `path`."""
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".rs")
    return folder if stem in {"mod", "lib", "main"} else _join(folder, stem)


def _crate(path: str) -> str:
    for base in _above(posixpath.dirname(path)):
        if posixpath.basename(base) == "src":
            return base
    return posixpath.dirname(path)


def _dotted(files: Files, path: str, module: str) -> Iterator[str]:
    """Java, Kotlin, C# and PHP: names of packages are folders, more or less."""
    parts = [part for part in re.split(r"[.\\]+", module) if part]
    for size in (len(parts), len(parts) - 1):
        # A member of a class is imported by one part more.
        if size < 1:
            return
        if one := _longest(files.with_tail(parts[size - 1]), parts[:size], path):
            yield one
            return
    ending = posixpath.splitext(path)[1]
    for base in _above(posixpath.dirname(path)):
        folder = _join(base, *parts)
        found = [one for one in files.in_folder(folder) if one.endswith(ending)]
        if folder and found:
            yield from (one for one in found if posixpath.dirname(one) == folder)
            return


def _include(files: Files, path: str, module: str) -> Iterator[str]:
    """C and C++."""
    for base in _above(posixpath.dirname(path)):
        usual = [_join(base, module), _join(base, "include", module), _join(base, "src", module)]
        if found := _first(files, usual):
            yield found
            return
    stem = posixpath.basename(module).partition(".")[0]
    same = [one for one in files.with_tail(stem) if f"/{one}".endswith(f"/{module}")]
    if same:
        yield _near(same, path)


def _php(files: Files, path: str, module: str) -> Iterator[str]:
    if not module.endswith(".php"):
        yield from _dotted(files, path, module)
        return
    inside = module.lstrip("/")
    yield from _one(files, [_join(base, inside) for base in _above(posixpath.dirname(path))])


def _ruby(files: Files, path: str, module: str) -> Iterator[str]:
    module = module.removesuffix(".rb")
    folder = posixpath.dirname(path)
    if module.startswith("."):
        yield from _one(files, [f"{_join(folder, module)}.rb"])
        return
    bases = [
        folder,
        *(_join(base, usual) for base in _above(folder) for usual in ("lib", "app", "")),
    ]
    candidates = [f"{_join(base, module)}.rb" for base in bases]
    if found := _first(files, candidates):
        yield found


def _nearest(found: Sequence[str], parts: Sequence[str], path: str) -> str | None:
    """Return the file whose path ends in all of `parts`, the nearest of several."""
    wanted = "/" + "/".join(parts)
    same = [one for one in found if f"/{_module_path(one)}".endswith(wanted)]
    return _near(same, path) if same else None


def _longest(found: Sequence[str], parts: Sequence[str], path: str) -> str | None:
    """Return the file whose path ends in as many of `parts` as possible, two at least.

    In Java that is all of them.
    """
    best: list[str] = []
    most = len(parts) if path.endswith(".java") else min(2, len(parts))
    for one in found:
        names = _module_path(one).split("/")
        same = 0
        while same < min(len(names), len(parts)) and names[-1 - same] == parts[-1 - same]:
            same += 1
        if same > most:
            best, most = [one], same
        elif same == most:
            best.append(one)
    return _near(best, path) if best else None


def _near(found: Sequence[str], path: str) -> str:
    """Return the one that shares most folders with `path`."""
    return min(found, key=lambda one: (-shared(one, path), len(one), one))


def shared(one: str, other: str) -> int:
    """Return how many folders two paths have in common."""
    count = 0
    for left, right in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if left != right:
            break
        count += 1
    return count


def _module_path(path: str) -> str:
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folder if stem in FOLDER_STEMS else f"{folder}/{stem}" if folder else stem


def _above(folder: str) -> Iterator[str]:
    """Yield a folder and all around it; the last one is the root, an empty name."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _join(*parts: str) -> str:
    joined = posixpath.normpath(posixpath.join(*parts))
    return "" if joined == "." else joined


def _first(files: Files, candidates: Sequence[str]) -> str | None:
    known = files.exist(candidates)
    return next((one for one in candidates if one in known), None)


def _one(files: Files, candidates: Sequence[str]) -> Iterator[str]:
    if found := _first(files, candidates):
        yield found


_RULES: dict[str, Callable[[Files, str, str], Iterator[str]]] = {
    "python": _python,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "go": _go,
    "rust": _rust,
    "java": _dotted,
    "kotlin": _dotted,
    "csharp": _dotted,
    "php": _php,
    "c": _include,
    "cpp": _include,
    "ruby": _ruby,
}
