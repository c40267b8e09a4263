"""What uploading several looks like. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.expiry import expiry_line, expiry_menu
from cogs.ui.item import ALT_LIMIT, ID_LIMIT, OPEN, alt_menu, cover, icon, link_button, linked, report_button
from cogs.ui.layout import COLOUR, TEXT_LIMIT, WARNING, Control, heading, notice, remark, rows, shown, trouble
from cogs.ui.markdown import Markdown, plain
from cogs.ui.report import link_button as link_account
from cogs.ui.words import Said, bold, for_everyone, joined, md, small
from cogs.upload._views import anyway_button, as_is_button, earlier_link, smaller_button
from errors import DuplicateError, LinkBrokenError, NotLinkedError
from imgur.models import Image
from locales.text import Joined, Moment, Plural, Size, Text, Value, listed
from services.messages import unforeseen, words
from services.quota.caller import Wait
from services.several import Batch, Entry
from services.text import line, units
from services.upload import Changes, Earlier, Uploaded
from services.words import Words
from services.words.changes import change_words
from services.words.waiting import waiting_words

MOST = 30
"""Of more, the links and names would not fit into a message."""
MOST_OPTIONS = 25  # Discord's, of a menu
NAME_LIMITS = (40, 24, 12, 4)
"""Units of a name: the more there are, the less of each."""
LINES = 2800
"""Units of text for what became of each."""
CHANGES = 3
"""For one of the name, so many for what was done to the file."""
SPACE = 1200
"""Units of text for why some failed."""
HEAD = 900
"""For what stands above and below: the album, and what was not sent yet."""


def progress_view(batch: Batch, key: str, owner: int, wait: Wait | None = None) -> ui.LayoutView:
    """How far each of them is, with a way to end it; with a `wait` for Imgur's limit, how long that takes."""
    waits = waiting_words(wait) if wait and wait.until > datetime.now(UTC) else None
    over = sum(entry.is_over for entry in batch.entries)
    cancel = ActionButton("upload-cancel", owner, key, label=Text("Cancel"), style=discord.ButtonStyle.danger)
    return notice(
        Text("Uploading to Imgur: {done} of {count}", done=over, count=len(batch.entries)),
        _fitting(partial(_progress, batch)),
        remark(waits.title, waits.text) if waits else None,
        small(Text("{sent} of {total}", sent=Size(batch.sent), total=Size(batch.total))) if batch.total else None,
        controls=[cancel],
    )


@for_everyone
def several_view(
    batch: Batch,
    owner: int,
    *,
    again: str | None = None,
    more: int = 0,
    picked: str | None = None,
    smaller: str | None = None,
    as_is: str | None = None,
    anyway: str | None = None,
    twice: str | None = None,
    bare: bool = False,
    shared: bool = False,
) -> ui.LayoutView:
    """What became of each, in the order in which they were picked. `bare` leaves out what users wrote and pictures.

    `again` is the key under which what failed is known, and what is still to be sent: `more`; `smaller` that of what is
    too large, `as_is` of what cannot be cleaned, `anyway` of what there is a picture of already. Where others see it,
    all of these are left out. `picked` is the selection of what is there, `twice` of what among it is there twice.
    """
    title = Text("{user} uploaded", user=Markdown(f"<@{owner}>")) if shared else several_words(batch)
    parts: list[ui.Item[ui.LayoutView]] = [shown(bold(title) if shared else heading(title))]
    pictures = [] if bare else list(_pictures(batch))
    if pictures:
        parts.append(ui.MediaGallery(*pictures[:10]))
    lines = _fitting(partial(_lines, batch, bare=bare, shared=shared))
    parts.append(shown(lines))
    dates = [md(said) for said in _dates(batch, shared=shared)]
    parts += map(shown, dates)
    if not shared:
        room = min(SPACE, TEXT_LIMIT - HEAD - units(lines) - sum(map(units, dates)))
        parts += [shown(said) for said in (*_beside(batch, room, bare=bare), _left(more)) if said]
        parts += _menus(batch, owner, bare=bare)
    controls: list[Control] = []
    if not shared:
        keys = {"again": again, "smaller": smaller, "as_is": as_is, "anyway": anyway}
        controls += _ways_on(batch, owner, more, **keys)
    if batch.album is not None and batch.filled is not None:
        controls.append(link_button(batch.album))
    if picked is not None and not shared:
        controls.append(ActionButton("pick-copy", owner, picked, label=Text("Copy links")))
        controls.append(ActionButton("pick-share", owner, picked, OPEN, label=Text("Share")))
    if shared:
        controls.append(report_button())
    elif twice is not None:
        controls.append(_undo_button(twice, owner, len(batch.twice)))
    parts += rows(controls)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR if batch.uploaded else WARNING))
    return view


def _ways_on(
    batch: Batch,
    owner: int,
    more: int,
    *,
    again: str | None,
    smaller: str | None,
    as_is: str | None,
    anyway: str | None,
) -> Iterator[Control]:
    """For what is not there."""
    if again is not None and (batch.again or more):
        yield again_button(again, owner, len(batch.again) + more, is_more=bool(more))
    if smaller is not None and batch.shrinkable:
        yield smaller_button(smaller, owner, len(batch.shrinkable))
    if as_is is not None and batch.telling:
        yield as_is_button(as_is, owner, len(batch.telling))
    if anyway is not None and batch.doubles:
        yield anyway_button(anyway, owner, len(batch.doubles))
    if any(isinstance(entry.trouble, LinkBrokenError | NotLinkedError) for entry in batch.entries):
        yield link_account(owner)


def _undo_button(twice: str, owner: int, count: int) -> ActionButton:
    """Asks whether to delete what went up though there was a picture of the same file."""
    label = Plural("Delete the one that is there twice…", "Delete the {count} that are there twice…", count)
    return ActionButton("pick-delete", owner, twice, label=label, style=discord.ButtonStyle.danger)


def several_words(batch: Batch) -> Text:
    """What was done, in a few words."""
    done = len(batch.uploaded)
    left = len(batch.entries) - done
    if not done:
        return Text("Nothing was uploaded")
    if not left:
        return Plural("{count} uploaded", "{count} uploaded", done)
    return Plural("{count} uploaded, {left} not", "{count} uploaded, {left} not", done, left=left)


def several_told(batch: Batch) -> Markdown:
    """The pages of what is there, in its order, the numbers of what is not, and what its owner has to know beside."""
    numbers = [str(number) for number, entry in enumerate(batch.entries, 1) if entry.uploaded is None]
    missing = Text("Not uploaded, by number: {numbers}.", numbers=listed(numbers)) if numbers else None
    pages = _fitting(partial(_pages, batch))
    return joined("\n", (pages, missing, *_dates(batch, shared=False), *_beside(batch, 0, bare=True)))


def again_button(key: str, owner: int, count: int, *, is_more: bool = False) -> ActionButton:
    """Sends what failed once more, and with it what `is_more`: what was not sent yet."""
    label = Plural("Try it again", "Try these {count} again", count)
    if is_more:
        label = Plural("Upload the other one", "Upload the other {count}", count)
    return ActionButton("upload-again", owner, key, label=label, style=discord.ButtonStyle.primary)


def _fitting(draw: Callable[[int], Iterable[Said]]) -> Markdown:
    """Lines, with as much of each name as there is room for."""
    drawn = Markdown()
    for limit in NAME_LIMITS:
        drawn = joined("\n", draw(limit))
        if units(drawn) <= LINES:
            break
    return drawn


def _left(more: int) -> Said | None:
    if not more:
        return None
    return Plural(
        "{count} more is still to be sent: up to {most} go up at a time.",
        "{count} more are still to be sent: up to {most} go up at a time.",
        more,
        most=MOST,
    )


def _lines(batch: Batch, limit: int, *, bare: bool, shared: bool) -> Iterator[Said]:
    for number, entry in enumerate(batch.entries, 1):
        if entry.uploaded is not None:
            link = _link(entry.uploaded.image, "" if bare or shared else entry.request.file.name, limit, bare=bare)
            changes = None if shared else _changes(entry.uploaded.changes, CHANGES * limit)
            earlier = None if bare or shared else _double(batch, entry.uploaded.earlier, limit)
            yield _line(number, joined(" · ", (link, changes, earlier)))
        elif not shared:
            name = Markdown() if bare else plain(entry.request.file.name, limit)
            said = _said(entry)
            before = entry.trouble.earlier if isinstance(entry.trouble, DuplicateError) else None
            earlier = None if bare else _double(batch, before, limit)
            yield _line(number, joined(": ", (name, joined(", ", (bold(said.title), earlier)))))


def _double(batch: Batch, earlier: Earlier | None, limit: int) -> Said | None:
    """Which picture there was before, of these or another one; not where there is hardly room for the names."""
    if earlier is None or limit == NAME_LIMITS[-1]:
        return None
    for number, entry in enumerate(batch.entries, 1):
        if entry.uploaded is not None and entry.uploaded.image.id == earlier.image_id:
            return Text("the same as number {number}", number=number)
    return Text("the same as {picture}", picture=earlier_link(earlier, limit))


def _pages(batch: Batch, limit: int) -> Iterator[Said]:
    for uploaded in batch.uploaded:
        changes = _changes(uploaded.changes, CHANGES * limit)
        yield joined(" · ", (Markdown(uploaded.image.page_url), changes))


def _changes(changes: Changes, limit: int) -> Markdown:
    """What was done to a file on its way, as far as there is room in its line."""
    said = Markdown()
    for change in change_words(changes):
        longer = joined(" · ", (said, change))
        if len(longer) > limit:
            break
        said = longer
    return said


def _link(image: Image, file: str, limit: int, *, bare: bool) -> Markdown:
    """The picture by its title, else by its file's name."""
    name = None if bare else image.title or file
    return Markdown(f"{icon(image)} {linked(Image(image.id, title=name), limit)}")


def _line(number: int, said: Said) -> Markdown:
    return Markdown(f"**{number}.** {md(said)}")


def _progress(batch: Batch, limit: int) -> Iterator[Said]:
    return (_line(number, _under_way(entry, limit)) for number, entry in enumerate(batch.entries, 1))


def _under_way(entry: Entry, limit: int) -> Said:
    name = plain(entry.request.file.name, limit)
    if entry.uploaded is not None:
        return joined(" · ", (name, Text("uploaded")))
    if entry.trouble is not None:
        return joined(" · ", (name, _said(entry).title))
    if not entry.is_begun:
        return joined(" · ", (name, Text("waits")))
    part = int(100 * min(entry.sent / entry.total, 1.0)) if entry.total else 0
    return joined(" · ", (name, Text("{percent} %", percent=part)))


def _dates(batch: Batch, *, shared: bool) -> Iterator[Said]:
    """When they are deleted, and of which that could not be written down."""
    noted = [uploaded.expiry for uploaded in batch.uploaded if uploaded.expiry and uploaded.is_noted]
    if noted and shared:
        yield expiry_line(max(noted, key=lambda expiry: expiry.due_at), shared=True)
    elif noted:
        last = max(expiry.due_at for expiry in noted)
        yield Text("**They are deleted {when}**, on {day}.", when=Moment(last), day=Moment(last, "f"))
    if shared:
        return
    there = [(str(number), entry.uploaded) for number, entry in enumerate(batch.entries, 1) if entry.uploaded]
    if unsaid := [number for number, uploaded in there if uploaded.expiry and not uploaded.is_noted]:
        yield Text(
            "**Of these it could not be written down yet that they are to be deleted:** {numbers}. It is tried again "
            "by itself: do not count on it until /imgur show says so.",
            numbers=listed(unsaid),
        )
    is_wished = any(entry.request.expires for entry in batch.entries)
    if is_wished and (never := [number for number, uploaded in there if uploaded.expiry is None]):
        yield Text(
            "**These are not deleted by themselves:** {numbers}. Imgur did not say by what they could be deleted, so "
            "nobody can ever do that.",
            numbers=listed(never),
        )


def _menus(batch: Batch, owner: int, *, bare: bool) -> Iterator[ui.ActionRow[ui.LayoutView]]:
    """To say what is to be seen on those that have no alt text, and to keep those that are to be deleted."""
    named = partial(_named, batch, bare=bare)
    if undescribed := named(lambda entry, _: not line(entry.request.description)):
        yield alt_menu(undescribed, owner)
    if dated := named(lambda _, uploaded: uploaded.expiry is not None and uploaded.is_noted):
        yield expiry_menu(dated, owner)


def _named(batch: Batch, wanted: Callable[[Entry, Uploaded], bool], *, bare: bool) -> list[tuple[str, Said]]:
    """Ids and names of what a menu offers: of more than it holds the first, as /imgur show leads to each."""
    names: dict[str, Said] = {}
    for number, entry in enumerate(batch.entries, 1):
        uploaded = entry.uploaded
        if uploaded is not None and len(uploaded.image.id) <= ID_LIMIT and wanted(entry, uploaded):
            names[uploaded.image.id] = Joined((f"{number}.", _called(entry, bare=bare)))
    return list(names.items())[:MOST_OPTIONS]


def _called(entry: Entry, *, bare: bool) -> Value:
    image = entry.uploaded.image if entry.uploaded else Image("")
    return image.id if bare else image.title or entry.request.file.name or image.id


def _beside(batch: Batch, room: int, *, bare: bool) -> Iterator[Said]:
    """The album, and why some failed: each reason once, as far as there is room."""
    if batch.album is not None and batch.uploaded:
        album = linked(batch.album) if not bare else Markdown(batch.album.page_url)
        where = Text("Album: {album}", album=album)
        if batch.filled is None:
            where = Text("It is not certain that they are in the album {album}.", album=album)
        yield joined("\n", (where, trouble(batch.album_trouble)))
    reasons = [_said(entry) for entry in batch.entries if entry.uploaded is None]
    for said in {said.title: said for said in reasons}.values():
        reason = remark(said.title, said.text)
        room -= units(reason)
        if room >= 0:
            yield reason


def _said(entry: Entry) -> Words:
    """Why there is nothing of it."""
    if entry.trouble is None:
        return Words(Text("Not sent"), Text("The upload was ended before its turn came."))
    if isinstance(entry.trouble, DuplicateError):
        return Words(
            Text("Uploaded before"), Text("What there is a picture of already goes up once more if you say so.")
        )
    return words(entry.trouble) or unforeseen("upload")


def _pictures(batch: Batch) -> Iterator[discord.MediaGalleryItem]:
    for entry in batch.entries:
        if entry.uploaded is not None:
            for picture in cover(entry.uploaded.image, hidden=entry.request.file.hidden, vouched=True):
                picture.description = line(entry.request.description, ALT_LIMIT) or picture.description
                yield picture
