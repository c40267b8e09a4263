"""The questions of `python bot.py init`: they end in an .env file and the addresses to register."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

import config

STDOUT = Path("-")

tell = partial(click.echo, err=True)  # with `--file -`, the settings alone go to the standard output
ask = partial(click.prompt, err=True)


def write_settings(path: Path, *, new_key: str) -> None:
    """Ask for everything, write `path` for its owner alone, say what to do next. What is not asked about is kept.

    Raises SettingsError for a file that is there and cannot be read, or that could not be written; before it asks.
    """
    old = "" if path == STDOUT else _old(path)
    kept = config.usable(path) if old else {}
    try:
        answers = {**_ask(kept), "TOKEN_KEYS": kept.get("TOKEN_KEYS", new_key)}
    except click.Abort:
        nobody = "" if _is_person() else " There was nobody to ask: `docker run` needs -it for it."
        tell(f"\nNothing was written.{nobody}")
        raise
    text = _merged(old, answers)
    if path == STDOUT:
        click.echo(text, nl=False)
    else:
        _write_private(path.resolve(), text)
        tell(f"\nWritten to {path}, readable by you alone.")
    tell("Keep a copy of TOKEN_KEYS: without it, what the bot has stored cannot be opened.\n")
    _show_links(answers)


def _old(path: Path) -> str:
    """What stands in the file that is about to be changed; asks before."""
    text, folder = config.read_text(path), path.resolve().parent
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise config.SettingsError(
            f"Nothing can be written to {folder}: {error.strerror}. `init --file PATH` writes elsewhere, "
            "`init --file -` prints the settings."
        ) from None
    if text:
        question = f"{path} is there already. Change it? What is not asked about stays, TOKEN_KEYS too."
        click.confirm(question, abort=True, err=True)
    return text


def _merged(old: str, answers: dict[str, str]) -> str:
    """The old lines with each answer where its setting stood, or at the end; a setting without an answer goes."""
    lines, left = [], dict(answers)
    for line in old.splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]+)\s*=", line)
        name = match[1].upper() if match else ""
        if name not in answers:
            lines.append(line)
        elif value := left.pop(name, ""):
            lines.append(f"{name}={value}")
    lines += [f"{name}={value}" for name, value in left.items() if value]
    return "".join(f"{line}\n" for line in lines)


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one step, readable by its owner alone from the first byte on."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".env-")  # made with mode 600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink()
        raise


def _ask(kept: dict[str, str]) -> dict[str, str]:
    """What only the operator knows; an empty answer stands for what is there, or none."""
    if sys.stdin is None:  # closed
        raise click.Abort
    hidden = _is_person()  # else it comes through a pipe, and asking for it to be hidden would ask the terminal
    tell("Discord: an application of https://discord.com/developers/applications, Bot -> Reset Token.")

    def answer(name: str, value_proc: Callable[[str], str], *, needed: bool = False, hide_input: bool = False) -> str:
        return ask(
            f"{name} (Enter keeps the one that is there)" if name in kept else name,
            default=kept.get(name, None if needed else ""),
            show_default=False,
            hide_input=hide_input,
            value_proc=value_proc,
        )

    token = answer("DISCORD_TOKEN", _bot_token, needed=True, hide_input=hidden)
    tell("\nImgur: your application's client id; its secret, without which users cannot link accounts.")
    client_id = answer("IMGUR_CLIENT_ID", _one_word, needed=True)
    secret = answer("IMGUR_CLIENT_SECRET", _one_word, hide_input=hidden)
    tell("\nWhere users' browsers reach the link pages, such as https://imgur-bot.example.org; empty for none.")
    public_url = answer("PUBLIC_URL", _public_url)
    return {
        "DISCORD_TOKEN": token,
        "IMGUR_CLIENT_ID": client_id,
        "IMGUR_CLIENT_SECRET": secret,
        "PUBLIC_URL": public_url,
    }


def _is_person() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _one_word(value: str) -> str:
    value = value.strip()
    if re.search(r"[\s'\"#$\\]", value):
        raise click.BadParameter("that has characters in it which no such value has; paste it again")
    return value


def _bot_token(value: str) -> str:
    if config.application_id(_one_word(value)) is None:
        raise click.BadParameter("that is not a bot token: three parts with dots between, from the page Bot")
    return value.strip()


def _public_url(value: str) -> str:
    try:
        return config.public_origin(value.strip()) if value.strip() else ""
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _show_links(answers: dict[str, str]) -> None:
    application = config.application_id(answers["DISCORD_TOKEN"])
    address = f"https://discord.com/oauth2/authorize?client_id={application}"
    tell("Add the bot to a server, and to your own account, where Discord asks which of them:")
    tell(f"  {address}&scope=bot+applications.commands&permissions=0&integration_type=0")
    tell(f"  {address}&scope=applications.commands&integration_type=1")
    if answers["PUBLIC_URL"] and answers["IMGUR_CLIENT_SECRET"]:
        tell("Register this callback address in Imgur's settings, under Applications:")
        tell(f"  {answers['PUBLIC_URL']}/oauth/imgur")
    tell("Then, started as this was: check, and run.")
