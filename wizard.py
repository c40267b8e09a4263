"""The questions of `python bot.py init`: they end in an .env file and the addresses to register."""

from __future__ import annotations

import os
import re
import sys
import tempfile
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
    if old and "TOKEN_KEYS" not in kept and not config.keys_are_nobodys(config.given(path).get("token_keys", "")):
        raise config.SettingsError(
            f"TOKEN_KEYS in {path} is wrong; a new one would not open what the bot has stored. Set it right "
            "(`python bot.py check` says how it must be), or take the line out if nothing is stored."
        )
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
        try:
            _write_private(path.resolve(), text)
        except OSError as error:
            raise config.SettingsError(
                f"{path} could not be written, and is as it was: {error.strerror}. `init --file -` prints the settings."
            ) from None
        tell(f"\nWritten to {path}, readable by you alone.")
    tell("Keep a copy of TOKEN_KEYS: without it, what the bot has stored cannot be opened.\n")
    _show_links(answers)


def _old(path: Path) -> str:
    """What stands in the file that is about to be changed; asks before."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise config.SettingsError(f"{path} is no file. `init --file -` prints the settings.")
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
        match = re.match(r"[^\w#]*(?:export\s)?[^\w#]*([A-Za-z_]+)[^\w#=]*=", line)
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

    def answer(name: str, *, needed: bool = False, hide_input: bool = False) -> str:
        return ask(
            f"{name} (Enter keeps the one that is there)" if name in kept else name,
            default=kept.get(name, None if needed else ""),
            show_default=False,
            hide_input=hide_input,
            value_proc=partial(_taken, name),
        )

    token = answer("DISCORD_TOKEN", needed=True, hide_input=hidden)
    tell("\nImgur: your application's client id; its secret, without which users cannot link accounts.")
    client_id = answer("IMGUR_CLIENT_ID", needed=True)
    secret = answer("IMGUR_CLIENT_SECRET", hide_input=hidden)
    tell("\nWhere users' browsers reach the link pages, such as https://imgur-bot.example.org; empty for none.")
    public_url = answer("PUBLIC_URL")
    return {
        "DISCORD_TOKEN": token,
        "IMGUR_CLIENT_ID": client_id,
        "IMGUR_CLIENT_SECRET": secret,
        "PUBLIC_URL": public_url,
    }


def _is_person() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _taken(name: str, answer: str) -> str:
    try:
        value = config.reads(name, answer)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if name == "DISCORD_TOKEN" and config.application_id(value) is None:
        raise click.BadParameter("is not a bot token: three parts with dots between, from the page Bot")
    return value


def _show_links(answers: dict[str, str]) -> None:
    application = config.application_id(answers["DISCORD_TOKEN"])
    address = f"https://discord.com/oauth2/authorize?client_id={application}"
    tell("Add the bot to a server, and to your own account, where Discord asks which of them:")
    tell(f"  {address}&scope=bot+applications.commands&permissions=0&integration_type=0")
    tell(f"  {address}&scope=applications.commands&integration_type=1")
    if answers["PUBLIC_URL"] and answers["IMGUR_CLIENT_SECRET"]:
        tell("Register this callback address in Imgur's settings, under Applications:")
        tell(f"  {answers['PUBLIC_URL']}/oauth/imgur")
        tell("To have users log in with Discord instead of entering a code, set DISCORD_CLIENT_SECRET as well and add")
        tell("this redirect on the page OAuth2 of your Discord application:")
        tell(f"  {answers['PUBLIC_URL']}/oauth/discord")
    elif answers["IMGUR_CLIENT_SECRET"]:
        tell("Register any address of yours as the callback in Imgur's settings, under Applications, or")
        tell("https://imgur.com: users paste the address that Imgur sends them to into Discord.")
    tell("Then, started as this was: check, and run.")
