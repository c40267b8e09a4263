"""`python -m tests.wire.process`: `bot.py run` in a process of its own, whose way out leads to the stand-ins."""

from __future__ import annotations

from pathlib import Path

import click

import bot
from standins.discord.connector import connectors


@click.command()
@click.option("--discord", type=int)
@click.option("--authority", type=click.Path(path_type=Path))
@click.option("--imgur")
def main(discord: int, authority: Path, imgur: str) -> None:
    with bot._faults_in_words():
        settings = bot._load()
        bot._until_stopped(bot._run(settings, imgur_url=imgur, connector=connectors(discord, authority)))


if __name__ == "__main__":
    main()
