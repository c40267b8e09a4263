"""Settings: the only place that knows variable names."""

from __future__ import annotations

import base64
import binascii
import os
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from dotenv.parser import parse_stream
from yarl import URL

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not listened on
KEY_BYTES = 32
KEY_ID = 64  # characters; a sealed value has a byte for their number
DIFFERENT_BYTES = 8  # a random key has about thirty; one of all zeros, as in `.env.example`, has one

# What examples say where a value of one's own belongs.
EXAMPLE = re.compile(r"(paste|your|change|insert|replace)[-_ ]|changeme|<.*>$|\.\.\.|x{4}", re.IGNORECASE)
# A name on the network, in ASCII. One that ends in a number is none: browsers take it for an address.
NAME = re.compile(r"(?=.{1,253}$)((?!\d+\.?$|0x)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.|$))+")
# What gets pasted along with a value and is never part of it.
AROUND = string.whitespace + "\u00a0\u200b\u2060\ufeff"
QUOTES = ('""', "''", "``", "\u201c\u201d", "\u2018\u2019")

ENV_FILE = Path(".env")
BRANDS = ("DISCORD", "IMGUR")
Try = Callable[[Any], str | None]


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names every one of them, and no secret value."""


def public_origin(value: str) -> str:
    """An address that PUBLIC_URL may have, in its normal form. Raises ValueError in words."""
    try:
        url = URL(value)
        port = url.port
    except ValueError:
        url, port = URL(), None
    is_web = url.absolute and url.scheme in {"http", "https"} and port
    if not is_web or not _is_host(url.raw_host or "") or re.search(r"\s", value):
        raise ValueError("must be an address such as https://bot.example.org")
    if url.scheme == "http" and url.host not in LOOPBACK:
        raise ValueError("must begin with https:// (plain http only for 127.0.0.1 or localhost)")
    if url.path != "/" or url.query_string or url.fragment or "@" in value:
        raise ValueError("must be a bare origin, without path, query or user name")
    return str(url.origin())


def _is_host(host: str) -> bool:
    """Whether a browser can go there."""
    try:
        return not ip_address(host).is_unspecified and "%" not in host
    except ValueError:
        return NAME.fullmatch(host) is not None


def application_id(token: str) -> int | None:
    """The id of the application, which a bot token begins with; None for what is no bot token."""
    first, *rest = token.split(".")
    try:
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return int(number) if number.isdigit() and len(rest) == 2 and all(rest) else None  # noqa: PLR2004


def _credential(value: Any) -> Any:
    if isinstance(value, str):
        if EXAMPLE.match(value):
            raise ValueError("is still the example; put your own there")
        if not re.fullmatch(r"[\w.~+/=-]*", value, re.ASCII):
            raise ValueError("has a space or another character in it which no such value has; paste it again")
    return value


def _client_id(value: Any) -> Any:
    value = _credential(value)
    if isinstance(value, str) and (application_id(value) is not None or re.fullmatch(r"[0-9a-f]{40}", value)):
        raise ValueError("looks like a token or a secret, which it must not be: everybody sees it")
    return value


def _client_secret(value: Any) -> Any:
    value = _credential(value)
    if isinstance(value, str) and application_id(value) is not None:
        raise ValueError("looks like the bot's token; it belongs to Imgur's client id")
    return value


def _login_secret(value: Any) -> Any:
    value = _credential(value)
    if isinstance(value, str) and application_id(value) is not None:
        raise ValueError("looks like the bot's token; it stands on the page OAuth2 of your application")
    return value


def _host(value: str) -> str:
    odd = [label for label in value.removesuffix(".").split(".") if not 0 < len(label) <= 63]  # noqa: PLR2004 - DNS
    if odd or not re.fullmatch(r"[\w.%-]+|\[?[\w.%-]*:[\w.%-]*:[\w.%:-]*\]?", value, re.ASCII):
        raise ValueError("must be an address of this machine, without a port, such as 127.0.0.1 or 0.0.0.0")
    return value.strip("[]")


def port_number(value: Any) -> Any:
    """A port, also from text. Raises ValueError in words."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,5}", value, re.ASCII):
        value = int(value)
    if not isinstance(value, int) or not 0 <= value <= 65535:  # noqa: PLR2004 - two bytes
        raise ValueError("must be a number from 0 to 65535")
    return value


def _database_url(value: str) -> str:
    if re.match(r"postgres(ql)?(\+asyncpg)?://.", value, re.IGNORECASE):  # the rest is tried out by `check`
        return value
    path = value.removeprefix("sqlite:///")
    if path in {value, "", ":memory:"} or path.endswith("/") or path.startswith("~") or "?" in path:
        raise ValueError("must be sqlite:///PATH, with the path of a file, or postgresql://user:example@host/name")
    return value


def _token_keys(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    keys: dict[str, bytes] = {}
    for part in value.split(","):
        name, colon, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not (0 < len(name) <= KEY_ID and name.isascii() and name.isalnum() and colon and len(key) == KEY_BYTES):
            raise ValueError("must be id:key[,id:key...], each key as `python bot.py keygen` prints it")
        if name in keys:
            raise ValueError("has the same key id twice")
        if len(set(key)) < DIFFERENT_BYTES:
            raise ValueError("has the key of the example, or one as easy to guess; `python bot.py keygen` makes one")
        keys[name] = key
    return keys


def _one_of(*names: str) -> Callable[[Any], Any]:
    def chosen(value: Any) -> Any:
        if str(value).lower() not in names:
            raise ValueError(f"must be {', '.join(names[:-1])} or {names[-1]}")
        return str(value).lower()

    return chosen


def _read(reader: Callable[[Any], Any], default: Any = MISSING, *, is_secret: bool = False) -> Any:
    """A setting whose value is read by a function, which raises ValueError in words; without a default it is needed."""
    return field(default=default, repr=not is_secret, metadata={"reader": reader})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator can set. Environment variables win over `.env`; an empty one counts as unset."""

    discord_token: str = _read(_credential, is_secret=True)
    discord_client_secret: str | None = _read(_login_secret, None, is_secret=True)
    imgur_client_id: str = _read(_client_id)
    imgur_client_secret: str | None = _read(_client_secret, None, is_secret=True)
    imgur_response_type: Literal["token", "code"] = _read(_one_of("token", "code"), "token")
    public_url: str | None = _read(public_origin, None)
    host: str = _read(_host, "127.0.0.1")
    port: int = _read(port_number, 8080)
    admin_host: str = _read(_host, "127.0.0.1")
    admin_port: int = _read(port_number, 8081)
    database_url: str = _read(_database_url, "sqlite:///data/bot.db", is_secret=True)
    token_keys: Mapping[str, bytes] = _read(_token_keys, is_secret=True)
    log_level: str = _read(_one_of("debug", "info", "warning", "error"), "info")
    log_format: Literal["console", "json"] = _read(_one_of("console", "json"), "console")

    @property
    def can_link(self) -> bool:
        """Whether users can link accounts: that takes a client secret. Without PUBLIC_URL they paste an address."""
        return self.imgur_client_secret is not None

    @property
    def logs_in(self) -> bool:
        """Whether users log in with Discord while they link: that takes the application's secret as well."""
        has_application = application_id(self.discord_token) is not None and self.public_url is not None
        return self.can_link and self.discord_client_secret is not None and has_application

    @property
    def login_callback_url(self) -> str | None:
        """The redirect to register with Discord."""
        return f"{self.public_url}/oauth/discord" if self.public_url else None

    @property
    def database_password(self) -> str | None:
        """What stands in DATABASE_URL between the user's name and the last @, as it stands there."""
        found = re.match(r"postgres[^/]*://[^:/?#]*:(.+)@", self.database_url, re.IGNORECASE | re.DOTALL)
        return found[1] if found else None

    @property
    def callback_url(self) -> str | None:
        """The address to register with Imgur."""
        return f"{self.public_url}/oauth/imgur" if self.public_url else None


def variable_names() -> tuple[str, ...]:
    """Every variable the settings know, in the order of the documents."""
    return tuple(one.name.upper() for one in fields(Settings))


def load(env_file: Path | None = ENV_FILE, *, tries: Mapping[str, Try] | None = None, **overrides: Any) -> Settings:
    """Read the environment and `env_file`. Raises SettingsError, which names every fault in one message.

    With `tries`, as `check` does it: doubts are faults too, and each of the variables it names has its value tried out,
    which gives what is wrong with it.
    """
    found = {**given(env_file, os.environ), **overrides}
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    for one in fields(Settings):
        try:
            values[one.name] = one.metadata["reader"](found[one.name]) if one.name in found else one.default
        except ValueError as error:
            faults[one.name.upper()] = str(error)
        else:
            if values[one.name] is MISSING:
                faults[one.name.upper()] = "is missing"
    if not faults.keys() & {"HOST", "PORT", "ADMIN_HOST", "ADMIN_PORT"} and _same_place(values):
        faults["ADMIN_PORT"] = "must not be the same as PORT"
    for name, attempt in (tries or {}).items():
        if name not in faults and (fault := attempt(values[name.lower()])):
            faults[name] = fault
    ordered = [f"{name}: {faults[name]}" for name in variable_names() if name in faults]
    if ordered or tries is not None:
        ordered += doubts(env_file)
    if ordered:
        raise SettingsError(
            "Set these right in the environment or in .env (`python bot.py init` asks for what is needed):\n"
            + "\n".join(f"  {line}" for line in ordered)
        )
    return Settings(**values)


def doubts(env_file: Path | None = ENV_FILE) -> list[str]:
    """What an operator may have meant otherwise: misspelt names, lines that are none, names that are set twice."""
    bindings = list(_bindings(env_file))
    names = [name for name, _, _ in bindings if name]
    found = [
        f"line {line} of {env_file}: is not NAME=value"
        for name, value, line in bindings
        if value is None and name in {None, *variable_names()}
    ]
    found += [
        f"{name}: is in {env_file} more than once; the last one counts"
        for name, count in Counter(names).items()
        if count > 1 and name in variable_names()
    ]
    values = given(env_file, os.environ)
    ours = tuple({name.partition("_")[0] for name in variable_names() if "_" in name})
    unset = [name for name in variable_names() if name.startswith(BRANDS) and name.lower() not in values]
    around = [name.upper() for name in os.environ if name.upper().startswith(ours)]
    for name in dict.fromkeys([*names, *around]):
        if name in variable_names():
            continue
        meant = _meant(name)
        if meant is None and name in names:  # as other bots call it
            meant = next((one for one in unset if one.endswith(f"_{name.removeprefix('BOT_')}")), None)
        if meant and meant.lower() not in values:
            found.append(f"{name}: is no setting; {meant} is, and is not set")
        elif meant and name in names:  # the file is the bot's alone, the environment is not
            found.append(f"{name}: is no setting; {meant} is")
    return found


def _meant(name: str) -> str | None:
    """Which setting a name looks like, if any."""
    brand = next((brand for brand in BRANDS if name.startswith(brand)), "")
    likely = [one for one in variable_names() if one.startswith(brand)]
    from difflib import get_close_matches  # noqa: PLC0415 - for misspelt names only

    return next(iter(get_close_matches(name, likely, n=1, cutoff=0.7 if brand else 0.85)), None)


def given(env_file: Path | None, environment: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """What is set, by the names of the fields; the environment wins. Raises SettingsError."""
    in_file = {name: value for name, value, _ in _bindings(env_file) if name and value is not None}
    everything = [*in_file.items(), *((name.upper(), value) for name, value in environment.items())]
    return {name.lower(): bare for name, value in everything if name in variable_names() and (bare := _bare(value))}


def usable(env_file: Path) -> dict[str, str]:
    """What is set in the file and may be, by the names of the variables. Raises SettingsError."""
    found, values = given(env_file), {}
    for one in fields(Settings):
        with suppress(KeyError, ValueError):
            one.metadata["reader"](found[one.name])
            values[one.name.upper()] = found[one.name]
    return values


def reads(name: str, value: str) -> str:
    """The text of a variable as it may be written down; empty for none. Raises ValueError in words."""
    value = _bare(value)
    (setting,) = [one for one in fields(Settings) if one.name.upper() == name]
    if not value and setting.default is MISSING:
        raise ValueError("is needed")
    return str(setting.metadata["reader"](value)) if value else ""


def keys_are_nobodys(value: str) -> bool:
    """Whether a TOKEN_KEYS, right or wrong, is missing or the example's, so that nothing is lost with it."""
    return not value or EXAMPLE.match(value) is not None or "A" * 40 in value


def read_text(env_file: Path) -> str:
    """What stands in it; nothing where there is none. Raises SettingsError."""
    try:
        text = env_file.read_text("utf-8-sig")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise SettingsError(f"{env_file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # as in UTF-16
        raise SettingsError(f"{env_file} is not in UTF-8. Save it again as plain text in UTF-8.")
    return text


def _bindings(env_file: Path | None) -> Iterator[tuple[str | None, str | None, int]]:
    """Name, value and number of every line that is not blank; without a value, it is none. Raises SettingsError."""
    for binding in parse_stream(StringIO(read_text(env_file) if env_file else "")):
        if binding.error or binding.key:
            blank, _, _ = binding.original.string.partition(binding.original.string.strip())
            line = binding.original.line + blank.count("\n")
            yield binding.key and _bare(binding.key).upper(), None if binding.error else binding.value, line


def _bare(value: str) -> str:
    """The value without the blanks and quotation marks around it."""
    value = value.strip(AROUND)
    while len(value) > 1 and value[0] + value[-1] in QUOTES:
        value = value[1:-1].strip(AROUND)
    return value


def _same_place(values: Mapping[str, Any]) -> bool:
    hosts = {"127.0.0.1" if values[name] in LOOPBACK else values[name] for name in ("host", "admin_host")}
    ports = {int(values[name]) for name in ("port", "admin_port")}
    return len(ports) == 1 and ports != {0} and (len(hosts) == 1 or bool(hosts & EVERYWHERE))
