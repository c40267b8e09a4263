"""What is started from outside: make's targets, and the second Python of `.ci/run`, the newest that really starts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

NEWEST = Path(__file__).parent.parent / ".ci" / "newest"


def _found(folder: Path) -> str:
    env = {"PATH": str(folder), "HOME": str(folder)}
    command = [sys.executable, str(NEWEST), sys.executable]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip()


def test_make_starts_what_the_readme_tells_an_operator_to_start() -> None:
    readme = (NEWEST.parent.parent / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"^make (\w+)", readme, re.MULTILINE)
    assert {"demo", "test", "init", "check", "run"} == set(targets)
    for target in {*targets} - {"test"}:
        command = ["make", "-n", "-C", str(NEWEST.parent.parent), target]
        assert f"python bot.py {target}" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_the_newest_python_is_the_one_that_starts(tmp_path: Path) -> None:
    def put(name: str, script: str) -> None:
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)

    used = "{} {}".format(*sys.version_info)
    put("python3.99", "#!/bin/sh\nexit 127")  # a shim that leads nowhere
    put("python3.98", "#!/bin/sh\necho not installed")
    put("python3.97", "no program")
    put("python3.96", f"#!/bin/sh\necho {used}; echo /usr/bin/the-same")
    put("python3.10", "#!/bin/sh\necho 3 10; echo /usr/bin/too-old")
    (tmp_path / "python3.95").symlink_to("gone")
    assert _found(tmp_path) == ""
    put("python3.94", "#!/bin/sh\necho 3 94; echo /usr/bin/right")
    put("python3.93", "#!/bin/sh\necho 3 93; echo /usr/bin/older")
    assert _found(tmp_path) == "/usr/bin/right"
    assert os.access(NEWEST, os.X_OK)
