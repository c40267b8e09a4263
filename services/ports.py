"""What the services need from the other rooms, as Protocols: the composition root hands in what satisfies them."""

from __future__ import annotations

from asyncio import Task
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import IO, Any, Literal, Protocol

from discordauth.models import Person
from errors import BotError
from imgur.errors import ImgurError
from imgur.models import (
    AccessToken,
    Account,
    Album,
    GallerySort,
    Image,
    Item,
    Kind,
    Page,
    Privacy,
    RateLimits,
    SignIn,
    Sort,
    Tokens,
    UploadSource,
    Window,
)
from media.models import FetchedPicture, IncomingFile, OpenedFile, ReadyFile, Wish
from storage.models import (
    Allowance,
    AnonymousUpload,
    Awaited,
    Backup,
    Expiry,
    Floor,
    Found,
    Grant,
    HeldRows,
    ImgurAccount,
    IndexedItem,
    Job,
    JobState,
    Key,
    LinkAttempt,
    LinkEvent,
    Mark,
    Origin,
    Owned,
    Query,
    Refusal,
    Selected,
    ServerRules,
    SharedMessage,
    Shelf,
    SignInState,
    SignInWait,
    Standing,
    Step,
    StepState,
    SyncState,
    Tag,
    Take,
    Told,
    UploadedFile,
)


class ImgurApi(Protocol):
    """The Imgur client, as far as the services use it. Every call raises `imgur.errors.ImgurError`."""

    async def sign_in(self, response_type: Literal["token", "code"] = "token") -> SignIn: ...
    async def refresh(self, refresh_token: str) -> Tokens: ...
    async def exchange_code(self, code: str) -> Tokens: ...
    async def account(self, auth: AccessToken) -> Account: ...
    async def account_images(self, auth: AccessToken, page: int = 0, *, size: int = 50) -> Page[Image]: ...
    async def account_image_ids(self, auth: AccessToken, page: int = 0, *, size: int = 50) -> Page[str]: ...
    async def account_images_count(self, auth: AccessToken) -> int: ...
    async def account_albums(self, auth: AccessToken, page: int = 0, *, size: int = 50) -> Page[Album]: ...
    async def account_albums_count(self, auth: AccessToken) -> int: ...
    async def favorites(self, auth: AccessToken, page: int = 0, sort: Sort = "newest") -> Page[Item]: ...
    async def image(self, image_id: str, auth: AccessToken | None = None) -> Image: ...
    async def album(self, album_id: str, auth: AccessToken | None = None) -> Album: ...
    async def album_images(self, album_id: str, auth: AccessToken | None = None) -> Page[Image]: ...
    async def album_image(self, album_id: str, image_id: str, auth: AccessToken | None = None) -> Image: ...
    async def create_album(
        self,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        images: Iterable[str] = (),
    ) -> Album: ...
    async def update_album(
        self,
        handle: str,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        cover: str | None = None,
        images: Sequence[str] | None = None,
    ) -> None: ...
    async def add_to_album(self, handle: str, images: Sequence[str], auth: AccessToken | None = None) -> None: ...
    async def remove_from_album(self, handle: str, images: Sequence[str], auth: AccessToken | None = None) -> None: ...
    async def delete_album(self, handle: str, auth: AccessToken | None = None) -> None: ...
    async def search_gallery(
        self,
        query: str,
        sort: GallerySort = "time",
        window: Window = "all",
        page: int = 0,
        *,
        auth: AccessToken | None = None,
    ) -> Page[Item]: ...
    async def upload(
        self,
        source: UploadSource,
        auth: AccessToken | None = None,
        *,
        video: bool = False,
        album: str | None = None,
        title: str | None = None,
        description: str | None = None,
        disable_audio: bool = False,
    ) -> Image: ...
    async def upload_address(
        self,
        address: str,
        auth: AccessToken | None = None,
        *,
        name: str | None = None,
        album: str | None = None,
        title: str | None = None,
        description: str | None = None,
        disable_audio: bool = False,
    ) -> Image: ...
    async def update_image(
        self,
        handle: str,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
    ) -> None: ...
    async def delete_image(self, handle: str, auth: AccessToken | None = None) -> None: ...
    async def favorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool: ...
    async def unfavorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool: ...
    async def credits(self, auth: AccessToken | None = None) -> RateLimits: ...
    def limits(self, auth: AccessToken | None = None) -> RateLimits: ...


class AttachmentSource(Protocol):
    """Opens what someone attached as a stream of known size. Raises AttachmentUnavailableError."""

    def open(self, file: IncomingFile) -> AbstractAsyncContextManager[OpenedFile]: ...


class Reach(Protocol):
    """Knows from where files are fetched: from Discord alone, whatever a message says."""

    def reaches(self, address: str) -> bool: ...


class DiscordLoginApi(Protocol):
    """Discord's OAuth2. Calls raise `discordauth.errors.DiscordLoginError`."""

    def authorize_url(self, state: str, verifier: str) -> str: ...
    async def identify(self, code: str, verifier: str) -> Person:
        """Whose login the code is of; nothing that it gave is good afterwards."""
        ...


class Workshop(Protocol):
    """Makes a file ready for Imgur, raising a `BotError` for what cannot be; `media.workshop` says which."""

    def ready(self, file: IncomingFile, opened: OpenedFile, wish: Wish) -> AbstractAsyncContextManager[ReadyFile]: ...


class LinkNotifier(Protocol):
    """Tells the user, in Discord, what has become of linking. `origin` is what Discord's side gave at the beginning.

    Never raises, and takes a few seconds at most: it is so, whether that shows or not.
    """

    async def linked(self, origin: str | None, discord_id: int, username: str) -> None: ...
    async def failed(self, origin: str, discord_id: int, error: BotError | ImgurError, *, may_go_on: bool) -> None:
        """Nothing was linked, for this reason; `may_go_on` if the attempt's browser can still come to a code."""
        ...


class SignInTeller(Protocol):
    """Tells users in a direct message that Imgur's sign-in works again. Never raises."""

    async def works_again(self, discord_id: int, locale: str | None, nonce: int) -> bool:
        """Whether that is settled: it got there, or it never will. By `nonce` it gets there once."""
        ...


class SignInStore(Protocol):
    """What is known of Imgur's sign-in, and who waits for it; `storage.sign_in` says more."""

    async def state(self) -> SignInState | None: ...
    async def take_look(self, now: datetime, *, before: datetime) -> bool: ...
    async def found(self, now: datetime, *, works: bool) -> None: ...
    async def wait(self, discord_id: int, locale: str | None, nonce: int, now: datetime) -> None: ...
    async def claim(self, now: datetime, *, until: datetime) -> SignInWait | None: ...
    async def drop(self, discord_id: int) -> None: ...


class Teller(Protocol):
    """Tells a user in Discord how a job of theirs has ended, where the text of an `Origin` leads. Never raises."""

    async def ended(self, origin: str, job: Job) -> bool:
        """Whether Discord has taken it."""
        ...


class AccountStore(Protocol):
    """Imgur accounts and which Discord user points to which."""

    async def linked(self, discord_id: int) -> ImgurAccount | None: ...
    async def named(self, discord_id: int) -> ImgurAccount | None:
        """As `linked`, but with empty tokens: it works where they cannot be opened."""
        ...

    async def get(self, account_id: int) -> ImgurAccount | None: ...
    async def claim(self, account_id: int, version: int, *, by: str, seconds: float) -> bool:
        """Be the one of all processes who refreshes the tokens of this version; False while another is, or too late."""
        ...

    async def release(self, account_id: int, *, by: str) -> None: ...
    async def refreshed(self, account: ImgurAccount) -> int | None:
        """Write new tokens over the row of `account.account_id` if it still has `account.version`; never create one.

        The new version; None if nothing was written.
        """
        ...

    async def mark_broken(self, account_id: int, version: int, *, by: str) -> bool:
        """Record that Imgur refuses these tokens; False if `by` has no claim to them, or they were replaced."""
        ...

    async def unlink(self, discord_id: int, event: LinkEvent | None = None) -> ImgurAccount | None:
        """Forget the link, void the attempts, erase the account nobody points to; what was linked, or None.

        If something was, `event` is noted.
        """
        ...

    async def history(self, discord_id: int, limit: int) -> list[LinkEvent]:
        """The last links and unlinks of the user, the newest first."""
        ...

    def settled(self) -> bool:
        """Whether nothing that was erased can be read any more in the database's files; else it is tried again."""
        ...


class AttemptStore(Protocol):
    """Link attempts. Each step is one conditional statement: of two at once, one gets True."""

    async def begin(self, attempt: LinkAttempt, *, hourly_limit: int) -> bool:
        """Void the user's older attempts and add this one; False, changing nothing, at the hourly limit."""
        ...

    async def by_nonce(self, nonce_hash: bytes) -> LinkAttempt | None: ...
    async def by_state(self, state_hash: bytes) -> LinkAttempt | None: ...
    async def by_id(self, attempt_id: str) -> LinkAttempt | None: ...
    async def current(self, discord_id: int) -> LinkAttempt | None:
        """The user's newest attempt, whatever its status."""
        ...

    async def set_origin(self, attempt_id: str, origin: str) -> bool: ...
    async def bind(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND; or a fresh state for the same cookie while BOUND, unless a login is under way."""
        ...

    async def ask_for_login(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND and the login to ASKED; anew for the same cookie."""
        ...

    async def look_into_login(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """ASKED to LOOKING."""
        ...

    async def identify(
        self, attempt_id: str, number: int, *, cookie_hash: bytes, state_hash: bytes, now: datetime
    ) -> bool:
        """LOOKING to IDENTIFIED, with the state for Imgur."""
        ...

    async def tell_foreign(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """LOOKING to FOREIGN, for good."""
        ...

    async def give_login_up(self, attempt_id: str, number: int, *, cookie_hash: bytes, now: datetime) -> bool:
        """LOOKING to REFUSED, or back to FOREIGN where the attempt has met another account."""
        ...

    async def go_on_by_code(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        """Give an attempt whose login is REFUSED its state for Imgur."""
        ...

    async def spend(self, attempt_id: str, *, cookie_hash: bytes | None, state_hash: bytes, now: datetime) -> bool:
        """BOUND to SPENT, if cookie and state are the ones on record and the attempt is not expired."""
        ...

    async def prove(self, attempt_id: str, account: ImgurAccount, code: str | None, *, now: datetime) -> bool:
        """SPENT to PROVED, keeping tokens and code sealed; without a code where a login has told who it is."""
        ...

    async def count_try(self, attempt_id: str, *, limit: int, now: datetime) -> int | None:
        """Count one try at the code and tell how many that makes; None where none is allowed (any more)."""
        ...

    async def complete(self, attempt_id: str, *, now: datetime) -> ImgurAccount | None:
        """PROVED to DONE and the account linked, in one transaction; None if not PROVED, or expired."""
        ...

    async def void(self, attempt_id: str) -> bool: ...
    async def sweep(self, now: datetime) -> Sequence[LinkAttempt]:
        """Erase what expired attempts hold; forget attempts older than an hour. Gives what has ended by that."""
        ...


class UploadStore(Protocol):
    """Anonymous uploads of Discord users, newest first, and which pictures were uploaded as spoilers."""

    async def add(
        self,
        upload: AnonymousUpload,
        search: str = "",
        *,
        due_at: datetime | None = None,
        since: datetime | None = None,
    ) -> None:
        """Remember it, and put it into the user's own library. `search` is what queries are compared with.

        It is to be deleted at `due_at`. Raises ErasedMeanwhileError where its user had everything erased `since` it
        was begun.
        """
        ...

    async def page(self, discord_id: int, *, offset: int, limit: int) -> Sequence[AnonymousUpload]: ...
    async def count(self, discord_id: int) -> int: ...
    async def get(self, discord_id: int, image_id: str) -> AnonymousUpload | None: ...
    async def update(
        self, discord_id: int, image_id: str, *, title: str | None, description: str | None, search: str = ""
    ) -> bool: ...
    async def hide(self, discord_id: int, image_id: str, *, since: datetime | None = None) -> None:
        """Remember it; not where its user had everything erased `since` it was begun."""
        ...

    async def hidden(self, image_ids: Collection[str]) -> frozenset[str]: ...
    async def expire(self, expiry: Expiry, *, since: datetime | None = None) -> None:
        """Raises ErasedMeanwhileError where its user had everything erased `since` it was begun."""
        ...

    async def expiring(self, discord_id: int, image_ids: Collection[str]) -> Mapping[str, Expiry]:
        """Which of these pictures are to be deleted for the user, by their ids."""
        ...

    async def remove(self, discord_id: int, image_id: str) -> bool:
        """Forget the upload, that it was a spoiler, and was to be deleted; False if it was in an account."""
        ...


class FileStore(Protocol):
    """From which file which picture was made; `digest` is the file's SHA-256 in hexadecimal."""

    async def note(self, file: UploadedFile, digest: str, *, since: datetime | None = None) -> None:
        """Not if the user had everything erased `since` then."""
        ...

    async def same(self, discord_id: int, account_id: int | None, digest: str) -> Sequence[UploadedFile]:
        """Some of what the user has made from it in this account, or without one, the newest first."""
        ...

    async def forget(self, discord_id: int, image_id: str) -> None: ...
    async def bring_along(self, discord_id: int, image_id: str, copy_id: str, account_id: int | None) -> None: ...


class ExpiryStore(Protocol):
    """`storage.expiries.ExpiryStore`."""

    async def awaited(self, discord_id: int, account_id: int | None = None) -> Awaited: ...
    async def move_to(self, discord_id: int, image_id: str, due_at: datetime) -> bool:
        """False where it is not to be deleted, or is being deleted."""
        ...

    async def keep(self, discord_id: int, image_id: str) -> bool:
        """False where it is being deleted."""
        ...

    async def users_due(self, now: datetime, kind: str, *, limit: int) -> Sequence[int]:
        """Of whom something is due, and who have no open job of this kind."""
        ...

    async def claim(self, discord_id: int, now: datetime, image_id: str | None = None) -> Expiry | None: ...
    async def release(self, expiry: Expiry, try_at: datetime, *, failures: int) -> bool: ...
    async def hurry(self, discord_id: int, now: datetime, account_id: int | None = None) -> Sequence[str]:
        """The ids of what is due then."""
        ...


class HeldStore(Protocol):
    """All that is held about a user."""

    def everything(self, discord_id: int) -> AsyncIterator[HeldRows]:
        """Table by table, each in one or more pieces, as of one moment; tables without a row of theirs are left out."""
        ...


class BackupStore(Protocol):
    """Backups of users. Each step is one conditional statement: of two at once, one gets True."""

    async def begin(self, backup: Backup) -> None:
        """Add it in the place of an older one of the user's."""
        ...

    async def by_nonce(self, nonce_hash: bytes) -> Backup | None: ...
    async def by_id(self, backup_id: str) -> Backup | None: ...
    async def current(self, discord_id: int) -> Backup | None: ...
    async def bind(self, backup_id: str, *, cookie_hash: bytes, code_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND; the browser that has it may do so again."""
        ...

    async def count_try(self, backup_id: str, *, limit: int, now: datetime) -> int | None:
        """As `AttemptStore.count_try`."""
        ...

    async def open(self, backup_id: str, *, now: datetime, until: datetime) -> bool:
        """BOUND to OPEN: the code was entered."""
        ...

    async def plan(self, backup_id: str, account_id: int | None, parts: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
        """OPEN to READY, with what is in each part."""
        ...

    async def entries(self, backup_id: str, number: int) -> Sequence[Mapping[str, Any]] | None: ...
    async def end(self, backup_id: str) -> bool: ...
    async def sweep(self, now: datetime) -> int: ...


class PictureSource(Protocol):
    """Fetches pictures of Imgur's by name. Raises PictureUnavailableError."""

    def fetch(self, name: str) -> AbstractAsyncContextManager[FetchedPicture]: ...


class Archive(Protocol):
    """A ZIP file as it is written: each gives the bytes that follow."""

    def text(self, name: str, data: bytes) -> Iterator[bytes]: ...
    def file(self, name: str, file: IO[bytes], size: int) -> Iterator[bytes]: ...
    def end(self) -> Iterator[bytes]: ...


class LeavingStore(Protocol):
    """Erases users."""

    async def erase(self, discord_id: int, now: datetime) -> None:
        """Forget everything that names the user, in one write; others of the same account notice nothing."""
        ...

    async def sweep(self, now: datetime) -> None:
        """Forget that somebody has left, once that is long enough ago."""
        ...

    def settled(self) -> bool:
        """As `AccountStore.settled`."""
        ...


class LibraryStore(Protocol):
    """The index: what accounts and users have, shelf by shelf, newest first, and what users noted on it.

    A library that was let go of (its account was unlinked) takes nothing and gives nothing, without an error.
    `shelf` is a `Shelf`, or `album_shelf` of an album's id. `reader` is a Discord user's id.
    """

    async def owned(self, shelves: Collection[str], *, discord_id: int, account_id: int | None = None) -> Owned:
        """The libraries of a Discord user and of an account, and how far these shelves of the account's were read."""
        ...

    async def owned_as_linked(self, shelves: Collection[str], discord_id: int) -> Owned:
        """The same of the account that the user is linked to."""
        ...

    async def library(self, account_id: int) -> int | None:
        """The number of an account's library."""
        ...

    # --- reading
    async def page(
        self, library: int, shelf: str, *, offset: int, limit: int, oldest: bool = False
    ) -> tuple[IndexedItem, ...]: ...
    async def count(self, library: int, shelf: str) -> int: ...
    async def get(self, library: int, key: Key) -> IndexedItem | None: ...
    async def search(
        self, library: int, shelf: str, query: Query, reader: int, *, offset: int, limit: int, oldest: bool = False
    ) -> Found: ...
    async def suggest(
        self, shelves: Iterable[tuple[int, str]], query: Query, reader: int, *, limit: int
    ) -> list[tuple[IndexedItem, ...]]:
        """Of each shelf, named with its library, the first of what `search` finds, at most `limit`.

        What is called exactly so stands before the rest; all is found where `query` is empty.
        """
        ...

    async def suggesting(
        self, shelves: Iterable[tuple[int, str]], query: Query, reader: int, *, limit: int
    ) -> list[Task[tuple[IndexedItem, ...]]]:
        """The same while each shelf is being looked through; the caller sees all of them to their end."""
        ...

    async def random(self, library: int, shelf: str, reader: int, query: Query | None = None) -> IndexedItem | None:
        """One of what is there or found, each as likely as the other."""
        ...

    async def marks_of(self, of: Sequence[int], reader: int, keys: Collection[Key]) -> dict[Key, Mark]:
        """What the reader noted on these in these libraries together, the first before the others.

        Nothing for those on which they noted nothing.
        """
        ...

    # --- changing
    async def put_front(self, library: int, shelf: str, items: Sequence[IndexedItem]) -> None:
        """Put these before all others, in their order, whether they are known or not."""
        ...

    async def fill(self, library: int, shelf: str, items: Sequence[IndexedItem]) -> None:
        """Make the shelf hold these and nothing else: for what is read in one go, as an album's images are.

        Nothing where that album does not stand on its own shelf by then.
        """
        ...

    async def update(self, library: int, item: IndexedItem) -> bool:
        """Correct an item wherever it stands; False if it is not known."""
        ...

    async def remove(self, library: int, keys: Collection[Key], shelf: str | None = None) -> None:
        """Take items off a shelf; without one out of the library, with all that users noted on them.

        An album that leaves ALBUMS takes the shelf of its images along; an image that leaves IMAGES leaves all albums.
        """
        ...

    async def miss(self, library: int, key: Key, now: datetime) -> None:
        """Take an item off all shelves that one answer calls gone; what users noted on it is there if it comes back.

        Of an image or album of the account's own it goes with the first `finish` of a pass over its list that has begun
        later and has not seen it. An album takes the shelf of its images along.
        """
        ...

    # --- reading all of a shelf, in passes
    async def sync_state(self, library: int, shelf: str) -> SyncState | None: ...
    async def advance(self, state: SyncState, items: Sequence[IndexedItem], *, from_oldest: bool = False) -> bool:
        """Note a page of a pass and where the pass stands, in one transaction.

        `state` is what shall be on record, with the `version` that was there before, which goes up by one. False,
        changing nothing, where the library is gone or the record has another version: another process was quicker.
        Items go behind those that the pass has seen and before those it has not; `from_oldest` behind all that was
        there, before what came from there already. What the pass has seen keeps its place.
        """
        ...

    async def unseen(self, state: SyncState, *, within_reach: bool = False) -> int:
        """How many items of the shelf the pass has not seen; `within_reach` those it would have if they were there.

        Those are the ones that stood before the last one that it read from the newest end: for a list of which Imgur
        shows only a part.
        """
        ...

    async def finish(self, state: SyncState, *, within_reach: bool = False) -> bool:
        """As `advance`, with nothing new, and take off the shelf what `unseen` counts, as `remove` does."""
        ...

    async def order_of(self, library: int, shelf: str, limit: int) -> list[Key]:
        """The keys of the first `limit` items."""
        ...

    async def ranks_of(self, library: int, shelf: str, keys: Collection[Key]) -> dict[Key, int]:
        """Where these stand, if they are known: the higher, the newer. Numbers tell the order only, not places."""
        ...

    # --- upkeep
    async def empty_some(self, limit: int) -> int:
        """Delete up to `limit` rows of libraries that were let go of; how many there were, 0 when all is done."""
        ...

    async def unfolded(self, limit: int) -> list[tuple[int, IndexedItem]]:
        """Items, with their libraries, whose `search` is missing, as after a migration: `update` writes it."""
        ...


class MarkStore(Protocol):
    """What users note on items, each their own: `reader` is a Discord user's id. It stays where an item leaves a list.

    For a user an item has one mark, in whichever of their libraries (`of`) it stands or has one already; where it
    neither stands nor is noted on, in the first. In what is given, and told, these are one.

    A library that was let go of takes nothing and gives nothing, without an error.
    """

    async def own_library(self, discord_id: int, *, since: datetime | None = None) -> int:
        """The number of a user's own library, for what is in no account; it is made if need be.

        Where they had everything erased `since` then, it is that of one that was let go of.
        """
        ...

    async def tags_of(self, library: int, reader: int) -> list[tuple[Tag, int]]:
        """The user's tags and on how many items each is, the most used first."""
        ...

    async def put(
        self,
        of: Sequence[int],
        reader: int,
        key: Key,
        *,
        tags: Sequence[Tag] | None = None,
        note: tuple[str | None, str] | None = None,
    ) -> tuple[Mark, Mark]:
        """Replace what is given, in one write in all of its libraries: tags; a note, with the line that finds it.

        What was there before, and what is there now, spelled as each tag was first written.
        """
        ...

    async def add_tags(
        self, of: Sequence[int], reader: int, keys: Collection[Key], given: Sequence[Tag], *, most: int
    ) -> Mapping[Key, tuple[Mark, Mark]]:
        """Add tags, in one write in all of their libraries, to what is there already, up to `most` on an item.

        What was there before, and now, by item; nothing of those whose library was let go of.
        """
        ...


class News(Protocol):
    """What keeps the index as Imgur is, for whoever looks at it."""

    async def look(self, discord_id: int, account_id: int, shelf: Shelf) -> BotError | None:
        """Have the shelf as Imgur's first page shows it by now, and deeper as far as something there is new.

        One call where nothing is. ShowsNoneError where Imgur shows nothing at the moment though there was something,
        which is not believed yet; BehindError where the shelf is known not to be as on Imgur. A shelf that was never
        read, or is being read for the first time, is not looked at: its reading begins, or goes on, without being
        waited for. Raises ImgurError, NotLinkedError, LinkBrokenError.
        """
        ...

    async def seconds_left(self, account_id: int, shelf: Shelf) -> float | None:
        """In how long the first reading of the shelf will be through; None where that cannot be told."""
        ...


class ViewStore(Protocol):
    """What a gallery remembers that fits into no custom_id: its query, and what is ticked in it.

    Views are found by their id and their user together; unlinking erases the user's.
    """

    async def add(
        self,
        discord_id: int,
        query: str,
        items: Sequence[Selected] = (),
        *,
        now: datetime,
        most: int,
        replacing: bool = False,
        since: datetime | None = None,
    ) -> str:
        """Remember a view; its id. Of the user's, no more than the `most` last used ones stay.

        With `replacing`, no other with the same query does. Nothing is remembered where the user had everything erased
        `since` what it is for was asked.
        """
        ...

    async def take(self, view_id: str, discord_id: int) -> tuple[str, tuple[Selected, ...]] | None:
        """The view's query and what is ticked, and forget the view: of two at once, one gets it, the other None."""
        ...

    async def query(self, view_id: str, discord_id: int, *, now: datetime) -> str | None:
        """The view's query, noting that it is used; None for one that is forgotten, or somebody else's."""
        ...

    async def selected(self, view_id: str, discord_id: int) -> tuple[Selected, ...]:
        """What is ticked, in the order of ticking."""
        ...

    async def select(
        self,
        view_id: str,
        discord_id: int,
        shown: Collection[Key],
        chosen: Sequence[Selected],
        *,
        now: datetime,
        most: int,
    ) -> tuple[Selected, ...] | None:
        """Of what is `shown`, up to 25 items, let these be ticked and no others; all that is ticked then.

        What does not fit into `most` is left out. None, changing nothing, where there is no such view.
        """
        ...

    async def clear(self, view_id: str, discord_id: int) -> None: ...
    async def sweep(self, before: datetime, *, limit: int) -> int:
        """Forget up to `limit` views that were last used before then; how many those were."""
        ...


class JobStore(Protocol):
    """Work in the background, for all processes over one database. What changes a job needs its claim.

    Without it (the claim is another's by now, the user has unlinked) the answer is False and nothing is changed.
    """

    async def begin(
        self,
        kind: str,
        discord_id: int,
        now: datetime,
        *,
        account_id: int | None = None,
        subject: str | None = None,
        payload: Mapping[str, Any] | None = None,
        steps: Sequence[Mapping[str, Any]] = (),
        due_at: datetime | None = None,
        answers: str | None = None,
        clears: str | None = None,
        origin: Origin | None = None,
    ) -> Job | None:
        """A new job; None where there is an open one of its kind and subject, or the user is not linked so.

        In the same write the question `answers` has its answer, and nothing is ticked any more in the view `clears`;
        None as well where there is no such question.
        """
        ...

    async def claim(self, kinds: Collection[str], now: datetime, *, first: Collection[str] = ()) -> Job | None:
        """Take the job whose turn it is, for a minute: `first` kinds first, then who has been waiting the longest."""
        ...

    async def renew(self, job: Job) -> bool: ...
    async def release(self, job: Job, now: datetime, *, due_at: datetime, failures: int = 0) -> bool: ...
    async def postpone(self, job: Job, due_at: datetime) -> bool: ...
    async def end(
        self, job: Job, now: datetime, state: JobState, outcome: tuple[str, str] | None = None, words: str | None = None
    ) -> bool: ...
    async def next_step(self, job_id: int) -> Step | None: ...
    async def steps(self, job_id: int) -> Sequence[Step]: ...
    async def tally(self, job_id: int) -> tuple[int, int]:
        """How many steps are done, and how many there are."""
        ...

    async def mark(self, job: Job, number: int, state: StepState, outcome: str | None = None) -> bool: ...
    async def get(self, discord_id: int, job_id: int) -> Job | None: ...
    async def of_user(self, discord_id: int) -> Sequence[Job]: ...
    async def open_one(self, kind: str, subject: str) -> Job | None: ...
    async def ahead(self, job: Job, now: datetime) -> int:
        """How many other users' jobs come before this one."""
        ...

    async def resume(self, discord_id: int, job_id: int, now: datetime) -> bool: ...
    async def stop(self, discord_id: int, job_id: int, now: datetime) -> bool:
        """Have an open job stop: no step of it is sent from then on, by whichever process; its turn comes at once."""
        ...

    async def drop(self, discord_id: int, job_id: int) -> bool: ...
    async def take_outcomes(self, discord_id: int) -> Sequence[Job]:
        """What has ended, or stopped, and was not told yet; each is given once."""
        ...

    async def told(self, job: Job) -> None: ...
    async def shown_in(self, discord_id: int, job_id: int, origin: Origin) -> bool:
        """Have the message to which `origin` leads show the open job, in place of any other."""
        ...

    async def take_telling(self, job: Job) -> bool:
        """Be the one of all who tells in the message of `Job.shown` how it ended."""
        ...

    async def take_origin(self, job: Job, now: datetime) -> tuple[Job, str] | None:
        """The same for who shows it nowhere: the job as it is and the text of its origin. None if it is too late."""
        ...

    async def sweep(self, before: datetime, now: datetime) -> int: ...


class SyncStore(Protocol):
    """The hash of the commands that were last sent to Discord."""

    async def get(self, application_id: int) -> str | None: ...
    async def set(self, application_id: int, digest: str) -> None: ...


class PreferenceStore(Protocol):
    """What users want otherwise than it is done for everybody."""

    async def keeps_details(self, discord_id: int) -> bool: ...

    async def keep_details(self, discord_id: int, *, keep: bool) -> None: ...


class LedgerStore(Protocol):
    """Imgur's credits by allowance and window, shared by all processes. Each method is one transaction."""

    async def reserve(
        self, user: int, takes: Sequence[Take], floor: Callable[[str, Standing], Floor], now: datetime
    ) -> Grant | Refusal:
        """Take all, or nothing where something is paused or would be left with less than its floor."""
        ...

    async def may(
        self, user: int, takes: Sequence[Take], floor: Callable[[str, Standing], Floor], now: datetime
    ) -> Refusal | None:
        """Why all cannot be taken now, if so; takes nothing."""
        ...

    async def give_back(self, grant: Grant) -> None: ...
    async def told(self, grant: Grant, told: Mapping[str, Told], now: datetime) -> None:
        """What Imgur said; counts for the windows in which the call was sent."""
        ...

    async def pause(self, allowance: Allowance, until: datetime, now: datetime) -> None: ...
    async def overrun(self, allowance: Allowance, now: datetime) -> None: ...
    async def standing(self, user: int, allowance: Allowance, now: datetime) -> Standing: ...
    async def tidy(self, now: datetime) -> None: ...


class SharingStore(Protocol):
    """What servers allow, and what was shared where."""

    async def rules(self, guild_id: int) -> ServerRules: ...
    async def change(self, guild_id: int, **changes: Any) -> ServerRules: ...
    async def add(self, shared: SharedMessage, *, since: datetime | None = None) -> None: ...
    async def show(self, message_id: int, items: Sequence[Key]) -> None: ...
    async def get(self, guild_id: int | None, message_id: int) -> SharedMessage | None: ...
    async def page(self, guild_id: int, *, offset: int, limit: int) -> Sequence[SharedMessage]: ...
    async def count(self, guild_id: int) -> int: ...
    async def showing(self, key: Key, *, limit: int) -> Sequence[SharedMessage]: ...
    async def remove(self, message_id: int) -> None: ...
    async def sweep(self, before: datetime, *, limit: int) -> int: ...
