"""`make mutants`: change the code in small ways, one at a time, and see whether a test notices.

A seeded sample over the rooms, module-level constants included, in a copy of the tree. Of each mutant only those tests
run that ran its line when all was well, those of its own room first.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coverage import CoverageData

ROOT = Path(__file__).parent.parent
ROOMS = ("imgur", "services", "storage", "web")
EQUIVALENT = Path(__file__).with_name("equivalent.txt")
SECONDS_A_TEST = 60
PYTEST = [
    *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0"),
    *("-o", f"faulthandler_timeout={SECONDS_A_TEST}", "-o", "faulthandler_exit_on_timeout=true"),
]
# Slow to start, and of what the rooms do they see nothing that the tests below them do not.
LEFT_OUT = ["--ignore=tests/demo", "--ignore=tests/wire", "--ignore=tests/test_house.py", "-m", "not browser"]

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
class Mutant:
    """One change; `line` is where it begins, None where that line runs at import."""

    path: str
    line: int
    at_import: bool
    before: str
    after: str
    source: str
    number: int

    @property
    def name(self) -> str:
        """What the list of equivalent ones calls it: lines move, so it has the number among those of the same text."""
        number = f" ({self.number})" if self.number > 1 else ""
        return f"{self.path}: {self.before} -> {self.after}{number}"


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file that compiles."""
    text = path.read_text(encoding="utf-8")
    lines = text.encode().splitlines(keepends=True)
    seen: Counter[tuple[str, str]] = Counter()
    for node, at_import in _mutable(ast.parse(text), at_import=True):
        for replacement in _replacements(node):
            start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
            end = sum(map(len, lines[: (node.end_lineno or 0) - 1])) + (node.end_col_offset or 0)
            data = text.encode()
            before = " ".join(data[start:end].decode().split())
            source = (data[:start] + replacement.encode() + data[end:]).decode()
            try:
                compile(source, path, "exec")
            except SyntaxError:
                continue
            seen[before, replacement] += 1
            number = seen[before, replacement]
            yield Mutant(str(path.relative_to(ROOT)), node.lineno, at_import, before, replacement, source, number)


def _mutable(node: ast.AST, *, at_import: bool) -> Iterator[tuple[ast.expr | ast.stmt, bool]]:
    """Every expression and statement that does something: no annotation, docstring, log line or error's text."""
    if isinstance(node, ast.JoinedStr) or _says_nothing(node):
        return
    if isinstance(node, (ast.expr, ast.stmt)):
        yield node, at_import
    if isinstance(node, ast.Raise):
        return
    for field, value in ast.iter_fields(node):
        inside = field == "body" and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if field in {"annotation", "returns", "type_comment"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _mutable(child, at_import=at_import and not inside)


def _says_nothing(node: ast.AST) -> bool:
    """Whether it is a docstring, a log line, or how a dataclass is made."""
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return docstring or ast.unparse(node).startswith(("log.", "dataclass("))


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


class Tree:
    """A copy of the project in which a mutant lives while its tests run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        for name in subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        self._lines: dict[str, dict[int, list[str]]] = {}

    def watch(self) -> None:
        """Learn which test runs which line. Exits where the tests fail without any mutant."""
        options = ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
        done = self._run([*LEFT_OUT, *options])
        if done.returncode:
            sys.exit(f"The tests fail as they are:\n{done.stdout[-2000:]}")
        data = CoverageData(str(self._folder / ".coverage"))
        data.read()
        for name in data.measured_files():
            path = Path(name).relative_to(self._folder.resolve())
            self._lines[str(path)] = {
                line: sorted({context.rpartition("|")[0] for context in contexts if context})
                for line, contexts in data.contexts_by_lineno(name).items()
            }

    def tests_of(self, mutant: Mutant) -> list[str]:
        """The tests that ran its line; of a line that runs at import, those that ran anything of the file."""
        lines = self._lines.get(mutant.path, {})
        chosen = [] if mutant.at_import else lines.get(mutant.line, [])
        tests = chosen or sorted({test for contexts in lines.values() for test in contexts})
        room = f"tests/{mutant.path.partition('/')[0]}/"
        return sorted(tests, key=lambda test: not test.startswith(room))

    def is_killed(self, mutant: Mutant) -> bool:
        """Whether a test fails with the mutant in place, or hangs."""
        path = self._folder / mutant.path
        before = path.read_text(encoding="utf-8")
        tests = self._folder / "tests.txt"
        tests.write_text("\n".join(self.tests_of(mutant)) or "tests", encoding="utf-8")
        path.write_text(mutant.source, encoding="utf-8")
        try:
            return self._run(["-x", f"@{tests}"]).returncode != 0
        finally:
            path.write_text(before, encoding="utf-8")

    def _run(self, options: list[str]) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [*PYTEST, *options], cwd=self._folder, env=environment, capture_output=True, check=False, text=True
        )


def main() -> None:
    """Print one line for each mutant, then the share that was killed of those that are not equivalent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", default=ROOMS, help="imgur, services, storage, web, or a file in one")
    parser.add_argument("--sample", type=int, default=60, help="how many mutants")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    files = [file for room in chosen.rooms for file in ([ROOT / room] if room.endswith(".py") else _code(ROOT / room))]
    mutants = [mutant for path in sorted(files) for mutant in mutants_of(path)]
    equivalent = {line for line in EQUIVALENT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    sample = random.Random(chosen.seed).sample(mutants, min(chosen.sample, len(mutants)))
    print(f"{len(sample)} of {len(mutants)} mutants, seed {chosen.seed}", flush=True)
    verdicts = dict.fromkeys(("killed", "survived", "equivalent"), 0)
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder))
        tree.watch()
        for mutant in sample:
            verdict = "equivalent" if mutant.name in equivalent else "killed" if tree.is_killed(mutant) else "survived"
            verdicts[verdict] += 1
            print(f"{verdict:10} line {mutant.line} of {mutant.name}", flush=True)
    share = verdicts["killed"] / max(len(sample) - verdicts["equivalent"], 1)
    print(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()), f": {share:.0%} killed")


def _code(room: Path) -> list[Path]:
    return [path for path in room.rglob("*.py") if "versions" not in path.parts]


if __name__ == "__main__":
    main()
