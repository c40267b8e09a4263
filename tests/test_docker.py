"""What Dockerfile and compose.yaml promise to an operator who has nothing but Docker, without one here to ask.

The files are read, and what the image would hold and run is run in a copy.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

import config
from bot import cli
from storage.engines.postgres import parse
from tests.conftest import free_port
from tests.test_cli import ANSWERS, KEY, TOKEN
from web.admin import create_admin_app
from web.server import serving

ROOT = Path(__file__).parent.parent
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
DATA = "/data"


def _instructions(name: str) -> list[str]:
    """Those of the stage that becomes the image."""
    _, _, last = DOCKERFILE.rpartition("\nFROM ")
    return re.findall(rf"^{name} (.+)", last, re.MULTILINE)


def _service(**env: str) -> Any:
    """The service as Compose sees it with these settings in .env: `${NAME:-default}` is the one form that we use."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    filled = re.sub(r"\$\{(\w+):-(.*?)\}", lambda part: env.get(part[1]) or part[2], text)
    assert "$" not in filled
    return yaml.safe_load(filled)["services"]["bot"]


def _image_env() -> dict[str, str]:
    return dict(part.split("=", 1) for line in _instructions("ENV") for part in shlex.split(line))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that are copied into the image, and no others."""
    folder = tmp_path_factory.mktemp("image")
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            source, target = ROOT / line[1:], folder / line[1:]
            target.parent.mkdir(exist_ok=True)
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, ignore=ignored) if source.is_dir() else shutil.copy(source, target)
    return folder


def _run(image: Path, *arguments: str, answers: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    program, script = json.loads(_instructions("ENTRYPOINT")[0])
    assert (program, script, _instructions("WORKDIR")) == ("python", "/app/bot.py", ["/app"])
    return subprocess.run(
        [sys.executable, image / "bot.py", *arguments],
        input=answers,
        env={**_image_env(), "PATH": os.environ["PATH"], "HOME": "/nonexistent", **env},
        cwd=image,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_set_of_packages_that_an_image_may_be_built_with_is_there(image: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    asked = re.findall(r"^ARG REQUIREMENTS=(\w+)", DOCKERFILE, re.MULTILINE) + re.findall(
        r"--build-arg REQUIREMENTS=(\w+)", readme
    )
    assert asked == ["runtime", "heif"]
    for name in asked:
        assert (image / "requirements" / f"{name}.txt").exists()


# --- before there is an .env -------------------------------------------------------------------------------------


def test_compose_asks_for_no_env_file() -> None:
    assert _service()["env_file"] == [{"path": ".env", "required": False}]


def test_the_readme_s_commands_for_docker_exist_and_write_where_the_folder_is_mounted() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = [shlex.split(line) for line in re.findall(r"^docker compose run .*", readme, re.MULTILINE)]
    asked = {}
    for words in commands:
        service = words.index("bot")
        assert words[service + 1] in cli.commands
        asked[words[service + 1]] = (words[3:service], words[service + 2 :])
    assert {"init", "check"} <= asked.keys()
    options, arguments = asked["init"]
    assert options == ["--rm", "--user", "$(id -u):$(id -g)", "--volume", "$PWD:/here"]
    assert arguments == ["--file", "/here/.env"]


def test_init_in_the_image_leaves_env_in_the_folder_that_is_mounted(image: Path, tmp_path: Path) -> None:
    before = {path.name for path in image.iterdir()}
    result = _run(image, "init", "--file", f"{tmp_path}/.env", answers=ANSWERS)
    assert result.returncode == 0, result.stderr
    assert config.load(tmp_path / ".env").discord_token == TOKEN
    assert {path.name for path in image.iterdir()} - {"__pycache__"} == before


def test_check_in_the_image_builds_everything_from_what_compose_hands_over(image: Path, tmp_path: Path) -> None:
    fixed = {name: str(value) for name, value in _service()["environment"].items()}
    settings = {"DISCORD_TOKEN": TOKEN, "IMGUR_CLIENT_ID": "example-id", "TOKEN_KEYS": KEY}
    result = _run(image, "check", **{**settings, **fixed, "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db"})
    assert result.returncode == 0, result.stderr
    assert "everything builds" in result.stdout


def test_the_demo_in_the_image_says_how_to_get_it(image: Path) -> None:
    result = _run(image, "demo")
    assert result.returncode == 1
    assert "make demo" in result.stderr
    assert "Traceback" not in result.stderr


# --- ports, files, health ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "published"),
    [
        ({}, "8080"),
        ({"PORT": ""}, "8080"),
        ({"PORT": "9000"}, "9000"),
        ({"PORT": "8081", "ADMIN_PORT": "8080"}, "8081"),
    ],
)
def test_the_published_port_is_port_and_leads_to_the_link_pages(env: dict[str, str], published: str) -> None:
    service = _service(**env)
    inside = {**env, **service["environment"]}  # Compose: `environment` wins over `env_file`
    assert service["ports"] == [f"127.0.0.1:{published}:{inside['PORT']}"]
    assert inside["HOST"] == _image_env()["HOST"] == "0.0.0.0"
    assert inside["PORT"] != inside["ADMIN_PORT"]
    assert _instructions("EXPOSE") == [str(inside["PORT"])] == ["8080"]


def test_what_the_bot_writes_goes_to_the_volume_and_its_user_may_write_there() -> None:
    service = _service()
    assert service["volumes"] == [f"data:{DATA}", "spool:/spool"]
    assert _instructions("VOLUME") == [f"{DATA} /spool"]
    assert _image_env()["TMPDIR"] == "/spool"
    assert service["environment"]["DATABASE_URL"] == _image_env()["DATABASE_URL"] == f"sqlite:///{DATA}/bot.db"
    assert _instructions("USER") == ["10001:10001"]
    assert re.search(rf"install -d -o bot -g bot -m 700 {DATA} /spool$", "\n".join(_instructions("RUN")), re.MULTILINE)
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # for `check`
    assert service["init"] is True  # or a stop within the first second would not be heard


def test_everything_is_compiled_once_and_may_be_read_by_its_user() -> None:
    compiled = re.findall(r"compileall [^&\n]*", DOCKERFILE)
    assert {path for line in compiled for path in line.split() if path.startswith("/")} == {
        *("/opt/bot", "/app", "/usr/local/lib/python3.11"),
    }
    assert all("--invalidation-mode unchecked-hash" in line for line in compiled)
    assert "chmod -R a+rX /app" in DOCKERFILE
    assert len(set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))) == 1


@pytest.mark.parametrize("reasons", [[], ["no connection to Discord"]])
async def test_the_health_check_asks_whether_users_are_served(reasons: list[str]) -> None:
    (line,) = _instructions("HEALTHCHECK")
    program, *arguments = json.loads(line[line.index("[") :])
    assert program == "python"

    async def obstacles() -> list[str]:
        return reasons

    async def asked(port: object) -> tuple[int | None, str]:
        env = {"ADMIN_PORT": str(port), "http_proxy": "http://127.0.0.1:9", "PATH": os.environ["PATH"]}
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, env=env, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
        return process.returncode, said.decode()

    port = free_port()
    async with serving(create_admin_app(obstacles), "127.0.0.1", port):
        code, said = await asked(port)
    assert code == (1 if reasons else 0)
    assert all(reason in said for reason in reasons)
    assert "or 8081)" in line  # as in the settings, an empty one counts as unset
    if not reasons:
        assert (await asked(port))[0] == 1  # nobody there


def test_compose_with_postgresql_hands_over_an_address_that_leads_to_its_database() -> None:
    text = (ROOT / "compose.postgres.yaml").read_text(encoding="utf-8")
    services = yaml.safe_load(re.sub(r"\$\{POSTGRES_PASSWORD:\?[^}]*\}", "fake50%p@ss", text))["services"]
    address = parse(services["bot"]["environment"]["DATABASE_URL"])
    made = services["database"]["environment"]
    assert address.hosts == ("database",)
    assert {
        "POSTGRES_USER": address.user,
        "POSTGRES_DB": address.database,
        "POSTGRES_PASSWORD": address.password,
    } == made
    assert services["database"]["command"] == ["postgres", "-c", "wal_recycle=off"], "what is erased leaves its log"
