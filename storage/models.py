"""What the stores take and give: frozen values. Times are aware datetimes in UTC; secrets do not show in a repr."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class ImgurAccount:
    """An Imgur account with its tokens. Discord users point to it.

    `version` goes up by one with every write; a new row's is random, so that an erased row's never fits its successor.
    """

    account_id: int
    username: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    version: int = 1
    broken: bool = False


@dataclass(frozen=True, slots=True)
class SignInState:
    """What looks at Imgur's sign-in have found. `held` counts those in a row that found it working.

    `looked_at` is of any look, `known_at` of the last one that told whether it works.
    """

    looked_at: datetime
    known_at: datetime | None
    down_since: datetime | None
    held: int


@dataclass(frozen=True, slots=True)
class SignInWait:
    """A user who wants to hear when it works; by `nonce` Discord knows a message that it was sent before."""

    discord_id: int
    locale: str | None
    nonce: int = field(repr=False)
    asked_at: datetime


class AttemptStatus(StrEnum):
    """How far a link attempt has come. Only PENDING, BOUND and PROVED can go on."""

    PENDING = "pending"  # /imgur link was answered, no browser has pressed Continue
    BOUND = "bound"  # a browser holds the cookie and was sent to Imgur with a state
    SPENT = "spent"  # the state came back; Imgur is being asked
    PROVED = "proved"  # Imgur confirmed the account; waiting for the code
    DONE = "done"
    VOID = "void"


class LoginStep(StrEnum):
    """How far the Discord login of a BOUND attempt has come."""

    ASKED = "asked"  # its browser was sent to Discord
    LOOKING = "looking"  # it came back; Discord is being asked who it is
    IDENTIFIED = "identified"  # it is the user who began
    FOREIGN = "foreign"  # it is somebody else
    REFUSED = "refused"  # its user said no, or Discord did


class Where(StrEnum):
    """What kind of conversation something was begun in."""

    SERVER = "server"
    DIRECT = "direct"  # with the bot
    ELSEWHERE = "elsewhere"  # a group, or somebody else's direct messages


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in Discord something was begun; which channel, in a server."""

    where: Where
    channel_id: int | None = None


class LinkDeed(StrEnum):
    """What was done to a link."""

    LINKED = "linked"
    REPLACED = "replaced"  # by another account, which took its place
    UNLINKED = "unlinked"


class LinkProof(StrEnum):
    """What showed that a browser belonged to who began."""

    LOGIN = "login"  # with Discord
    CODE = "code"
    PASTED = "pasted"  # there was no browser: the address that Imgur led to


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """One line of what a user did to their link; what is None is not known."""

    at: datetime
    deed: LinkDeed
    proof: LinkProof | None = None
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class LinkAttempt:
    """One attempt of one Discord user. Hashes are SHA-256 digests; `origin` is opaque to all but the Discord side.

    `id` is random and public (it names the cookie); it gives no authority. `locale` is the user's language in Discord,
    None where it was not told. `login` is None without a Discord login; `logins` have come back so far. `spot` is where
    it was begun.
    """

    id: str
    discord_id: int
    discord_name: str
    created_at: datetime
    expires_at: datetime
    status: AttemptStatus = AttemptStatus.PENDING
    tries: int = 0
    origin: str | None = field(default=None, repr=False)
    nonce_hash: bytes | None = field(default=None, repr=False)
    cookie_hash: bytes | None = field(default=None, repr=False)
    state_hash: bytes | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    account: ImgurAccount | None = None
    locale: str | None = None
    login: LoginStep | None = None
    logins: int = 0
    spot: Spot | None = None


class BackupStatus(StrEnum):
    """How far a backup has come."""

    PENDING = "pending"  # /imgur data backup was answered, no browser has pressed Continue
    BOUND = "bound"  # a browser holds the cookie and shows the code
    OPEN = "open"  # the code was entered
    READY = "ready"  # what is in it is fixed


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup of one Discord user. Hashes are SHA-256 digests; `id` is random and public, and names the cookie."""

    id: str
    discord_id: int
    discord_name: str
    expires_at: datetime
    nonce_hash: bytes = field(repr=False)
    status: BackupStatus = field(default=BackupStatus.PENDING, repr=False)
    tries: int = 0
    cookie_hash: bytes | None = field(default=None, repr=False)
    code_hash: bytes | None = field(default=None, repr=False)
    account_id: int | None = None
    parts: int | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class AnonymousUpload:
    """An upload that belongs to no Imgur account. Its deletehash is the only handle by which it can be changed."""

    discord_id: int
    image_id: str
    deletehash: str = field(repr=False)
    link: str | None
    mime_type: str | None
    width: int
    height: int
    size: int
    title: str | None
    description: str | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Some rows of a table that are about a user, as JSON takes them; `withheld` columns are secrets of the bot's."""

    table: str
    rows: tuple[Mapping[str, Any], ...] = field(repr=False)
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a picture of a Discord user's is to be deleted: one of an account's, or without one (`account_id` None).

    `failures` counts what was tried in vain; `deletehash` is another handle on an account's picture, where it is known.
    """

    discord_id: int
    image_id: str
    due_at: datetime
    account_id: int | None = None
    failures: int = 0
    claim: str | None = None
    deletehash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A picture that a Discord user has made from a file of theirs: in an account, or without one."""

    discord_id: int
    image_id: str
    account_id: int | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Awaited:
    """What of a user's is to be deleted by itself: how many, when the next one is, how many were tried in vain."""

    count: int
    next_at: datetime | None
    failing: int


@dataclass(frozen=True, slots=True)
class Query:
    """What a search asks for; all texts are folded, as what they are compared with is.

    Each of `words` must occur. Each of `tags` is what stood behind a `#`, word by word: its longest beginning that
    is a tag must be one of the item's, and the rest must occur. What is called `whole`, all that was typed, is first.
    """

    words: tuple[str, ...] = ()
    tags: tuple[tuple[str, ...], ...] = ()
    whole: str = ""


class Shelf(StrEnum):
    """One of a library's lists. An account's library has the first three, a Discord user's own the last.

    Where a method takes a `shelf`, it also takes `album_shelf`: the images of one album.
    """

    IMAGES = "images"
    ALBUMS = "albums"
    FAVORITES = "favorites"
    UPLOADS = "uploads"


Key: TypeAlias = tuple[str, str]
"""An item's kind, `image` or `album`, and its id: an image and an album may share an id."""


_OF_ALBUM = "album:"


def album_shelf(album_id: str) -> str:
    """The shelf that holds the images of an album: as long as that stands on ALBUMS."""
    return f"{_OF_ALBUM}{album_id}"


def album_of(shelf: str) -> str | None:
    """The id of the album whose images the shelf holds; None for a library's own lists."""
    return shelf.removeprefix(_OF_ALBUM) if shelf.startswith(_OF_ALBUM) else None


def kinds_on(shelf: str) -> list[str]:
    """Of what kinds a shelf's items are."""
    kinds = {Shelf.ALBUMS.value: ["album"], Shelf.FAVORITES.value: ["image", "album"]}
    return kinds.get(shelf, ["image"])


ENDS_BY_ITSELF = frozenset({"bulk-adopt"})
"""Kinds of which a job that goes on stays when its user leaves its account: it ends what is under way and says so."""


def account_subject(account_id: int | str) -> str:
    """The subject of a job that is the account's, whichever of its users it was begun for."""
    return f"account:{account_id}"


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """An image or an album as the index holds it. Nothing secret: no deletehash.

    `search` is what queries are compared with, by `services.text.searchable`. `extra` holds what is only shown, as JSON
    takes it. `created` is None where the time makes no sense.
    """

    kind: str
    id: str
    search: str = field(repr=False)
    title: str | None = None
    description: str | None = None
    mime_type: str | None = None
    animated: bool = False
    width: int = 0
    height: int = 0
    size: int = 0
    created: datetime | None = None
    nsfw: bool = False
    favorite: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what a search found, and how many it found in all."""

    items: tuple[IndexedItem, ...]
    total: int


@dataclass(frozen=True, slots=True)
class SyncState:
    """What has been read of a shelf. `number` counts full passes, the first is 1; `page` is the next one to ask for.

    `phase` is the reader's own word for where it is; `read` counts items of this pass, `expected` what Imgur said there
    are. `finished_at` is when a pass was last complete: None while the first one is under way. `version` is that of the
    row, 0 where there is none yet.
    """

    library: int
    shelf: str
    number: int = 1
    page: int = 0
    phase: str = ""
    read: int = 0
    expected: int | None = None
    begun_at: datetime | None = None
    finished_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Owned:
    """The numbers of a Discord user's own library and of their account's, and where shelves of the account's stand.

    Without a number where there is none; without a state where nobody has begun to read.
    """

    own: int | None = None
    account: int | None = None
    states: Mapping[str, SyncState] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as its user wrote it first, and as it is compared."""

    shown: str
    folded: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What one user noted on an item, for themselves."""

    tags: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Selected:
    """A picture or album that was ticked in a gallery, as it was then.

    `account_id` is the Imgur account it is in, whoever's; None where it is in none, or Imgur did not say.
    """

    kind: str
    id: str
    title: str | None = None
    account_id: int | None = None

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.kind, self.id

    @property
    def page_url(self) -> str:
        """The page a person opens."""
        return f"https://imgur.com/a/{self.id}" if self.kind == "album" else f"https://imgur.com/{self.id}"


class JobState(StrEnum):
    """Where work in the background stands."""

    OPEN = "open"  # it goes on by itself
    STOPPING = "stopping"  # its user wants no more of it: what is under way ends, then it has stopped
    STOPPED = "stopped"  # it goes on when its user says so
    ENDED = "ended"  # its outcome waits to be told


class StepState(StrEnum):
    """Where a step of a job stands."""

    WAITING = "waiting"
    SENT = "sent"  # on record before it is: what became of it is not known
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Origin:
    """Leads back to a message in Discord, or to who waits for one, `until` Discord no longer takes it."""

    text: str = field(repr=False)
    until: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """Work in the background, for one user; nothing secret is in it.

    Of one `kind` and `subject` there is one open job at a time. `account_id` is the account that it works on: the job
    goes when its user leaves that account, or soon after (ENDS_BY_ITSELF); one whose subject is the account passes to
    another user of it, if there is one. Not before `due_at` does it go on; `failures` counts those in a row. `outcome`
    is a heading and a sentence, for the next answer to the user. `claim` names the claim of whoever has it, `shown`
    (`Origin.until`) the press or command whose message shows it, until how it ended was told there.
    """

    id: int
    kind: str
    discord_id: int
    subject: str
    account_id: int | None
    payload: Mapping[str, Any]
    state: JobState = field(repr=False)  # by its name it might be an OAuth state
    due_at: datetime
    begun_at: datetime
    failures: int = 0
    ended_at: datetime | None = None
    outcome: tuple[str, str] | None = None
    words: str | None = None
    claim: str | None = field(default=None, repr=False)
    shown: datetime | None = None

    def waits(self, now: datetime) -> float:
        """In how many seconds it goes on; what is under way waits for nothing, whenever a wrong clock had it due."""
        return 0.0 if self.claim is not None else max((self.due_at - now).total_seconds(), 0.0)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the things that a job is to do. `outcome` is the job's own word for what became of it."""

    number: int
    payload: Mapping[str, Any]
    state: StepState = field(default=StepState.WAITING, repr=False)
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What Imgur allows for `seconds`, as far as is known before it says so itself. `scope` is whose it is."""

    scope: str
    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Take:
    """A cost, in units of the allowance that it is taken from."""

    allowance: Allowance
    cost: int = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How an allowance stands in its present window.

    `seconds` is how long it lasts, `left` the part of that still to come, from 1 down to 0. `used` is what the user who
    asks has taken, `users` how many have taken something, `background` what work in the background has taken, which
    is `hungry` if it was refused something in the window before. `overruns` counts the windows of this month in which
    Imgur had to refuse. `was_told` if Imgur itself has said what is left.
    """

    limit: int
    remaining: int
    resets_at: datetime
    seconds: float = 0.0
    used: int = 0
    users: int = 0
    background: int = 0
    hungry: bool = False
    left: float = 1.0
    overruns: int = 0
    paused_until: datetime | None = None
    was_told: bool = False


@dataclass(frozen=True, slots=True)
class Floor:
    """How much has to be left: `kept` by anybody, `modest` by this one, and `paced`, less as the reset comes near.

    It does so slowly at first, with the root of the time that is left: many come late in the day.
    """

    kept: int = 0
    paced: float = 0.0
    modest: int = 0

    def at(self, left: float) -> float:
        """While this part of the window's time is still to come."""
        return self.kept + self.modest + self.paced * math.sqrt(left)

    def reached(self, remaining: float) -> float:
        """The part of the window's time that is left when so much is enough."""
        return float(((remaining - self.kept - self.modest) / self.paced) ** 2)


@dataclass(frozen=True, slots=True)
class Taken:
    """From the window of this number; `left` is what that left of it."""

    number: int
    cost: int
    left: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What was taken, by scope."""

    user: int
    taken: Mapping[str, Taken]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was taken: `scope` has too little left, or is paused, until then. `is_held`: there is some for others."""

    scope: str
    until: datetime
    is_pause: bool = False
    is_held: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing left for anybody."""
        return not self.is_pause and not self.is_held


@dataclass(frozen=True, slots=True)
class Told:
    """What Imgur said of an allowance, in the headers of an answer."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None


class Sharing(StrEnum):
    """In which of a server's channels pictures may be shared."""

    EVERYWHERE = "all"
    CHOSEN = "chosen"
    NOWHERE = "off"


@dataclass(frozen=True, slots=True)
class ServerRules:
    """What a server allows. `channels` count where sharing is CHOSEN; `contact` is for who wants to complain."""

    sharing: Sharing = Sharing.EVERYWHERE
    channels: tuple[int, ...] = ()
    mature: bool = True
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class SharedMessage:
    """What a user has shared: where, and which items it shows, by kind and id. Outside of servers there is no guild."""

    message_id: int
    guild_id: int | None
    channel_id: int
    discord_id: int
    shared_at: datetime
    items: tuple[Key, ...] = ()
