"""What a test may let the stand-in do wrong."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Refusal:
    """An error as Discord words it."""

    status: int
    code: int
    message: str = "refused"


@dataclass
class Switches:
    """All at rest to begin with. Lists are used up from the front, one for each occasion."""

    hello_closes: list[int] = field(default_factory=list)  # codes with which connections are closed before HELLO
    identify_closes: list[int] = field(default_factory=list)  # codes that answer IDENTIFY
    invalid_sessions: int = 0  # how many IDENTIFY or RESUME are answered with "invalid session"
    heartbeat_interval: int = 41_250  # milliseconds
    acknowledges: bool = True  # whether heartbeats are acknowledged
    ready: bool = True  # whether READY follows IDENTIFY
    resume_host: str = "gateway-us-east1-b.discord.gg"  # what READY names; one that does not resolve is dead
    outage: int | None = None  # the status that answers every call
    refuse_edits: list[Refusal] = field(default_factory=list)  # of messages that answer interactions
    cut_edits: int = 0  # how many of these are cut off without an answer
    slow_edits: float = 0.0  # seconds before they are answered
    refuse_commands: list[Refusal] = field(default_factory=list)
    refuse_callbacks: list[Refusal] = field(default_factory=list)
    shards: int = 1  # how many Discord advises
    max_concurrency: int = 1  # shards that may identify within five seconds
    starts_left: int = 1000
    starts_again_after: int = 0  # milliseconds until there are more
    slow_files: float = 0.0  # seconds before a file is handed out
