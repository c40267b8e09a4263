"""Files that are to be uploaded."""

from __future__ import annotations

from collections.abc import Callable

import errors
from errors import NoVideo, Remains
from locales.text import Moment, Plural, Size, Text, sentences
from media.kind import VIDEO_SECONDS
from services.words import Wording, Words
from services.words.changes import FORMATS

TAKEN = Text("Imgur takes JPEG, PNG, GIF, APNG and TIFF images and common videos such as MP4 and WebM.")
_SAVE = Text("Save it as a PNG or JPEG and upload it again.")
_EXPORT = Text("Export it as a PNG or JPEG and upload it again.")
_CONVERT = Text("Convert it to MP4 and upload it again.")
_PNG = Text("Save it as a PNG and upload it again.")
_RAW = Text("camera raw"), Text("Export it from your photo program as a JPEG and upload it again.")
_FORMATS: dict[str, tuple[str | Text, Text]] = {
    "image/webp": (
        "WebP",
        Text("Save it as a PNG or JPEG, or as a GIF or MP4 if it moves, and upload it again."),
    ),
    "image/heic": (
        "HEIC",
        Text("Share it as a JPEG (iPhones: Settings, Camera, Formats, Most Compatible) and upload it again."),
    ),
    "image/heif": ("HEIF", Text("Save or share it as a JPEG and upload it again.")),
    "image/avif": ("AVIF", _SAVE),
    "image/jxl": ("JPEG XL", _SAVE),
    "image/svg+xml": ("SVG", Text("Export it as a PNG and upload it again.")),
    "image/x-icon": ("ICO", _PNG),
    "image/x-photoshop": ("Photoshop", _EXPORT),
    "image/x-adobe-dng": _RAW,
    "image/x-canon-cr2": _RAW,
    "image/x-canon-cr3": _RAW,
    "image/x-raw": _RAW,
    "image/x-olympus-orf": _RAW,
    "image/x-panasonic-rw2": _RAW,
    "image/x-canon-crw": _RAW,
    "image/x-tiff-big": ("BigTIFF", Text("Save it as a plain TIFF or PNG and upload it again.")),
    "video/3gpp": ("3GP", _CONVERT),
    "video/ogg": ("Ogg", _CONVERT),
    "video/mp2t": ("MPEG-TS", _CONVERT),
    "video/mj2": ("Motion JPEG 2000", _CONVERT),
}
"""What people have that Imgur does not take: its name, and what to do with it before uploading it again."""
_NO_PICTURES = {
    "audio": Words(
        Text("That is sound, not a picture or video"),
        Text("{taken} Attach one of these, or put the sound into an MP4.", taken=TAKEN),
    ),
    "text/html": Words(
        Text("That is a web page, not a picture"), Text("Open the picture itself, save it, and upload that file.")
    ),
    "text": Words(
        Text("That is text, not a picture"),
        Text("{taken} Attach one of these, or a screenshot of the text.", taken=TAKEN),
    ),
    "application/pdf": Words(
        Text("That is a PDF, not a picture"), Text("Save the page that you want as a PNG and upload that.")
    ),
    "application": Words(
        Text("That is not a picture or video"),
        Text("{taken} If they are packed into this file, unpack them and attach them.", taken=TAKEN),
    ),
}
_REMAINS = {
    Remains.NOTHING: Text("Nothing was stored."),
    Remains.DELETED: Text("Imgur had stored it by then, so it was deleted there again."),
    Remains.STORED: Text("Imgur had stored it by then: /imgur images shows it, and you can delete it there."),
    Remains.UNKNOWN: Text(
        "Everything had been sent by then, so Imgur may have stored it: look there first. Its answer was lost."
    ),
    Remains.AWAITED: Text(
        "Everything had been sent by then, and Imgur has not answered yet. What it stores is deleted when it does."
    ),
}


_NONE = Text("There is no picture or video in this message")
_ABSENT = {
    errors.Absent.ELSEWHERE: Words(
        Text("Discord has no copy of what this message shows"),
        Text(
            "It stands on another site, and the bot visits none of those. Save the picture there and attach it, or "
            "give its address to /imgur upload as url. Nothing was uploaded."
        ),
    ),
    errors.Absent.POLL: Words(_NONE, Text("It is a poll. Nothing was uploaded.")),
    errors.Absent.DRAWING: Words(
        _NONE, Text("Its sticker is drawn by Discord while you look at it, and is no picture. Nothing was uploaded.")
    ),
    errors.Absent.FILES: Words(_NONE, Text("Its files are of other kinds. Nothing was uploaded.")),
    errors.Absent.NOTICE: Words(_NONE, Text("It is a notice of Discord's own. Nothing was uploaded.")),
    errors.Absent.TEXT: Words(
        _NONE,
        Text(
            "It holds text alone. A link counts once Discord shows a picture for it; the address of one can be given "
            "to /imgur upload as url. Nothing was uploaded."
        ),
    ),
}
"""What there is instead of something to upload."""


def _endless(error: errors.FileEndlessError) -> Words:
    limit = Size(error.limit)
    return Words(
        Text("That file is too large"),
        Text("It has more than {limit}, which is too much for Imgur. Make it smaller and attach it.", limit=limit),
    )


def _file_too_large(error: errors.FileTooLargeError) -> Words:
    size, limit = Size(error.size, over=error.limit), Size(error.limit)
    has = Text("It has {size}; Imgur takes images up to {limit}.", size=size, limit=limit)
    way_out = Text("Make it smaller, or turn a large GIF into an MP4 and upload it again.")
    if error.video:
        has = Text("It has {size}; Imgur takes videos up to {limit}.", size=size, limit=limit)
        way_out = Text("Shorten or compress it and upload it again.")
    return Words(Text("That file is too large"), sentences(has, way_out))


def _unsupported_file(error: errors.UnsupportedFileError) -> Words:
    family, _, form = (error.found or "").partition("/")
    if known := _NO_PICTURES.get(error.found or "") or _NO_PICTURES.get(family):
        return known
    if not family:
        return Words(
            Text("Imgur does not take this kind of file"),
            Text(
                "{taken} This one is none of these, whatever its name says. Convert it and upload it again.",
                taken=TAKEN,
            ),
        )
    default = form.removeprefix("x-").upper(), _SAVE if family == "image" else _CONVERT
    name, way_out = _FORMATS.get(error.found or "", default)
    title = Text("Imgur takes no {format} videos", format=name)
    if family == "image":
        title = Text("Imgur takes no {format} images", format=name)
    return Words(title, sentences(way_out, TAKEN))


def _video_too_long(error: errors.VideoTooLongError) -> Words:
    return Words(
        Text("That video is too long"),
        Plural(
            "It lasts {count} second; Imgur takes up to {limit}. Shorten it and upload it again.",
            "It lasts {count} seconds; Imgur takes up to {limit}. Shorten it and upload it again.",
            round(error.seconds),
            limit=error.limit,
        ),
    )


_DATED = {
    None: None,
    True: Text("It is looked for in a minute, and you hear of it: if it is there, it is deleted when you said."),
    False: Text("If it is there, it is not deleted by itself: /imgur delete does that."),
}


def _uncertain(error: errors.UploadUncertainError) -> Words:
    sent = Text("Imgur was sent all of it and gave no clear answer.")
    next_step = Text("Look with /imgur images before you upload it again.")
    if error.anonymous:
        next_step = Text("Nobody knows its link then. Uploading it again may make a second one.")
    return Words(Text("The picture may be there"), sentences(sent, next_step, _DATED[error.is_dated]))


def _ended(title: Text, text: Text) -> Callable[[errors.UploadEndedError], Words]:
    def wording(error: errors.UploadEndedError) -> Words:
        return Words(title, sentences(text, _REMAINS[error.remains]))

    return wording


def _details_stay(error: errors.DetailsStayError) -> Words:
    why = Text("It takes ffmpeg, which is not installed where this bot runs.")
    if error.has_ffmpeg:
        why = Text("It is built otherwise than videos of its kind are, or damaged.")
    ways = Text(
        "Nothing was uploaded yet. Upload it as it is if it may tell where and with what it was filmed, or export it "
        "anew without its location and upload that."
    )
    return Words(Text("Place and camera cannot be removed from that video"), sentences(why, ways))


def _too_many_pixels(error: errors.TooManyPixelsError) -> Words:
    return Words(
        Text("That picture has too many pixels"),
        Text(
            "The bot would have to hold all of them at once, and does so for up to {still} million, or {moving} "
            "million in all frames of an animation. Make it smaller, save it as a PNG, JPEG or GIF, and upload that.",
            still=error.still // 1_000_000,
            moving=error.moving // 1_000_000,
        ),
    )


def _erased(error: errors.UploadErasedError) -> Words:
    if error.is_deleted:
        return Words(
            Text("You had everything erased meanwhile"),
            Text("So the bot keeps nothing of this upload, and deleted it from Imgur again."),
        )
    return Words(
        Text("You had everything erased meanwhile, but this is left on Imgur"),
        Text(
            "So the bot keeps nothing of this upload. It could not be deleted from Imgur again, and nobody can delete "
            "it now."
        ),
    )


_NO_VIDEO = {
    NoVideo.NO_FFMPEG: Text("It would go as a video if ffmpeg were installed where this bot runs."),
    NoVideo.TOO_LONG: Text(
        "As a video it would be longer than the {limit} seconds that Imgur takes.", limit=VIDEO_SECONDS
    ),
    NoVideo.FAILED: Text("No video could be made of it."),
}


def _duplicate(error: errors.DuplicateError) -> Words:
    before = Text("It was uploaded {when}, and is still on Imgur.", when=Moment(error.earlier.made_at))
    due_at = error.earlier.due_at
    due = None if due_at is None else Text("It is deleted {when}.", when=Moment(due_at))
    now = Text("Nothing was sent this time.")
    return Words(Text("You have uploaded this file before"), sentences(before, due, now))


def _shrinkable(error: errors.ShrinkableError) -> Words:
    size, limit = Size(error.size, over=error.limit), Size(error.limit)
    has = Text("It has {size}; Imgur takes images up to {limit}.", size=size, limit=limit)
    if error.into:
        has = Text(
            "It has to be turned into {format}, and as that it has more than the {limit} that Imgur takes of an image.",
            format=FORMATS[error.into],
            limit=limit,
        )
    cost = Text(
        "It can be encoded anew so that it fits: fine detail is lost, and if that is not enough, it gets smaller. "
        "Nothing was uploaded yet."
    )
    is_gif = error.no_video is not None and error.into is None
    title = Text("That GIF is too large") if is_gif else Text("That picture is too large")
    return Words(title, sentences(has, _NO_VIDEO[error.no_video] if error.no_video else None, cost))


TABLE: dict[type[BaseException], Wording] = {
    errors.FileTooLargeError: _file_too_large,
    errors.FileEndlessError: _endless,
    errors.DuplicateError: _duplicate,
    errors.ShrinkableError: _shrinkable,
    errors.CannotShrinkError: Words(
        Text("That picture stays too large"),
        Text("However it was encoded, it did not fit into what Imgur takes. Make it smaller and upload it again."),
    ),
    errors.TooManyPixelsError: _too_many_pixels,
    errors.TooMuchWorkError: Words(
        Text("That picture takes too much work"),
        Text(
            "To turn it into a format that Imgur takes needs more time or memory than the bot spends on one picture. "
            "Save it as a PNG, JPEG or GIF and upload that."
        ),
    ),
    errors.UnsupportedFileError: _unsupported_file,
    errors.EmptyFileError: Words(
        Text("That file is empty"),
        Text("There is nothing in it: it was probably not saved whole. Save it anew and upload it again."),
    ),
    errors.DamagedError: Words(
        Text("That file is damaged"),
        Text("Part of it is missing or broken: it was probably not saved whole. Save it anew and upload it again."),
    ),
    errors.CannotCleanError: Words(
        Text("Place and camera cannot be removed from that file"),
        Text("Nothing was uploaded. Save it as JPEG or PNG and upload that."),
    ),
    errors.DetailsStayError: _details_stay,
    errors.VoiceMessageError: Words(
        Text("That is a voice message, not a picture or video"), Text("{taken} Attach one of these.", taken=TAKEN)
    ),
    errors.VideoTooLongError: _video_too_long,
    errors.AttachmentUnavailableError: Words(
        Text("Discord did not hand the file out"), Text("Nothing was uploaded. Wait a moment, then upload it again.")
    ),
    errors.AttachmentGoneError: Words(
        Text("The file is no longer there"),
        Text("Discord does not hand it out any more. Attach it once more, or use the menu on its message again."),
    ),
    errors.AttachmentNotPassedOnError: Words(
        Text("Discord does not pass this one on"),
        Text("It has no copy that it hands out. Save the picture where it comes from, and attach that."),
    ),
    errors.NoPictureError: lambda error: _ABSENT[error.what],
    errors.NoImgurLinkError: Words(
        Text("There is no link to Imgur in this message"),
        Text("Nothing was changed. The menu makes favorites of images and albums that a message links to."),
    ),
    errors.AlbumNeedsAccountError: Words(
        Text("An anonymous upload cannot go into an album"),
        Text("Albums belong to an account. Leave out album or anonymous, or link your account with /imgur link."),
    ),
    errors.NothingToUploadError: Words(
        Text("There is nothing to upload"),
        Text("Pick a picture or video in the form, attach one as file, or give the address of one as url."),
    ),
    errors.FileAndAddressError: Words(
        Text("One at a time"), Text("Give a file or an address, then the other. Nothing was uploaded.")
    ),
    errors.NoSpanError: Words(
        Text("When is it to be deleted?"),
        Text("Say after how long, from 1 hour to 30 days: 36 hours, 1 day, 2 weeks. Nothing was uploaded or changed."),
    ),
    errors.ExpiringNowError: Words(
        Text("It is being deleted at this moment"),
        Text("You had said that it goes now. If it is still there in a minute, try again."),
    ),
    errors.NotAnAddressError: Words(
        Text("That is no address of a picture"),
        Text("Give one that begins with https:// and leads to the picture itself, or attach it. Nothing was uploaded."),
    ),
    errors.SecretAddressError: Words(
        Text("There is a name or password in that address"),
        Text("Imgur would get to know it, so nothing was sent. Save the picture and attach it instead."),
    ),
    errors.DiscordLinkError: Words(
        Text("That link of Discord's no longer works"),
        Text(
            "Discord's links to files expire after a day or so. Copy it again from the message, or save the picture "
            "and attach it. Nothing was uploaded."
        ),
    ),
    errors.OnImgurError: Words(
        Text("That is already on Imgur"),
        Text("Nothing was uploaded again. Here you can see it, or make it a favorite."),
    ),
    errors.NotFetchedError: Words(
        Text("Imgur could not fetch it"),
        Text(
            "Nothing was uploaded. The address may not lead to the picture itself, or its site does not let Imgur have "
            "it. Save the picture and attach it instead."
        ),
    ),
    errors.UploadUncertainError: _uncertain,
    errors.UploadEndedError: _ended(Text("The upload was ended"), Text("Upload the file again.")),
    errors.UploadCancelledError: _ended(Text("Upload cancelled"), Text("As you wished.")),
    errors.UploadTooSlowError: _ended(
        Text("The upload took too long"),
        Text(
            "Discord lets the bot answer for 15 minutes, and this would have taken longer. Try a smaller file, or "
            "again when fewer people upload."
        ),
    ),
    errors.UploadStoppedError: _ended(
        Text("The upload was stopped"), Text("The bot is being shut down. Upload the file again in a few minutes.")
    ),
    errors.UploadErasedError: _erased,
    errors.QuestionExpiredError: Words(
        Text("This question is too old"),
        Text(
            "The bot no longer knows what it was about: that was long ago, or the bot was restarted since. Run the "
            "command again."
        ),
    ),
    errors.SentAgainError: Words(
        Text("You have pressed this before"),
        Text("Nothing was sent twice. What becomes of it stands in the message that answered the first press."),
    ),
}
