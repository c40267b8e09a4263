"""`python -m standins.imgur`: the stand-in alone, with two fake accounts and one registered application."""

from __future__ import annotations

import asyncio
import signal

import click

from standins.imgur.server import running
from standins.imgur.standin import Standin
from standins.imgur.switches import Switches

_ACCOUNTS = ("alice_example", "bob_example")
_CLIENT = ("fake-client-id", "fake-client-secret")


@click.command()
@click.option("--host", default="localhost", show_default=True)
@click.option("--port", default=9090, show_default=True)
@click.option("--callback", default="http://127.0.0.1:8080/oauth/imgur", show_default=True)
def main(host: str, port: int, callback: str) -> None:
    """Run a stand-in of Imgur until Ctrl-C."""
    asyncio.run(_serve(host, port, callback))


async def _serve(host: str, port: int, callback: str) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with running(host, port, Switches(links_to_self=True)) as standin:
        standin.register_client(*_CLIENT, callback)
        for username in _ACCOUNTS:
            standin.world.add_account(username)
        click.echo(_greeting(standin, callback))
        await stop.wait()


def _greeting(standin: Standin, callback: str) -> str:
    lines = (
        f"API        {standin.url}/3/",
        f"sign-in    {standin.url}/oauth2/authorize?client_id={_CLIENT[0]}&response_type=token",
        f"controls   {standin.url}/_standin",
        f"client     {_CLIENT[0]}, secret {_CLIENT[1]}, callback {callback}",
        f"accounts   {', '.join(_ACCOUNTS)}",
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
