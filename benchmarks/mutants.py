"""`make mutants`: change the code in small ways, one at a time, and see whether a test notices.

A seeded sample over the rooms, module-level constants included. Of each mutant only those tests run that ran its line
when all was well, those of its own room first, the quickest first. What each test runs is kept in `.mutants` until the
code or that test changes.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import multiprocessing
import os
import pickle
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.pool import Pool
from pathlib import Path

from benchmarks.trial import ROOT, Seen, Tree, files, import_packages

ROOMS = ("imgur", "services", "storage", "web")
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
KEPT = ROOT / ".mutants"
# Slow to start, and of what the rooms do they see nothing that the tests below them do not.
LEFT_OUT = ("tests/demo/", "tests/wire/", "tests/test_house.py")

PAIRS = [
    *((ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.In, ast.NotIn), (ast.Is, ast.IsNot)),
    *((ast.Add, ast.Sub), (ast.Mult, ast.FloorDiv), (ast.BitOr, ast.BitAnd), (ast.And, ast.Or)),
]
OTHER: dict[type[ast.AST], type[ast.AST]] = {
    **{one: other for pair in PAIRS for one, other in (pair, pair[::-1])},
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of code stands: in which class and function, and on which lines its statement is.

    `names` are what a statement of the module gives a value to.
    """

    inside: str = ""
    at_import: bool = True
    lines: range = range(0)
    names: frozenset[str] = frozenset()

    def within(self, node: ast.AST) -> Place:
        """The place of what is in this node, apart from a function's body."""
        if not isinstance(node, ast.stmt):
            return self
        if isinstance(node, ast.ClassDef):
            return replace(self, inside=f"{self.inside}.{node.name}".lstrip("."), names=frozenset())
        names: set[str] = set()
        if not self.inside and isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {target.id for target in targets if isinstance(target, ast.Name)}
        body = getattr(node, "body", None)
        lines = range(node.lineno, max(body[0].lineno if body else (node.end_lineno or 0) + 1, node.lineno + 1))
        return replace(self, lines=lines, names=frozenset(names))

    def children(self, node: ast.AST) -> Iterator[tuple[str, ast.AST, Place]]:
        """The nodes in this node whose place is `self`: the field, the node, and the place around it."""
        name = getattr(node, "name", "lambda")
        body = Place(f"{self.inside}.{name}".lstrip("."), at_import=False, lines=self.lines)
        for field, value in ast.iter_fields(node):
            is_body = field == "body" and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield field, child, body if is_body else self


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change."""

    path: str
    line: int
    place: Place
    before: str
    after: str
    source: str
    number: int

    @property
    def name(self) -> str:
        """What the list of equivalent ones calls it: lines move, so it has the number among those of the same text."""
        inside = f", {self.place.inside}" if self.place.inside else ""
        number = f" ({self.number})" if self.number > 1 else ""
        return f"{self.path}{inside}: {self.before} -> {self.after}{number}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file that compiles."""
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    seen: Counter[tuple[str, str, str]] = Counter()
    for node, place in _mutable(ast.parse(data), Place()):
        for replacement in _replacements(node):
            start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
            end = sum(map(len, lines[: (node.end_lineno or 0) - 1])) + (node.end_col_offset or 0)
            before = " ".join(data[start:end].decode().split())
            source = (data[:start] + replacement.encode() + data[end:]).decode()
            if replacement == before:
                continue
            try:
                compile(source, path, "exec")
            except SyntaxError:
                continue
            seen[place.inside, before, replacement] += 1
            number = seen[place.inside, before, replacement]
            yield Mutant(str(path.relative_to(ROOT)), node.lineno, place, before, replacement, source, number)


def _mutable(node: ast.AST, place: Place) -> Iterator[tuple[ast.expr | ast.stmt, Place]]:
    """Every expression and statement that does something: no annotation, docstring, log line or error's text."""
    if isinstance(node, ast.JoinedStr) or _says_nothing(node):
        return
    place = place.within(node)
    if isinstance(node, (ast.expr, ast.stmt)):
        yield node, place
    if isinstance(node, ast.Raise):
        return
    for field, child, around in place.children(node):
        if field not in {"annotation", "returns", "type_comment"}:
            yield from _mutable(child, around)


def _says_nothing(node: ast.AST) -> bool:
    """Whether it is a docstring, a log line, how a dataclass is made, or of types alone."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    of_types = (isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias") or (
        isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases)
    )
    return docstring or of_types or ast.unparse(node).startswith(("log.", "dataclass(", "TypeVar(", "ParamSpec("))


def _replacements(node: ast.expr | ast.stmt) -> Iterator[str]:
    match node:
        case ast.Constant():
            yield from _other_values(node.value)
        case ast.Compare(ops=[operator]):
            yield _with(node, ops=[OTHER[type(operator)]()])
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) if type(operator) in OTHER:
            yield _with(node, op=OTHER[type(operator)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.IfExp():
            yield _with(node, body=node.orelse, orelse=node.body)
        case ast.Call(keywords=[*others, ast.keyword(arg=str())]):
            yield _with(node, keywords=others)
        case ast.Expr() | ast.Raise() | ast.AugAssign():
            yield "pass"
        case ast.Return(value=ast.expr()):
            yield "return None"
        case ast.Continue() | ast.Break():
            yield "break" if isinstance(node, ast.Continue) else "continue"


def _other_values(value: object) -> Iterator[str]:
    match value:
        case bool():
            yield repr(not value)
        case int() | float():
            yield repr(value + 1)
        case str() if value:
            yield repr(f"x{value}")


def _with(node: ast.expr, **fields: object) -> str:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return f"({ast.unparse(other)})"


class Project:
    """Where the names of constants are used, in code and tests."""

    def __init__(self) -> None:
        self._uses: dict[str, list[tuple[str, Place]]] = defaultdict(list)
        self._words: dict[str, frozenset[str]] = {}
        for name in files():
            if name.startswith("tests/"):
                self._words[name] = frozenset(re.findall(r"\w+", (ROOT / name).read_text("utf-8", "replace")))
            elif name.endswith(".py"):
                for used, place in _uses(ast.parse((ROOT / name).read_bytes()), Place()):
                    self._uses[used].append((name, place))

    def tests_of(self, mutant: Mutant, seen: Mapping[str, Seen]) -> tuple[list[str], list[str]]:
        """The tests that could notice it: of its own room, and the others.

        Those that ran its line or, where that runs at import, a line that uses the constant, or name it. Where it is
        something else that runs at import, all of them, those first that ran anything of its file. Where none ran its
        line, all that did so.
        """
        place = mutant.place
        lines = self._lines_with(place.names) if place.at_import else [(mutant.path, place.lines)]
        tests = [test for test, one in seen.items() if any(one.ran(*where) for where in lines)]
        if place.at_import:
            named = [test for test in seen if place.names & self._words[test.partition("::")[0]]]
            tests = [*tests, *named] if lines else list(seen)
        tests = tests or [test for test, one in seen.items() if mutant.path in one.lines]
        tests.sort(key=lambda test: (mutant.path not in seen[test].lines, seen[test].seconds))
        room = f"tests/{mutant.path.partition('/')[0]}/"
        own = [test for test in dict.fromkeys(tests) if test.startswith(room)]
        return own, [test for test in dict.fromkeys(tests) if not test.startswith(room)]

    def _lines_with(self, names: frozenset[str]) -> list[tuple[str, range]]:
        """Where functions use these names, or constants made of them; nothing if something else does."""
        found: list[tuple[str, range]] = []
        asked, known = list(names), set(names)
        while asked:
            for path, place in self._uses[asked.pop()]:
                if not place.at_import:
                    found.append((path, place.lines))
                elif not place.names:
                    return []
                asked += place.names - known
                known |= place.names
        return found


def _uses(node: ast.AST, place: Place) -> Iterator[tuple[str, Place]]:
    """Every name that is read, and where."""
    place = place.within(node)
    if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
        yield (node.id if isinstance(node, ast.Name) else node.attr), place
    for _, child, around in place.children(node):
        yield from _uses(child, around)


# --- in processes of their own


@cache
def _tree() -> Tree:
    """The one of this process."""
    number = int(multiprocessing.current_process().name.rpartition("-")[2])
    first = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return Tree(Path(tempfile.mkdtemp(dir=os.environ["MUTANTS"])), first + number - 1)


def _observe(test_file: str) -> tuple[str, dict[str, Seen]]:
    return test_file, _tree().observe(test_file)


def _try(trial: tuple[Mutant, list[dict[str, float]]]) -> tuple[Mutant, str | None, float]:
    """The test that noticed it, if one did, and how long that took."""
    mutant, groups = trial
    began = time.monotonic()
    with _tree().changed(mutant.path, mutant.source):
        noticed = next(filter(None, (_tree().noticed(list(tests), tests) for tests in groups)), None)
    return mutant, noticed, time.monotonic() - began


# ---


def watched(pool: Pool) -> dict[str, Seen]:
    """What each test runs, out of the last time where nothing has changed since. Tests that fail are left out."""
    digests = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in files()}
    tests = [name for name in digests if re.search(r"^tests/.*\btest_\w+\.py$", name) and not name.startswith(LEFT_OUT)]
    code = [digests[name] for name in sorted(digests) if name.endswith(".py") and _is_watched(name)]
    keys = {name: hashlib.sha256("".join([*code, digests[name]]).encode()).hexdigest() for name in tests}
    KEPT.mkdir(exist_ok=True)
    new = [name for name in tests if not (KEPT / keys[name]).exists()]
    new.sort(key=lambda name: -(ROOT / name).stat().st_size)
    print(f"watching {len(new)} of {len(tests)} files of tests", flush=True)
    for name, found in pool.imap_unordered(_observe, new):
        if found:
            (KEPT / keys[name]).write_bytes(pickle.dumps(found))
    for file in KEPT.iterdir():
        if file.name not in keys.values():
            file.unlink()
    seen = {test: one for file in KEPT.iterdir() for test, one in pickle.loads(file.read_bytes()).items()}
    for test in [test for test, one in seen.items() if not one.passed]:
        print(f"left out, as it fails without any mutant: {test}")
        del seen[test]
    return seen


def _is_watched(name: str) -> bool:
    """Whether a change to it may change what tests run; a file of tests concerns its own alone."""
    return not name.startswith("benchmarks/") and not re.search(r"^tests/.*\btest_\w+\.py$", name)


def main() -> None:
    """Print one line for each mutant, then the share that was killed of those that are not equivalent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS, help="imgur, services, storage, web, or a file in one")
    parser.add_argument("--sample", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--like", default="", help="only those whose name holds this, all of them")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    mutants = [mutant for room in ROOMS for path in _code(ROOT / room) for mutant in mutants_of(path)]
    equivalent = {line for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    for stale in sorted(equivalent - {mutant.name for mutant in mutants}):
        print(f"{EQUIVALENT.name} names what is no mutant: {stale}")
    rooms = tuple(room if room.endswith(".py") else f"{room}/" for room in chosen.rooms)
    mutants = [mutant for mutant in mutants if mutant.path.startswith(rooms) and chosen.like in mutant.name]
    size = len(mutants) if chosen.like else min(chosen.sample, len(mutants))
    sample = random.Random(chosen.seed).sample(mutants, size)
    print(f"{size} of {len(mutants)} mutants, seed {chosen.seed}", flush=True)
    tried = [mutant for mutant in sample if mutant.name not in equivalent]
    survivors = 0
    import_packages()
    project = Project()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MUTANTS"] = folder
        with multiprocessing.get_context("fork").Pool(chosen.processes) as pool:
            seen = watched(pool)
            trials = (
                (mutant, [{test: seen[test].seconds for test in tests} for tests in project.tests_of(mutant, seen)])
                for mutant in tried
            )
            for mutant, noticed, seconds in pool.imap_unordered(_try, trials):
                survivors += noticed is None
                verdict = f"killed by {noticed}" if noticed else "SURVIVED"
                print(f"line {mutant.line} of {mutant.name}\n    {verdict}, {seconds:.0f} s", flush=True)
    killed = len(tried) - survivors
    print(f"{killed} killed, {survivors} survived, {size - len(tried)} equivalent: {killed / max(len(tried), 1):.0%}")
    sys.exit(killed < 0.95 * len(tried))


def _code(room: Path) -> list[Path]:
    return sorted(path for path in room.rglob("*.py") if "versions" not in path.parts)


if __name__ == "__main__":
    main()
