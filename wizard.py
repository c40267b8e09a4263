"""The questions of `python bot.py init`: they end in an .env file and the addresses to register."""

from __future__ import annotations

import base64
import binascii
import os
import re
import tempfile
from pathlib import Path

import click

from config import public_origin


def write_settings(path: Path, *, new_key: str) -> None:
    """Ask for everything, write `path` for its owner alone, print what to do next. An older file's keys are kept."""
    keys = _kept_keys(path) or new_key
    answers = {**_ask(), "TOKEN_KEYS": keys}
    _write_private(path, "".join(f"{name}={value}\n" for name, value in answers.items() if value))
    click.echo(f"\nWritten to {path}, readable by you alone. Keep a copy of TOKEN_KEYS: without it, what the bot has")
    click.echo("stored cannot be opened.\n")
    _show_links(answers)


def _kept_keys(path: Path) -> str | None:
    """The keys of a file that is about to be replaced; asks before."""
    if not path.exists():
        return None
    click.confirm(f"{path} is there already. Write it anew? Only its TOKEN_KEYS are kept.", abort=True)
    found = re.search(r"^\s*(?:export\s+)?TOKEN_KEYS\s*=\s*['\"]?([^'\"\s]+)", path.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else None


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner alone from the first byte on."""
    descriptor, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".env-")  # made with mode 600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)


def _ask() -> dict[str, str]:
    """What only the operator knows; an empty answer stands for none."""
    click.echo("Discord: an application of https://discord.com/developers/applications, Bot -> Reset Token.")
    token = click.prompt("DISCORD_TOKEN", hide_input=True, value_proc=_bot_token)
    click.echo("\nImgur: your application's client id; its secret, without which users cannot link accounts.")
    client_id = click.prompt("IMGUR_CLIENT_ID", value_proc=_one_word)
    secret = click.prompt("IMGUR_CLIENT_SECRET", default="", hide_input=True, show_default=False, value_proc=_one_word)
    click.echo("\nWhere users' browsers reach the link pages, such as https://imgur-bot.example.org; empty for none.")
    public_url = click.prompt("PUBLIC_URL", default="", show_default=False, value_proc=_public_url)
    return {
        "DISCORD_TOKEN": token,
        "IMGUR_CLIENT_ID": client_id,
        "IMGUR_CLIENT_SECRET": secret,
        "PUBLIC_URL": public_url,
    }


def _one_word(value: str) -> str:
    value = value.strip()
    if re.search(r"[\s'\"#$\\]", value):
        raise click.BadParameter("that has characters in it which no such value has; paste it again")
    return value


def _bot_token(value: str) -> str:
    if application_id(_one_word(value)) is None:
        raise click.BadParameter("that is not a bot token: three parts with dots between, from the page Bot")
    return value.strip()


def _public_url(value: str) -> str:
    try:
        return public_origin(value.strip()) if value.strip() else ""
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _show_links(answers: dict[str, str]) -> None:
    application = application_id(answers["DISCORD_TOKEN"])
    address = f"https://discord.com/oauth2/authorize?client_id={application}"
    click.echo("Add the bot to a server, and to your own account, where Discord asks which of them:")
    click.echo(f"  {address}&scope=bot+applications.commands&permissions=0&integration_type=0")
    click.echo(f"  {address}&scope=applications.commands&integration_type=1")
    if answers["PUBLIC_URL"]:
        click.echo("Register this callback address in Imgur's settings, under Applications:")
        click.echo(f"  {answers['PUBLIC_URL']}/oauth/imgur")
    click.echo("Then: python bot.py check, and python bot.py run")
