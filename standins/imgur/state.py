"""The world behind the stand-in, for its handlers to change and for tests to fill and look into."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable

from standins.imgur.credits import Credits
from standins.imgur.eyes import Seen, look
from standins.imgur.records import Account, Stored, StoredAlbum, StoredImage, new_id
from standins.imgur.switches import Switches
from standins.imgur.tokens import Grant, IssuedTokens, TokenBook


class World:
    """Accounts, images and albums by id, in the order they came; tokens; credits."""

    def __init__(self, switches: Switches) -> None:
        self.tokens = TokenBook(switches)
        self.credits = Credits(switches)
        self.accounts: dict[int, Account] = {}
        self.images: dict[str, StoredImage] = {}
        self.albums: dict[str, StoredAlbum] = {}
        self.web: dict[str, bytes] = {}  # what there is at addresses that Imgur is asked to fetch
        self._switches = switches
        self._account_ids = itertools.count(45_344)

    # --- filling it ----------------------------------------------------------------------------------------------

    def add_account(self, username: str) -> Account:
        """A new account; the username must be free."""
        if self.account_named(username) is not None:
            msg = f"there is an account {username!r} already"
            raise ValueError(msg)
        account = Account(next(self._account_ids), username, int(time.time()))
        self.accounts[account.id] = account
        return account

    def add_image(
        self,
        account: Account | None = None,
        data: bytes | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        mime_type: str | None = None,
        size: int | None = None,
        nsfw: bool | None = None,
        in_gallery: bool = False,
    ) -> StoredImage:
        """An image of an account or an anonymous one. With `data`, its type and measures are read from there."""
        seen = (look(data) if data else None) or Seen(mime_type or "image/jpeg", 640, 480, animated=False)
        stored = self.new_image(
            account, mime_type or seen.mime_type, seen.width, seen.height, size or len(data or bytes(75_582))
        )
        stored.title, stored.description, stored.data = title, description, data
        stored.nsfw, stored.in_gallery = nsfw, in_gallery
        return stored

    def new_image(self, account: Account | None, mime_type: str, width: int, height: int, size: int) -> StoredImage:
        """A stored image of these measures; a video begins as the switches for processing say."""
        image = StoredImage(
            id=new_id(),
            deletehash=new_id(15),
            account=account,
            created=int(time.time()),
            mime_type=mime_type,
            extension=_extension(mime_type),
            width=width,
            height=height,
            size=size,
        )
        if image.is_video:
            image.animated = image.has_sound = True
            image.pending_reads = self._switches.processing_reads
            image.pending_until = time.monotonic() + self._switches.processing_seconds
        self.images[image.id] = image
        return image

    def add_album(
        self,
        account: Account | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: str = "hidden",
        images: Iterable[StoredImage] = (),
        in_gallery: bool = False,
    ) -> StoredAlbum:
        """An album of an account or an anonymous one, with these images."""
        album = StoredAlbum(new_id(), new_id(15), account, int(time.time()), title, description, privacy)
        album.images, album.in_gallery = list(images), in_gallery
        self.albums[album.id] = album
        return album

    def add_favorites(self, account: Account, items: Iterable[Stored]) -> None:
        """Make these favorites of the account, one after the other: the last is the newest."""
        account.favorites.extend(items)

    def issue_tokens(self, account: Account, client_id: str) -> IssuedTokens:
        """Tokens as if the user had just allowed this client."""
        return self.tokens.issue(Grant(account, client_id))

    # --- looking into it -----------------------------------------------------------------------------------------

    def account_named(self, username: str) -> Account | None:
        """The account of this name, in any case."""
        return next((a for a in self.accounts.values() if a.username.lower() == username.lower()), None)

    def images_of(self, account: Account) -> list[StoredImage]:
        """The account's images, newest first."""
        return [image for image in reversed(self.images.values()) if image.account is account]

    def albums_of(self, account: Account) -> list[StoredAlbum]:
        """The account's albums, newest first."""
        return [album for album in reversed(self.albums.values()) if album.account is account]

    def gallery(self) -> list[Stored]:
        """What is in the public gallery, newest first."""
        every: list[Stored] = [*self.images.values(), *self.albums.values()]
        return sorted((item for item in every[::-1] if item.in_gallery), key=lambda item: -item.created)

    def image_by_handle(self, handle: str) -> StoredImage | None:
        """The image with this id or deletehash."""
        return self.images.get(handle) or next((i for i in self.images.values() if i.deletehash == handle), None)

    def album_by_handle(self, handle: str) -> StoredAlbum | None:
        """The album with this id or deletehash."""
        return self.albums.get(handle) or next((a for a in self.albums.values() if a.deletehash == handle), None)

    # --- changing it ---------------------------------------------------------------------------------------------

    def toggle_favorite(self, account: Account, item: Stored) -> bool:
        """Make it a favorite, or no longer one; tells which it is now."""
        if item in account.favorites:
            account.favorites.remove(item)
            return False
        account.favorites.append(item)
        return True

    def remove_image(self, image: StoredImage, *, stays_favorite: bool = False) -> None:
        """Forget it, in albums and favorites too; with `stays_favorite` those who favorited it go on listing it."""
        del self.images[image.id]
        for album in self.albums.values():
            album.images = [kept for kept in album.images if kept is not image]
        if not stays_favorite:
            self._unfavorite(image)

    def remove_album(self, album: StoredAlbum, *, stays_favorite: bool = False) -> None:
        """Forget the album, not its images; with `stays_favorite` those who favorited it go on listing it."""
        del self.albums[album.id]
        if not stays_favorite:
            self._unfavorite(album)

    def _unfavorite(self, item: Stored) -> None:
        for account in self.accounts.values():
            account.favorites = [kept for kept in account.favorites if kept is not item]


def _extension(mime_type: str) -> str:
    if mime_type.startswith("video/"):
        return "mp4"
    return {"image/jpeg": "jpg", "image/apng": "png"}.get(mime_type, mime_type.partition("/")[2])
