"""The house rules, held by the code itself: who imports whom, one place for names, documents that agree."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

import config
from cogs.client import EXTENSIONS

ROOT = Path(__file__).parent.parent
ROOMS = ("cogs", "web", "services", "locales", "imgur", "discordauth", "media", "storage")
HOUSE = (*ROOMS, "standins", "demo", "benchmarks", "bot", "config", "errors", "logs", "wizard", "tests")

# room: (what it may import of ours, what it may import from outside), as prefixes of dotted names.
# A file with rules of its own is not under its room's.
# `storage.models` lets `storage.models.LinkAttempt` in, `storage` would let everything of that room in.
RULES: dict[str, tuple[set[str], set[str]]] = {
    "config.py": (set(), {"dotenv", "yarl"}),
    "errors.py": ({"locales.text"}, set()),
    "logs.py": (set(), {"structlog"}),
    "wizard.py": ({"config"}, {"click"}),
    "cogs": ({"services", "errors", "locales", "imgur.models", "imgur.errors"}, {"discord", "structlog", "orjson"}),
    "cogs/calls.py": (set(), {"discord", "orjson", "aiohttp"}),  # alone knows what Discord's calls go through
    "cogs/connection.py": (set(), {"discord", "structlog", "yarl"}),
    "locales": (set(), {"babel"}),
    "locales/text.py": (set(), set()),  # what services may know of it: values, and no language
    "web": ({"services", "errors", "locales"}, {"aiohttp.web", "jinja2", "markupsafe", "structlog", "yarl"}),
    "services": (
        {
            "errors",
            "discordauth.models",
            "discordauth.errors",
            "imgur.models",
            "imgur.errors",
            "imgur.reference",
            "imgur.chain",
            "media.models",
            "media.kind",
        }
        | {"storage.models", "storage.errors", "locales.text"},
        {"cachetools", "structlog", "yarl"},
    ),
    "imgur": (set(), {"aiohttp", "msgspec", "stamina", "yarl", "multidict", "orjson"}),
    "discordauth": (set(), {"aiohttp", "yarl"}),
    "media": ({"errors"}, {"aiohttp", "yarl", "zipstream"}),
    "media/turning": ({"errors"}, {"PIL", "pillow_heif"}),  # alone decodes, in processes of its own
    "storage": (set(), {"sqlalchemy", "alembic", "cryptography"}),
    "storage/engines/postgres.py": (set(), {"sqlalchemy", "asyncpg"}),  # alone knows its driver's errors
}


def _files(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def _ruled_files(room: str) -> list[Path]:
    own = {ROOT / name for name in RULES} - {ROOT / room}
    return [path for path in _files(room) if not own & {path, *path.parents}]


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Every imported name, dotted in full: `from a import b` is `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) + "." if node.level else ""
            yield from (f"{above}{node.module or ''}.{alias.name}".replace("..", ".") for alias in node.names)


def _imports_of(path: Path) -> Iterator[str]:
    package = ".".join(path.relative_to(ROOT).parent.parts)
    return _imports(ast.parse(path.read_text(encoding="utf-8")), package)


def _within(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def _trespasses(room: str) -> Iterator[str]:
    ours, outside = RULES[room]
    own = room.removesuffix(".py").partition("/")[0]
    for path in _ruled_files(room):
        for name in _imports_of(path):
            top = name.partition(".")[0]
            allowed = ours | {own} if top in HOUSE else outside
            if top not in sys.stdlib_module_names and not _within(name, allowed):
                yield f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("room", RULES)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    assert _files(room)
    assert list(_trespasses(room)) == []


def test_the_walk_over_imports_sees_every_form() -> None:
    source = "import a.b\nfrom c import d\nfrom . import e\nfrom .f import g\nfrom ..h import i\ndef x():\n    import j"
    assert list(_imports(ast.parse(source), "cogs.ui")) == ["a.b", "c.d", "cogs.ui.e", "cogs.ui.f.g", "cogs.h.i", "j"]


def test_no_room_imports_the_entry_the_demo_or_a_stand_in() -> None:
    everywhere = [path for room in (*RULES, "standins", "demo") for path in _files(room)]
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in everywhere
        for name in _imports_of(path)
        if _within(name, {"tests", "benchmarks"})
        or (_within(name, {"bot"}) and path.parts[len(ROOT.parts)] != "demo")
        or (_within(name, {"demo", "standins"}) and path.parts[len(ROOT.parts)] not in {"demo", "standins"})
    ]
    assert found == []


def test_the_entry_imports_the_demo_only_inside_its_command() -> None:
    module = ast.parse((ROOT / "bot.py").read_text(encoding="utf-8"))
    at_top = [name for node in module.body if not isinstance(node, ast.FunctionDef) for name in _imports(node, "")]
    assert "config" in {name.partition(".")[0] for name in at_top}
    assert not any(_within(name, {"demo", "standins", "simcord"}) for name in at_top)


def test_a_cog_does_not_import_another_cog() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _files("cogs")
        for name in _imports_of(path)
        if _within(name, set(EXTENSIONS) - {".".join(path.relative_to(ROOT).with_suffix("").parts[:2])})
    ]
    assert found == []


def test_every_cog_is_listed_and_every_listed_one_exists() -> None:
    cogs = set()
    for path in _files("cogs"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.AsyncFunctionDef) and node.name == "setup" for node in tree.body):
            parts = path.relative_to(ROOT).with_suffix("").parts
            cogs.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    assert cogs == set(EXTENSIONS)


def test_a_cog_reads_the_bot_s_services_only_in_setup() -> None:
    found = []
    for extension in EXTENSIONS:
        for path in _files(extension.replace(".", "/") + ".py") or _files(extension.replace(".", "/")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in tree.body:
                if isinstance(node, ast.AsyncFunctionDef) and node.name == "setup":
                    continue
                found += [
                    f"{path.name}:{part.lineno}"
                    for part in ast.walk(node)
                    if isinstance(part, ast.Attribute)
                    and part.attr == "services"
                    and not (isinstance(part.value, ast.Name) and part.value.id == "self")
                ]
    assert found == []


def test_only_the_settings_read_the_environment() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in (*ROOMS, "errors.py", "logs.py", "bot.py", "demo", "standins")
        for path in _files(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert found == []


def test_every_room_says_what_it_is() -> None:
    for package in (*ROOMS, "demo", "standins"):
        assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))), package


def test_every_exception_is_named_for_what_it_says() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for room in (*RULES, "bot.py", "standins", "demo")
        for path in _files(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases)
        and not node.name.endswith("Error")
    ]
    assert found == []


# --- documents ---------------------------------------------------------------------------------------------------


def _defaults_in_config() -> dict[str, str]:
    defaults = {}
    for field in fields(config.Settings):
        default = "required" if field.default is MISSING else "" if field.default is None else str(field.default)
        defaults[field.name.upper()] = default
    return defaults


def test_the_readme_s_table_names_every_setting_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", readme, re.MULTILINE)
    documented = {name: "" if default.strip() == "-" else default.strip().strip("`") for name, default in rows}
    assert documented == _defaults_in_config()


def test_the_example_file_names_every_setting_with_its_default_or_a_made_up_value() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    example: dict[str, tuple[bool, str]] = {}
    for line in lines:
        if match := re.fullmatch(r"(#?)([A-Z_]+)=(.*)", line):
            example[match[2]] = (match[1] == "#", match[3])
    defaults = _defaults_in_config()
    assert list(example) == list(defaults)
    for name, default in defaults.items():
        commented, value = example[name]
        assert commented is (default != "required"), name
        assert value == default or (default in {"required", ""} and value), name


def test_the_example_file_is_made_up_and_refused_for_that_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in config.variable_names():
        monkeypatch.delenv(name, raising=False)
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    path = tmp_path / ".env"
    path.write_text(re.sub(r"(?m)^#([A-Z_]+=)", r"\1", text), encoding="utf-8")
    with pytest.raises(config.SettingsError) as refused:
        config.load(path)
    made_up = ("DISCORD_TOKEN", "DISCORD_CLIENT_SECRET", "IMGUR_CLIENT_ID", "IMGUR_CLIENT_SECRET", "TOKEN_KEYS")
    assert [line.split(":")[0].strip() for line in str(refused.value).splitlines()[1:]] == list(made_up)


# --- tracked files -----------------------------------------------------------------------------------------------


def _tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_lock_files_carry_hashes_and_no_address() -> None:
    for name in ("runtime", "heif", "demo", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        assert "://" not in text
        assert "index-url" not in text
        pins = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
        assert pins
        assert all("==" in pin.splitlines()[0] and "--hash=sha256:" in pin for pin in pins)


def test_nothing_is_left_to_do_and_no_path_of_someone_s_machine_is_tracked() -> None:
    marks = re.compile(
        "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "<" * 7, "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/"])
    )
    found = []
    for path in _tracked():
        if path.suffix in {".png", ".jpg", ".gif", ".webp", ".mp4"} or path.parent.name == "requirements":
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if marks.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []
