"""What can go wrong for a user, free of any library. `services/messages.py` words each of these.

An error's fields are what the words need; its text is for the log and holds no secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from locales.text import Text


class BotError(Exception):
    """Base of everything that a user can be told in a sentence with a next step."""


# --- Discord -----------------------------------------------------------------------------------------------------


class NotAcknowledgedError(BotError):
    """Discord takes no answer: it came too late, or another process gave one. Nobody can be told; nothing was done."""


class AcknowledgementLostError(BotError):
    """Discord has an acknowledgement, and it is not known whose: nothing was done here, perhaps in another process."""


class AnswerRefusedError(BotError):
    """Discord did not take an answer, though nothing is wrong with what was asked for."""


class OutdatedError(BotError):
    """A button, menu, form or command as an earlier release made it."""


class ForeignPressError(BotError):
    """A button or menu of someone else's."""


class ForeignGalleryError(ForeignPressError):
    """A button or menu of someone else's gallery."""


class ViewForgottenError(BotError):
    """What a gallery remembered beyond its buttons is gone: it was long unused, or the account was unlinked."""


class QuestionAnsweredError(BotError):
    """A question about several was answered already, or asked anew."""


class BulkBusyError(BotError):
    """The user has something done to several at once, and it is not through."""


class IdTooLongError(BotError):
    """Imgur's id of something does not fit into a button or a form."""


class NothingSelectedError(BotError):
    """Nothing is ticked in the gallery."""


class NothingToAdoptError(BotError):
    """Every picture of the user's that is on record is in an account, or gone."""


class RestartingError(BotError):
    """The bot is shutting down and takes nothing on any more."""


class StoppedError(BotError):
    """The bot is shutting down and had to end this in the middle."""


# --- linking -----------------------------------------------------------------------------------------------------


class NotLinkedError(BotError):
    """The user has no linked Imgur account and the command needs one."""


class NothingLinkedError(NotLinkedError):
    """There is no link to forget."""


class LinkBrokenError(BotError):
    """Imgur no longer accepts the stored tokens: the user has to link again."""


class LinkingNotSetUpError(BotError):
    """The operator has not set linking up (no client secret, or no public address)."""


class TooManyAttemptsError(BotError):
    """The user began too many link attempts within the last hour."""


class LinkError(BotError):
    """Base of what ends or refuses a link attempt; the web pages answer these with a 400-class status."""


class LinkUnknownError(LinkError):
    """No such attempt: a mistyped, forged or long-gone link or state."""


class LinkExpiredError(LinkError):
    """The attempt is older than its ten minutes."""


class LinkUsedError(LinkError):
    """The attempt, or this step of it, was used already, or a newer attempt or an unlink has voided it."""


class LinkForeignBrowserError(LinkError):
    """The browser does not carry the cookie of this attempt."""


class LoginElsewhereError(LinkForeignBrowserError):
    """Discord sent a browser back that does not carry the cookie of the attempt. Nothing was used up."""


class LoginForgedError(LinkError):
    """What a browser brought back as Discord's answer is not Discord's. Nothing was used up."""


class ConfirmInBrowserError(LinkError):
    """The user entered a code where none is needed: the last page has a button."""


class PastedIncompleteError(LinkError):
    """What was pasted is not the whole address: `missing` says what of it is not there, "all", "state" or "grant"."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


class PastedUnclearError(LinkError):
    """What was pasted names several sign-ins, or one that is not this attempt's."""


class LinkDeniedError(LinkError):
    """The user said no on Imgur's page."""


class LinkStoppedError(LinkError):
    """The user stopped on the last page."""


class LinkNotConfirmedError(LinkError):
    """Imgur did not confirm that the tokens were issued to this bot's client id."""


class CrossSiteError(LinkError):
    """A form was posted from another site."""


class NoCodeExpectedError(LinkError):
    """The user entered a code while no attempt of theirs has come that far."""


class WrongCodeError(LinkError):
    """A wrong code; `tries_left` more may be entered, 0 ends the attempt."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"wrong code, {tries_left} tries left")
        self.tries_left = tries_left


class DirectMessageLostError(BotError):
    """Discord did not take a direct message to the user, for the time being."""


class DirectMessagesClosedError(BotError):
    """The user does not accept direct messages from the bot."""


# --- files -------------------------------------------------------------------------------------------------------


class FileTooLargeError(BotError):
    """The file is over the limit for its kind; `size` and `limit` in bytes."""

    def __init__(self, name: str, size: int, limit: int, *, video: bool) -> None:
        super().__init__(f"{size} bytes, limit {limit}")
        self.name, self.size, self.limit, self.video = name, size, limit, video


class NoVideo(Enum):
    """Why a GIF that is too large was not made into a video."""

    NO_FFMPEG = auto()  # which is not there
    TOO_LONG = auto()  # it would be
    FAILED = auto()


class ShrinkableError(FileTooLargeError):
    """It is a picture that can be made to fit, at the cost of detail, if its user wants that.

    Of one that moves `no_video` says why it is not made into a video instead. `into` is the MIME type that it has to be
    turned into: as that it is too large, whatever the file has, and its `size` may not be known.
    """

    def __init__(
        self, name: str, size: int, limit: int, no_video: NoVideo | None = None, *, into: str | None = None
    ) -> None:
        super().__init__(name, size, limit, video=False)
        self.no_video, self.into = no_video, into


@dataclass(frozen=True, slots=True)
class Earlier:
    """A picture that the user has made from the same file before; it is deleted by itself at `due_at`."""

    image_id: str
    title: str | None
    made_at: datetime
    due_at: datetime | None = None


class DuplicateError(BotError):
    """The user has made a picture from this file before, and it is still there. Nothing was sent."""

    def __init__(self, earlier: Earlier) -> None:
        super().__init__()
        self.earlier = earlier


class CannotShrinkError(BotError):
    """A picture cannot be made to fit."""


class TooManyPixelsError(BotError):
    """A picture has more pixels than the bot decodes: than `still`, or `moving` in all frames of one that moves."""

    def __init__(self, still: int, moving: int) -> None:
        super().__init__(f"more than {still} or {moving} pixels")
        self.still, self.moving = still, moving


class TooMuchWorkError(BotError):
    """Turning a picture takes more time or memory than the bot spends on one."""


class UnsupportedFileError(BotError):
    """Imgur does not take this kind of file; `found` names what the first bytes say, None where they say nothing."""

    def __init__(self, name: str, found: str | None) -> None:
        super().__init__(f"unsupported type {found}")
        self.name, self.found = name, found


class EmptyFileError(BotError):
    """The file has no bytes."""


class DamagedError(BotError):
    """The file is cut or broken."""


class CannotCleanError(BotError):
    """What a file of this `kind`, a MIME type, says beside its picture cannot be removed from it as it is."""

    def __init__(self, kind: str = "") -> None:
        super().__init__(kind)
        self.kind = kind


class DetailsStayError(BotError):
    """What a video says beside its pictures cannot be taken out, so its user is asked whether it may go as it is.

    Without `has_ffmpeg` that is so of all videos here.
    """

    def __init__(self, *, has_ffmpeg: bool) -> None:
        super().__init__("not cleaned" if has_ffmpeg else "no ffmpeg")
        self.has_ffmpeg = has_ffmpeg


class VoiceMessageError(BotError):
    """The file is a voice message."""


class VideoTooLongError(BotError):
    """The video lasts longer than Imgur takes; `seconds` and `limit` in seconds."""

    def __init__(self, seconds: float, limit: int) -> None:
        super().__init__(f"{seconds:.1f} s, limit {limit}")
        self.seconds, self.limit = seconds, limit


class AttachmentUnavailableError(BotError):
    """Discord does not hand the attachment out, at the moment at least."""


class AttachmentGoneError(AttachmentUnavailableError):
    """Discord no longer hands the attachment out."""


class AttachmentNotPassedOnError(AttachmentUnavailableError):
    """Discord has no copy of it in a form that it passes on."""


class FileEndlessError(FileTooLargeError):
    """Nobody has said how large the file is, and it goes on beyond the limit."""


class Absent(Enum):
    """What a message is, or holds, instead of a picture or video."""

    ELSEWHERE = auto()  # some, all on sites of which Discord keeps no copy
    POLL = auto()
    DRAWING = auto()  # a sticker that is no picture but a programme which draws one
    FILES = auto()  # of other kinds
    NOTICE = auto()  # of Discord's own
    TEXT = auto()


class NoPictureError(BotError):
    """A message that holds no picture or video; `what` it is instead."""

    def __init__(self, what: Absent = Absent.TEXT) -> None:
        super().__init__(what.name)
        self.what = what


class NoImgurLinkError(BotError):
    """A message without a link to an image or album on Imgur."""


class AlbumNeedsAccountError(BotError):
    """An anonymous upload cannot go into an album of the user's."""


class NothingToUploadError(BotError):
    """Neither a file nor an address was given."""


class FileAndAddressError(BotError):
    """A file and an address were given."""


class NotAnAddressError(BotError):
    """The text is no address of a picture."""


class SecretAddressError(BotError):
    """The address holds a user's name or a password."""


class DiscordLinkError(BotError):
    """A link of Discord's that has expired, or was never signed."""


class OnImgurError(BotError):
    """What the address leads to is on Imgur already: an item of this kind and id."""

    def __init__(self, kind: str = "image", item_id: str = "") -> None:
        super().__init__()
        self.kind, self.item_id = kind, item_id


class NotFetchedError(BotError):
    """Imgur could not fetch a picture from an address, or would not."""


class NoSpanError(BotError):
    """The text says no time after which a picture is to be deleted, or one that is too short or too long."""


class ExpiringNowError(BotError):
    """A picture is being deleted at this moment, as its owner has said."""


class UploadUncertainError(BotError):
    """Everything was sent, and no clear answer came: the picture may be there, without a link if it is `anonymous`.

    Of one in an account that was to be deleted later, `is_dated` says whether it is looked for so that it is.
    """

    def __init__(self, *, anonymous: bool = False, is_dated: bool | None = None) -> None:
        super().__init__("anonymous" if anonymous else "")
        self.anonymous = anonymous
        self.is_dated = is_dated


class Remains(Enum):
    """What is on Imgur of an upload that was ended on our side."""

    NOTHING = auto()
    DELETED = auto()  # it was stored by then, and deleted again
    STORED = auto()  # it was stored by then and could not be deleted; its user finds it among their pictures
    UNKNOWN = auto()  # everything was sent, and the answer was lost
    AWAITED = auto()  # everything was sent, and the bot goes on waiting for the answer in order to delete it


class UploadEndedError(BotError):
    """Base of an upload that was ended on our side; `remains` says what there is of it nevertheless."""

    def __init__(self, remains: Remains = Remains.NOTHING) -> None:
        super().__init__(remains.name)
        self.remains = remains


class UploadCancelledError(UploadEndedError):
    """The user pressed Cancel."""


class UploadTooSlowError(UploadEndedError):
    """The upload would outlive the 15 minutes in which Discord lets the bot answer."""


class UploadStoppedError(UploadEndedError):
    """The upload was ended because the bot is shutting down."""


class UploadErasedError(BotError):
    """Its user had everything erased while it was under way; `is_deleted` if it is off Imgur again."""

    def __init__(self, *, is_deleted: bool) -> None:
        super().__init__("its user had everything erased")
        self.is_deleted = is_deleted


class QuestionExpiredError(BotError):
    """The bot asked something and no longer knows about what: it restarted, or too much time has passed."""


class SentAgainError(BotError):
    """What failed was sent again by a press before."""


# --- sharing -----------------------------------------------------------------------------------------------------


class PictureUnavailableError(BotError):
    """A picture could not be had from Imgur this time."""


class PictureGoneError(PictureUnavailableError):
    """It is not there any more."""


class PictureWithheldError(PictureUnavailableError):
    """Imgur hands it out to nobody here, or something else in its place: asking again does not help."""


class PicturesBusyError(PictureUnavailableError):
    """Imgur asks to wait before it hands out any more."""

    def __init__(self, seconds: float) -> None:
        super().__init__("asked to wait")
        self.seconds = seconds


class BackupError(BotError):
    """Base of what ends a backup, or keeps one from it."""


class BackupNotSetUpError(BackupError):
    """There is no address for its pages."""


class BackupUnknownError(BackupError):
    """A link or a page of no backup that is on record."""


class BackupOverError(BackupError):
    """It has expired, was ended, or its user has left the account whose pictures are in it."""


class BackupForeignBrowserError(BackupError):
    """Another browser has it."""


class BackupNotExpectedError(BackupError):
    """No page shows a code."""


class BackupCodeError(BackupError):
    """A wrong code; with no try left, that was the end."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("a wrong code")
        self.tries_left = tries_left


class BackupBusyError(BackupError):
    """A part is being fetched by its user, or too many are by others."""


class BackupStalledError(BackupError):
    """Imgur hands out no pictures any more: the part is not whole."""


class NothingToBackUpError(BackupError):
    """There is nothing in what was chosen."""


class NothingHeldError(NothingToBackUpError):
    """There is no account, and no anonymous upload."""


class NotPostedError(BotError):
    """Discord does not let the bot post for everyone where the user asked for it."""


class PostUncertainError(BotError):
    """Discord did not say whether it has posted something for everyone."""


class SharingOffError(BotError):
    """The server lets nothing be shared."""


class ChannelNotChosenError(BotError):
    """The server lets things be shared in other channels only."""


class MatureNotSharedError(BotError):
    """The server wants no mature pictures."""


class OutsideServersError(BotError):
    """Something about a server was asked for where there is none."""


class NotManagerError(BotError):
    """Who asked may not manage the server, or not any more."""


class NotOnRecordError(BotError):
    """Nothing is known of a message that was to be taken down."""


class TooManyToShareError(BotError):
    """More pictures than a message shows."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} pictures")
        self.limit = limit


# --- items -------------------------------------------------------------------------------------------------------


class NotAnItemError(BotError):
    """The text is no Imgur id or link, and no title of the user's; `choices` are worded as suggestions are.

    `given` is the text, where it is known.
    """

    def __init__(self, choices: tuple[Text, ...] = (), given: str = "") -> None:
        super().__init__()
        self.choices = choices
        self.given = given


class NameUnknownError(NotAnItemError):
    """The text could be an id, but Imgur knows no such thing, and it is no title of the user's."""


class SeveralNamedError(NotAnItemError):
    """The text looks like several ids, and is no title of the user's."""


class TitleSharedError(BotError):
    """Several of the user's items have the title `given`; `choices` are worded as suggestions are."""

    def __init__(self, choices: tuple[Text, ...] = (), given: str = "") -> None:
        super().__init__(f"{len(choices)} items")
        self.choices = choices
        self.given = given


class SeveralGivenError(BotError):
    """The text names more than one image or album."""


class ImageGivenError(BotError):
    """The item is a single image where an album is needed."""


class NotYoursError(BotError):
    """The item does not belong to the user, or the button is someone else's."""


class AlbumGivenError(BotError):
    """The item is an album where a single image is needed."""


class AlbumTitleError(BotError):
    """No name for an album: nothing of it can be seen, or it `is_long`, over `limit` characters."""

    def __init__(self, limit: int, *, is_long: bool) -> None:
        super().__init__("too long" if is_long else "blank")
        self.limit, self.is_long = limit, is_long


class AlbumExistsError(BotError):
    """The user has an album of that name already; `choice` is worded as suggestions are."""

    def __init__(self, album_id: str = "", choice: Text | None = None) -> None:
        super().__init__()
        self.album_id, self.choices = album_id, (choice,) if choice else ()


class NewAlbumError(BotError):
    """None of the user's albums is called `title`: it would have to be made. `choices` are of like names."""

    def __init__(self, title: str = "", choices: tuple[Text, ...] = ()) -> None:
        super().__init__()
        self.title, self.choices = title, choices


class AlbumRenamedError(BotError):
    """An album is called something else than when its user was asked about it."""


class AlbumUncertainError(BotError):
    """Imgur's answer to a new album was lost, and the album is not to be seen."""


class AlbumIncompleteError(BotError):
    """Imgur sends only `came` of an album's `count` pictures, so that nobody can put all of them in order."""

    def __init__(self, came: int, count: int) -> None:
        super().__init__(f"{came} of {count}")
        self.came, self.count = came, count


class NothingToChangeError(BotError):
    """An edit that changes nothing."""


# --- searching ---------------------------------------------------------------------------------------------------


class NothingFoundError(BotError):
    """A query finds nothing among the `known` items of about `expected`; in `seconds` the rest will be known.

    None for `known`: there are no others, and all of them were last read at `read_at`.
    """

    def __init__(
        self,
        known: int | None = None,
        expected: int | None = None,
        seconds: float | None = None,
        *,
        read_at: datetime | None = None,
    ) -> None:
        super().__init__()
        self.known, self.expected, self.seconds, self.read_at = known, expected, seconds, read_at


class NothingToDrawError(BotError):
    """The user has no picture of their own."""


class NothingWithoutAccountError(NothingToDrawError):
    """The user has no account here, and no picture of their own without one: none at all, or none that was found."""

    def __init__(self, *, is_query: bool = False) -> None:
        super().__init__()
        self.is_query = is_query


class DrawnGoneError(BotError):
    """So many pictures in a row that were drawn are not on Imgur any more."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} pictures")
        self.count = count


class NotAskedError(BotError):
    """Imgur could not be asked for as long as the user would wait."""


class ShowsNoneError(BotError):
    """Imgur shows nothing in a list that held something a while ago."""


class BehindError(BotError):
    """What is known of a list is not all as on Imgur; it is read once more in `seconds`, 0: soon, or already.

    `is_doubt`: much of it has disappeared there, which is believed if it is so again.
    """

    def __init__(self, seconds: float = 0, *, is_doubt: bool = False) -> None:
        super().__init__()
        self.seconds, self.is_doubt = seconds, is_doubt


class NothingToFindError(BotError):
    """A query of which nothing can be seen."""


class NothingToSearchError(NothingToFindError):
    """The same of a search of Imgur's public gallery."""


class TooManyWordsError(BotError):
    """A query of more different words than are looked for."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} words")
        self.limit = limit


# --- tags and notes ----------------------------------------------------------------------------------------------


class TooManyTagsError(BotError):
    """More tags than an item may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} tags")
        self.limit = limit


class TagTooLongError(BotError):
    """A tag of more characters, or words, than one may have."""

    def __init__(self, limit: int, words: int) -> None:
        super().__init__(f"more than {limit} characters or {words} words")
        self.limit = limit
        self.words = words


class NoteTooLongError(BotError):
    """A note of more characters than one may have."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"{length} characters")
        self.length = length
        self.limit = limit


class NothingToNoteError(BotError):
    """Tags or a note of which nothing can be seen."""
