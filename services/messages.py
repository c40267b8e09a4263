"""Errors to words: the one table, looked up along the class's MRO. The borders render what it gives, as plain text.

No text repeats what a user or Imgur wrote, so nothing here needs escaping; only numbers and MIME types are filled in.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import errors
import imgur.errors
import storage.errors
from services.quota.caller import Wait
from services.quota.errors import HeldBackError

MEGABYTE = 1_000_000
MINUTE = 60
MOST_MINUTES = 90
_MOMENT = re.compile(r"<t:(\d+):R>")


@dataclass(frozen=True, slots=True)
class Words:
    """What a user is told: a heading, and a sentence or two that end in the next step."""

    title: str
    text: str


Wording: TypeAlias = Words | Callable[[Any], Words]


def words(error: BaseException) -> Words | None:
    """Word an error by the nearest class that the table knows; None for an error that nobody foresaw."""
    for cls in type(error).__mro__:
        found = _TABLE.get(cls)
        if found is not None:
            return found if isinstance(found, Words) else found(error)
    return None


def is_imgurs(error: BaseException) -> bool:
    """Whether it is Imgur that did not do its part."""
    return isinstance(error, imgur.errors.ImgurError)


def for_operators(error: BaseException) -> str | None:
    """What the log has to say of an error that whoever runs the bot has to look after; no secret is in it."""
    return str(error) or type(error).__name__ if isinstance(error, storage.errors.StorageError) else None


def unforeseen(reference: str) -> Words:
    """Word an error that nobody foresaw; `reference` is the short id under which the log has it."""
    return Words(
        "Something went wrong in the bot",
        f"The log has it under {reference}. Try again; if it stays like this, tell that id to whoever runs this bot.",
    )


def duration(seconds: float) -> str:
    """A waiting time as a person would say it, rounded up."""
    if seconds <= MINUTE:
        return "a minute"
    minutes = math.ceil(seconds / MINUTE)
    if minutes <= MOST_MINUTES:
        return f"{minutes} minutes"
    return f"{math.ceil(minutes / 60)} hours"


def moment(at: datetime) -> str:
    """A moment as Discord shows it, counting down by itself: also an old message tells the truth."""
    return f"<t:{math.ceil(at.timestamp())}:R>"


def spelled_out(text: str) -> str:
    """The same where nobody counts down: moments, which were rounded up to a second, as waiting times."""
    return _MOMENT.sub(lambda found: f"in {duration(max(int(found[1]) - 1 - time.time(), 0.0))}", text)


def waiting_words(wait: Wait) -> Words:
    """What is shown while a call waits for Imgur's limit."""
    text = f"Place {wait.before + 1:,} in the line; your turn should come {moment(wait.until)}. It goes on by itself."
    return Words("Waiting for Imgur's limit", text)


def _when(seconds: float | None) -> str:
    return "later" if seconds is None else moment(datetime.now(UTC) + timedelta(seconds=seconds))


def being_read(read: int, expected: int | None, seconds: float | None, silent_since: datetime | None = None) -> str:
    """How far a list has been read; `expected` and `seconds` are None where nobody knows.

    `silent_since` is when the last of it came, where the rest does not come.
    """
    so_far = f"{read:,} read so far" if expected is None else f"{read:,} of about {expected:,} read"
    if silent_since is not None:
        return (
            f"{so_far}. Nothing more comes (the last time was {moment(silent_since)}), and it is tried again by itself"
        )
    return so_far if expected is None or seconds is None else f"{so_far}, about {duration(seconds)} to go"


def picture_count(count: int) -> str:
    """So many pictures."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def megabytes(size: int) -> str:
    """A size in decimal megabytes, as Imgur counts them."""
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def _wrong_code(error: errors.WrongCodeError) -> Words:
    if error.tries_left == 0:
        return Words(
            "Wrong code, and that was the last try",
            "This attempt has ended and nothing was linked. Run /imgur link to begin again.",
        )
    tries = "1 try" if error.tries_left == 1 else f"{error.tries_left} tries"
    return Words("Wrong code", f"Look at the page in your browser again and enter its code. You have {tries} left.")


def _file_too_large(error: errors.FileTooLargeError) -> Words:
    kind = "videos" if error.video else "images"
    way_out = "Shorten or compress it" if error.video else "Make it smaller, or turn a large GIF into an MP4"
    return Words(
        "That file is too large",
        f"It has {megabytes(error.size)}; Imgur takes {kind} up to {megabytes(error.limit)}. "
        f"{way_out} and upload it again.",
    )


_TAKEN = "Imgur takes JPEG, PNG, GIF, APNG and TIFF images and common videos such as MP4 and WebM."
_RAW = ("camera raw", "Export it from your photo program as a JPEG")
_FORMATS = {
    "image/webp": ("WebP", "Save it as a PNG or JPEG, or as a GIF or MP4 if it moves,"),
    "image/heic": ("HEIC", "Share it as a JPEG (iPhones: Settings, Camera, Formats, Most Compatible)"),
    "image/heif": ("HEIF", "Save or share it as a JPEG"),
    "image/avif": ("AVIF", "Save it as a PNG or JPEG"),
    "image/jxl": ("JPEG XL", "Save it as a PNG or JPEG"),
    "image/svg+xml": ("SVG", "Export it as a PNG"),
    "image/x-icon": ("ICO", "Save it as a PNG"),
    "image/x-photoshop": ("Photoshop", "Export it as a PNG or JPEG"),
    "image/x-adobe-dng": _RAW,
    "image/x-canon-cr2": _RAW,
    "image/x-canon-cr3": _RAW,
    "image/x-raw": _RAW,
    "image/x-olympus-orf": _RAW,
    "image/x-panasonic-rw2": _RAW,
    "image/x-canon-crw": _RAW,
    "image/x-tiff-big": ("BigTIFF", "Save it as a plain TIFF or PNG"),
    "video/3gpp": ("3GP", "Convert it to MP4"),
    "video/ogg": ("Ogg", "Convert it to MP4"),
    "video/mp2t": ("MPEG-TS", "Convert it to MP4"),
    "video/mj2": ("Motion JPEG 2000", "Convert it to MP4"),
}
"""What people have that Imgur does not take: its name, and what to do with it before uploading it again."""
_NO_PICTURES = {
    "audio": Words(
        "That is sound, not a picture or video", f"{_TAKEN} Attach one of these, or put the sound into an MP4."
    ),
    "text/html": Words("That is a web page, not a picture", "Open the picture itself, save it, and upload that file."),
    "text": Words("That is text, not a picture", f"{_TAKEN} Attach one of these, or a screenshot of the text."),
    "application/pdf": Words("That is a PDF, not a picture", "Save the page that you want as a PNG and upload that."),
    "application": Words(
        "That is not a picture or video", f"{_TAKEN} If they are packed into this file, unpack them and attach them."
    ),
}


def _unsupported_file(error: errors.UnsupportedFileError) -> Words:
    family, _, form = (error.found or "").partition("/")
    if known := _NO_PICTURES.get(error.found or "") or _NO_PICTURES.get(family):
        return known
    if not family:
        return Words(
            "Imgur does not take this kind of file",
            f"{_TAKEN} This one is none of these, whatever its name says. Convert it and upload it again.",
        )
    default = form.removeprefix("x-").upper(), "Save it as a PNG or JPEG" if family == "image" else "Convert it to MP4"
    name, way_out = _FORMATS.get(error.found or "", default)
    return Words(f"Imgur takes no {name} {family}s", f"{way_out} and upload it again. {_TAKEN}")


def _video_too_long(error: errors.VideoTooLongError) -> Words:
    return Words(
        "That video is too long",
        f"It lasts {round(error.seconds)} seconds; Imgur takes up to {error.limit}. Shorten it and upload it again.",
    )


def _album_title(error: errors.AlbumTitleError) -> Words:
    if error.is_long:
        return Words("That name is too long for an album", f"Imgur keeps {error.limit} characters. Give a shorter one.")
    return Words("An album needs a name", f"Nothing of it can be seen. Give one of up to {error.limit} characters.")


def _album_incomplete(error: errors.AlbumIncompleteError) -> Words:
    return Words(
        "Imgur does not show all of this album",
        f"It sends {error.came:,} of {error.count:,} pictures. The rest would fall out if the order was changed, so it "
        "stays as it is. On imgur.com you can change it.",
    )


def _nothing_found(error: errors.NothingFoundError) -> Words:
    if error.known is None:
        day = error.read_at and f"{error.read_at.day} {error.read_at:%B}"
        since = f" What was changed on imgur.com after {day} may be missing for a few days." if day else ""
        return Words(
            "Nothing found",
            f"Every word has to be in the title, the description, a tag, the note or the id. Try fewer words.{since}",
        )
    if not error.known:
        when = "a while" if error.seconds is None else f"about {duration(error.seconds)}"
        return Words("Nothing is known yet", f"What is yours is being read for the first time. Try again in {when}.")
    of = f" of about {error.expected:,}" if error.expected is not None else ""
    rest = f"The rest will be there in about {duration(error.seconds)}." if error.seconds is not None else ""
    return Words(
        "Nothing found so far",
        f"It is not among the {error.known:,}{of} that are read so far. {rest or 'The rest is still being read.'}",
    )


def _behind(error: errors.BehindError) -> Words:
    when = _when(error.seconds) if error.seconds else "now, in the background"
    if error.is_doubt:
        return Words(
            "Some of this may be gone from Imgur",
            f"Not all of it was there when it was last read. It is read again {when}; what is gone then goes here too.",
        )
    return Words(
        "This is not quite as on Imgur",
        f"More has changed there than can be read while you wait. All of it is read again {when}.",
    )


_REMAINS = {
    errors.Remains.NOTHING: "Nothing was stored.",
    errors.Remains.DELETED: "Imgur had stored it by then, so it was deleted there again.",
    errors.Remains.STORED: "Imgur had stored it by then: /imgur images shows it, and you can delete it there.",
    errors.Remains.UNKNOWN: (
        "Everything had been sent by then, so Imgur may have stored it: look there first. Its answer was lost."
    ),
    errors.Remains.AWAITED: (
        "Everything had been sent by then, and Imgur has not answered yet. What it stores is deleted when it does."
    ),
}


def _uncertain(error: errors.UploadUncertainError) -> Words:
    next_step = "Look with /imgur images before you upload it again."
    if error.anonymous:
        next_step = "Nobody knows its link then. Uploading it again may make a second one."
    return Words("The picture may be there", f"Imgur was sent all of it and gave no clear answer. {next_step}")


def _ended(title: str, text: str) -> Callable[[errors.UploadEndedError], Words]:
    def wording(error: errors.UploadEndedError) -> Words:
        return Words(title, f"{text} {_REMAINS[error.remains]}")

    return wording


def _rate_limited(error: imgur.errors.RateLimitedError) -> Words:
    when = _when(error.retry_after)
    if error.spent is imgur.errors.Spent.APPLICATION:
        return Words(
            "This bot has used up what it may ask of Imgur for now",
            f"The limit is shared by everyone who uses the bot. Try again {when}.",
        )
    if error.spent is imgur.errors.Spent.USER:
        return Words(
            "You have used up what Imgur allows you for now",
            f"Every call costs 1 credit and an upload 10. Try again {when}.",
        )
    if error.spent is imgur.errors.Spent.UPLOADS:
        return Words(
            "Imgur takes no more uploads for now",
            f"It says that they came too fast. All else works as ever; upload again {when}.",
        )
    return Words("Imgur asks us to slow down", f"It had too many calls. Try again {when}.")


def _held_back(error: HeldBackError) -> Words:
    return Words(
        "Imgur's limit is nearly used up",
        f"You have used much of it lately, so what is left is for others now. Try again {_when(error.retry_after)}.",
    )


AGAIN = "Run /imgur link in Discord to begin again."
OPERATOR = "Please tell whoever runs this bot."

_TABLE: dict[type[BaseException], Wording] = {
    errors.BotError: Words("That did not work", "The bot could not do this. Try again in a moment."),
    # --- Discord
    errors.NotAcknowledgedError: Words("Discord took no answer", "Nothing was done. Run the command again."),
    errors.AcknowledgementLostError: Words(
        "Discord and the bot lost touch for a moment", "If nothing else appears here in a minute, do it again."
    ),
    errors.AnswerRefusedError: Words(
        "Discord did not take the answer", "Nothing was changed. Run the command again in a moment."
    ),
    errors.OutdatedError: Words(
        "This is from an earlier version of the bot",
        "It has been updated since. Run the command again; if that does not help, restart Discord, which then learns "
        "the new commands.",
    ),
    errors.ViewForgottenError: Words(
        "This gallery is too old",
        "What was looked for or selected in it is no longer known. Run the command again.",
    ),
    errors.QuestionAnsweredError: Words(
        "That question has had its answer",
        "Or it was asked once more after this one, or your account was unlinked since. Nothing is done twice; my other "
        "answers say what became of it.",
    ),
    errors.BulkBusyError: Words(
        "One after the other",
        "What you began with several pictures is not through yet. Wait until it is, then do this again.",
    ),
    errors.IdTooLongError: Words(
        "That cannot be done here",
        "Its id on Imgur is longer than Discord's buttons and forms can hold. Open it on imgur.com and do it there.",
    ),
    errors.NothingSelectedError: Words("Nothing is selected", "Tick pictures in the menu first."),
    errors.ForeignPressError: Words(
        "That is not yours", "Only whoever ran the command can use this. Run it yourself to get your own."
    ),
    errors.ForeignGalleryError: Words(
        "This gallery is not yours",
        "Only whoever ran the command can turn its pages. /imgur images and /imgur favorites show your own.",
    ),
    errors.RestartingError: Words("The bot is restarting", "Nothing was done. Try again in a minute."),
    errors.StoppedError: Words(
        "The bot is being restarted",
        "It had to stop in the middle of this. Look first whether it was done, then try again in a minute.",
    ),
    # --- linking
    errors.NotLinkedError: Words(
        "No Imgur account is linked", "This needs your own Imgur account. Link it with /imgur link."
    ),
    errors.NothingLinkedError: Words(
        "No Imgur account is linked", "There is nothing to forget. /imgur link links one whenever you like."
    ),
    errors.LinkBrokenError: Words(
        "Imgur no longer accepts the link to your account",
        "That happens when access is revoked or a password changes. Link it again with /imgur link.",
    ),
    errors.LinkingNotSetUpError: Words(
        "Linking accounts is not set up here",
        "Whoever runs this bot has not switched it on. Anonymous uploads work: /imgur upload with anonymous: True.",
    ),
    errors.TooManyAttemptsError: Words(
        "Too many attempts", "You began linking 20 times within an hour. Wait a while, then run /imgur link again."
    ),
    errors.LinkError: Words("Linking did not work", f"Nothing was linked. {AGAIN}"),
    errors.LinkUnknownError: Words(
        "This link is not known",
        f"It may be mistyped, or over for long: /imgur account in Discord tells what is linked. {AGAIN}",
    ),
    errors.LinkExpiredError: Words(
        "This link has expired", f"A link is good for ten minutes. Nothing was linked. {AGAIN}"
    ),
    errors.LinkUsedError: Words(
        "This link is no longer in use",
        f"It was used already, was stopped, or a newer one has taken its place. {AGAIN}",
    ),
    errors.LinkForeignBrowserError: Words(
        "This is not the browser that began",
        "Linking has to be finished in the browser in which Continue was pressed, with cookies allowed. "
        f"Nothing was linked. {AGAIN}",
    ),
    errors.LinkDeniedError: Words(
        "You said no, so nothing was linked",
        "Imgur gave this bot no access. If that was not what you wanted, run /imgur link in Discord again.",
    ),
    errors.LinkStoppedError: Words(
        "You stopped, so nothing was linked",
        "The bot has forgotten what Imgur gave it. To link an account after all, run /imgur link in Discord.",
    ),
    errors.LinkNotConfirmedError: Words(
        "Imgur did not confirm this sign-in",
        f"What came back was not issued to this bot, so nothing was linked. {AGAIN}",
    ),
    errors.CrossSiteError: Words(
        "This form came from another site",
        "It was sent from a page that is not ours, so nothing was done. Open the link from Discord again.",
    ),
    errors.NoCodeExpectedError: Words(
        "There is no code to enter yet",
        "Open the link from /imgur link first and allow access on Imgur's page; the code is shown after that.",
    ),
    errors.WrongCodeError: _wrong_code,
    errors.DirectMessageLostError: Words(
        "The direct message did not get through",
        "Discord did not take it just now. Go on here: only you can see this.",
    ),
    errors.DirectMessagesClosedError: Words(
        "Your direct messages are closed",
        "Discord does not let the bot write to you. Allow messages from members of this server, or go on here: "
        "only you can see this.",
    ),
    # --- files
    errors.FileTooLargeError: _file_too_large,
    errors.UnsupportedFileError: _unsupported_file,
    errors.EmptyFileError: Words(
        "That file is empty",
        "There is nothing in it: it was probably not saved whole. Save it anew and upload it again.",
    ),
    errors.VoiceMessageError: Words(
        "That is a voice message, not a picture or video", f"{_TAKEN} Attach one of these."
    ),
    errors.VideoTooLongError: _video_too_long,
    errors.AttachmentUnavailableError: Words(
        "Discord did not hand the file out", "Nothing was uploaded. Wait a moment, then upload it again."
    ),
    errors.AttachmentGoneError: Words(
        "The file is no longer there", "Discord does not hand it out any more. Attach it once more and upload it again."
    ),
    errors.AlbumNeedsAccountError: Words(
        "An anonymous upload cannot go into an album",
        "Albums belong to an account. Leave out album or anonymous, or link your account with /imgur link.",
    ),
    errors.UploadUncertainError: _uncertain,
    errors.UploadEndedError: _ended("The upload was ended", "Upload the file again."),
    errors.UploadCancelledError: _ended("Upload cancelled", "As you wished."),
    errors.UploadTooSlowError: _ended(
        "The upload took too long",
        "Discord lets the bot answer for 15 minutes, and this would have taken longer. Try a smaller file, or again "
        "when fewer people upload.",
    ),
    errors.UploadStoppedError: _ended(
        "The upload was stopped", "The bot is being shut down. Upload the file again in a few minutes."
    ),
    errors.QuestionExpiredError: Words(
        "This question is too old", "The bot no longer knows what it was about. Run the command again."
    ),
    # --- sharing
    errors.NotPostedError: Words(
        "Only you can see this",
        "Discord did not let the bot post it for others here. Ask who runs this server to allow it, or share the link.",
    ),
    errors.PostUncertainError: Words(
        "Others may not see this", "Discord did not say whether it was posted for them. If it was not, share the link."
    ),
    # --- items
    errors.NotAnItemError: Words(
        "That is not an Imgur picture or album",
        "None of your newest is called that either. Give an id such as abc1234, a link from imgur.com, or pick one of "
        "the suggestions.",
    ),
    errors.NameUnknownError: Words(
        "Imgur does not know it, and none of your newest is called that",
        "It may be mistyped, or what it stood for was deleted. Check it, or pick one of the suggestions.",
    ),
    errors.TitleSharedError: Words(
        "Several of yours go by that name", "Pick the one you mean from the suggestions, or give its id."
    ),
    errors.SeveralGivenError: Words(
        "One at a time", "This names more than one picture or album. Give one link or one id, then the next."
    ),
    errors.SeveralNamedError: Words(
        "One at a time",
        "These look like several ids. Give one, then the next. For several of your own there is Select… under "
        "/imgur images.",
    ),
    errors.NotYoursError: Words(
        "That is not yours", "Only its owner can do this. Use /imgur images to find your own pictures."
    ),
    errors.AlbumGivenError: Words(
        "That is an album",
        "This works on single pictures. See what is in the album with /imgur images, then pick one of them.",
    ),
    errors.ImageGivenError: Words(
        "That is a picture, not an album",
        "Give an album's id or link, or pick one of the suggestions. /imgur show shows single pictures.",
    ),
    errors.NothingToChangeError: Words(
        "Nothing would change", "Give a title, a description or another option that differs from what is there."
    ),
    # --- albums
    errors.AlbumTitleError: _album_title,
    errors.AlbumExistsError: Words(
        "You have an album of that name already",
        "Nothing was made. Put pictures into that one, or make another of the same name with the button.",
    ),
    errors.NewAlbumError: Words(
        "None of your albums is called that", "Make it first with /imgur album create, or give one that is there."
    ),
    errors.AlbumRenamedError: Words(
        "That album is called something else by now",
        "Nothing was deleted: it was renamed after you were asked. Run /imgur album delete again to see which it is.",
    ),
    errors.AlbumUncertainError: Words(
        "The album may be there",
        "Imgur's answer was lost, and the album is not to be seen yet. Look with /imgur album list in a minute; making "
        "it again is safe, as the bot looks for it first.",
    ),
    errors.AlbumIncompleteError: _album_incomplete,
    # --- searching
    errors.NothingFoundError: _nothing_found,
    errors.NothingToDrawError: Words(
        "There is nothing to draw from", "You have no pictures yet. Upload the first one with /imgur upload."
    ),
    errors.NothingWithoutAccountError: lambda error: Words(
        "Nothing found without an account" if error.is_query else "There is nothing to draw from",
        f"{'None of your uploads here fits' if error.is_query else 'You have no uploads through this bot'}, and no "
        "Imgur account is linked. Link yours with /imgur link to draw from what is there.",
    ),
    errors.DrawnGoneError: lambda error: Words(
        "None of those drawn is on Imgur any more",
        f"They were deleted there, {error.count} in a row, and are off your lists now. Run the command again.",
    ),
    errors.NotAskedError: Words(
        "Imgur could not be asked in time", "It is slow, or its limit is used up for the moment. Try again later."
    ),
    errors.ShowsNoneError: Words(
        "Imgur shows nothing here at the moment",
        "There was something when it was last asked. It is asked again, and what is really gone goes here too.",
    ),
    errors.BehindError: _behind,
    errors.NothingToFindError: Words(
        "There is nothing to look for in that",
        "Nothing of it can be seen. Give a word of a title, a description, a tag or a note; #word finds a tag.",
    ),
    errors.NothingToSearchError: Words(
        "There is nothing to look for in that", "Nothing of it can be seen. Give a word of a title or a description."
    ),
    errors.TooManyWordsError: lambda error: Words(
        "That is more than can be looked for",
        f"Give no more than {error.limit} different words.",
    ),
    # --- tags and notes
    errors.TooManyTagsError: lambda error: Words(
        "Those are too many tags", f"One picture may have {error.limit}. Nothing was changed."
    ),
    errors.TagTooLongError: lambda error: Words(
        "One of the tags is too long",
        f"A tag may have {error.limit} characters and {error.words} words. Put a comma between two tags. Nothing was "
        "changed.",
    ),
    errors.NoteTooLongError: lambda error: Words(
        "That note is too long",
        f"It has {error.length:,} characters; a note may have {error.limit:,}, of which an emoji takes two or more. "
        "Nothing was changed.",
    ),
    errors.NothingToNoteError: Words(
        "Nothing of that can be seen",
        "Give words, signs or emoji; leave it empty to clear what is there. Nothing was changed.",
    ),
    # --- Imgur
    imgur.errors.ImgurError: Words("Imgur did not do this", "Something went wrong at Imgur. Try again later."),
    imgur.errors.NotSentError: Words(
        "Imgur cannot be reached",
        "There is no connection to it at the moment, so nothing was sent. Try again in a few minutes.",
    ),
    imgur.errors.RenewalSlowError: Words(
        "Imgur takes long to renew the bot's access to your account",
        "What you wanted was not done. The bot goes on waiting for Imgur's answer; try again in a few minutes.",
    ),
    imgur.errors.UnreachableError: Words(
        "Imgur does not answer",
        "No answer came. Nothing was changed. Try again in a few minutes.",
    ),
    imgur.errors.OutcomeUnknownError: Words(
        "Imgur gave no clear answer",
        "It may have been done all the same, or not. Look first, with /imgur show or /imgur images, before you try "
        "again.",
    ),
    imgur.errors.OverCapacityError: Words(
        "Imgur is over capacity", "It says it has too much to do right now. Try again in a few minutes."
    ),
    imgur.errors.SignInDownError: Words(
        "Imgur's sign-in is down",
        "No account can be linked until Imgur repairs it. Anonymous uploads work: /imgur upload with anonymous: True.",
    ),
    imgur.errors.UnauthorizedError: Words(
        "Imgur does not accept the bot's access to your account",
        "Try again in a few minutes. If it stays like this, link your account again with /imgur link.",
    ),
    imgur.errors.InvalidGrantError: Words(
        "Imgur no longer accepts this sign-in", "Link your account again with /imgur link."
    ),
    imgur.errors.ApplicationRefusedError: Words(
        "Imgur refuses this bot",
        f"It does not accept the application with which the bot signs in. That is not about your account. {OPERATOR}",
    ),
    imgur.errors.NoFavoriteError: Words(
        "Imgur makes this no favorite",
        "It is there, and Imgur refuses all the same, as it may with a picture inside an album. Open it on imgur.com; "
        "if it is in an album, favorite the album.",
    ),
    imgur.errors.BlockedError: Words(
        "Imgur turns the bot away at the moment",
        "It refuses whatever it is asked for, so this is not about your account or this picture. Try again later.",
    ),
    imgur.errors.ForbiddenError: Words(
        "Imgur refuses this", "It does not allow this for your account or this picture, and asking again will not help."
    ),
    imgur.errors.GoneError: Words(
        "That is no longer on Imgur", "It was deleted there, or made private. If it was on your lists, it is off them."
    ),
    imgur.errors.AlbumGoneError: Words(
        "The album is no longer on Imgur",
        "It was deleted there, so nothing was changed, and it is off your lists. /imgur album create makes a new one.",
    ),
    imgur.errors.NotFoundError: Words(
        "Imgur does not know it", "It may have been deleted, or the id is mistyped. Check the link and try again."
    ),
    imgur.errors.RateLimitedError: _rate_limited,
    HeldBackError: _held_back,
    imgur.errors.TooLargeError: Words(
        "Imgur finds the file too large", "It takes images up to 10 MB and videos up to 200 MB. Make it smaller."
    ),
    imgur.errors.UnsupportedTypeError: Words(
        "Imgur could not read the file",
        "It does not take this kind, or the file is damaged. Convert it to JPEG, PNG, GIF or MP4 and try again.",
    ),
    imgur.errors.RejectedError: Words(
        "Imgur said no",
        "It declined without a reason we could pass on, so nothing was done. Try again later, or do it on imgur.com.",
    ),
    imgur.errors.BadAnswerError: Words(
        "Imgur's answer made no sense", "Something is wrong on its side. Try again in a few minutes."
    ),
    imgur.errors.SourceLengthError: Words(
        "The file did not arrive whole", "It was cut on its way from Discord; nothing was stored. Upload it again."
    ),
    # --- storage
    storage.errors.StorageError: Words(
        "The bot's memory failed", f"It is not certain that everything was done. Look first, then try again. {OPERATOR}"
    ),
    storage.errors.DatabaseUnavailableError: Words(
        "The bot cannot reach its database", f"Try again in a moment. If it stays like this: {OPERATOR}"
    ),
    storage.errors.CrowdedError: Words(
        "The bot's database has too much to do", f"Try again in a moment. If it stays like this: {OPERATOR}"
    ),
    storage.errors.AddressError: Words(
        "The bot does not know its database", f"The address in its settings cannot be understood. {OPERATOR}"
    ),
    storage.errors.NewerDatabaseError: Words(
        "The bot is older than its database", f"It has to be updated before it can go on. {OPERATOR}"
    ),
    storage.errors.KeyMissingError: Words(
        "The bot cannot open what it stored for you",
        f"A key is missing from its settings. {OPERATOR} Linking again with /imgur link helps as well.",
    ),
    storage.errors.SealBrokenError: Words(
        "The bot does not trust what it stored for you",
        f"It was changed from outside, so it is not used. {OPERATOR}",
    ),
}
