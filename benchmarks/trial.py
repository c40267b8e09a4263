"""Runs tests in a copy of the tree, in processes that begin with every package imported but none of the project."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import pickle
import resource
import shutil
import signal
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

ROOT = Path(__file__).parent.parent
OPTIONS = [
    *("-q", "-m", "not browser", "-p", "no:cacheprovider", "-p", "no:randomly", "--hypothesis-seed=0"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # the packages' own plugins are there already
]
# Generous, as machines are shared: of these times more than a test took unchanged, a hang is made.
PATIENCE, TIMES = 20.0, 20.0  # seconds; by the clock, as what waits for ever uses no processor
COLLECTING = 180.0  # seconds until the first test begins
MOST_MEMORY = 8 << 30  # bytes of addresses
NO_TESTS = pytest.ExitCode.NO_TESTS_COLLECTED


@dataclass(frozen=True, slots=True)
class Seen:
    """What a test took in seconds, whether it passed, and the lines that it ran, by file, as bits of a number."""

    seconds: float
    passed: bool
    lines: Mapping[str, int]

    def ran(self, path: str, lines: range) -> bool:
        """Whether it ran one of these lines."""
        return bool(self.lines.get(path, 0) >> lines.start & ((1 << len(lines)) - 1))


def files() -> list[str]:
    """What belongs to the project, new files included."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    return sorted({name for name in names if name and (ROOT / name).is_file()})


def import_packages() -> None:
    """Everything from outside that a module of the project imports, once for all processes forked later."""
    modules = [name for name in files() if name.endswith(".py")]
    own = {name.partition("/")[0].removesuffix(".py") for name in modules}
    wanted: set[str] = set()
    for name in modules:
        for node in ast.walk(ast.parse((ROOT / name).read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted.add(node.module)
            elif isinstance(node, ast.Import):
                wanted.update(alias.name for alias in node.names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in sorted(wanted):
            if module.partition(".")[0] not in own:
                with contextlib.suppress(ImportError):
                    importlib.import_module(module)


class Tree:
    """A copy of the project; `number` keeps its ports apart from those of others."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number
        self._changes = 0
        for name in files():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)

    def observe(self, test_file: str) -> dict[str, Seen]:
        """Run a file of tests; what each of them did."""
        watching = _Watching()
        self._run([test_file], watching)
        found = watching.result(self._folder)
        return found if isinstance(found, dict) else {}

    @contextlib.contextmanager
    def changed(self, path: str, source: str) -> Iterator[None]:
        """The tree with another text in one file."""
        file = self._folder / path
        before, times = file.read_bytes(), file.stat()
        file.write_text(source, encoding="utf-8")
        self._changes += 1
        os.utime(file, (self._changes, self._changes))  # no compiled file of another change is taken for this one's
        try:
            yield
        finally:
            file.write_bytes(before)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def noticed(self, tests: Sequence[str], usual: Mapping[str, float]) -> str | None:
        """Run these tests in this order until one fails: its name, and whether it was by hanging."""
        if not tests:
            return None
        trying = _Trying(tests, usual)
        code = self._run(sorted({test.partition("::")[0] for test in tests}), trying)
        if code in {0, NO_TESTS}:
            return None
        found = trying.result(self._folder)
        test = found if isinstance(found, str) else "the collection of tests"
        return f"{test}, hanging" if code < 0 else test

    def _run(self, test_files: Collection[str], plugin: _Plugin) -> int:
        """Pytest's code, or less than 0 where its process was killed."""
        child = os.fork()
        if not child:
            self._be_pytest(test_files, plugin)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what its tests had started
        return code

    def _be_pytest(self, test_files: Collection[str], plugin: _Plugin) -> None:
        code = 1
        try:
            os.setsid()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, COLLECTING)
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
            os.chdir(self._folder)
            sys.path[:] = [str(self._folder), *(entry for entry in sys.path if entry not in {"", str(ROOT)})]
            os.environ["PYTEST_XDIST_WORKER"] = f"gw{self._number}"
            with (self._folder / "said.txt").open("wb") as said:
                for stream in (1, 2):
                    os.dup2(said.fileno(), stream)
            plugin.begin(self._folder)
            code = int(pytest.main([*OPTIONS, *plugin.options, *test_files], plugins=[plugin]))
            plugin.end()
        finally:
            os._exit(code)


class _Plugin:
    """What goes on in a process of tests; it leaves its result in a file, as it may be killed at any moment."""

    options: tuple[str, ...] = ()

    def begin(self, folder: Path) -> None:
        self._file = folder / "result"
        self.leave(None)

    def end(self) -> None:
        """After the last test."""

    def leave(self, result: Any) -> None:
        self._file.write_bytes(pickle.dumps(result))

    @staticmethod
    def result(folder: Path) -> Any:
        return pickle.loads((folder / "result").read_bytes())


class _Watching(_Plugin):
    """Times each test and sees which lines it runs."""

    def begin(self, folder: Path) -> None:
        super().begin(folder)
        self._folder = folder
        self._seconds: Counter[str] = Counter()
        self._failed: set[str] = set()
        self._coverage = Coverage(data_file=None, config_file="pyproject.toml", concurrency=["thread", "greenlet"])
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_REAL, COLLECTING)
        self._coverage.switch_context(item.nodeid)
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] += report.duration  # type: ignore[assignment]
        if report.failed:
            self._failed.add(report.nodeid)

    def end(self) -> None:
        self._coverage.stop()
        data = self._coverage.get_data()
        lines: dict[str, Counter[str]] = {test: Counter() for test in self._seconds}
        for name in data.measured_files():
            path = str(Path(name).relative_to(self._folder))
            for line, tests in data.contexts_by_lineno(name).items():
                for test in filter(None, tests):
                    lines[test][path] |= 1 << line
        self.leave(
            {test: Seen(self._seconds[test], test not in self._failed, dict(ran)) for test, ran in lines.items()}
        )


class _Trying(_Plugin):
    """Chooses tests, in an order, and remembers which one has begun last."""

    options = ("-x",)

    def __init__(self, tests: Sequence[str], usual: Mapping[str, float]) -> None:
        self._tests = tests
        self._usual = usual

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        there = {item.nodeid: item for item in items}
        items[:] = [there[test] for test in self._tests if test in there]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.leave(item.nodeid)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE + TIMES * self._usual[item.nodeid])
        return (yield)
