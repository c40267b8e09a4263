"""The frame: limits of what is sent, safe text, who may press what, errors in every state of an interaction."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from hypothesis import given
from hypothesis import strategies as st
from simcord.components import validate_components
from sqlalchemy import Engine, event

from cogs import account as account_cog
from cogs.link import _views as link_views
from cogs.ui.actions import ActionButton, Actions, ActionSelect, action
from cogs.ui.layout import notice, rows
from cogs.ui.markdown import Markdown, plain
from cogs.ui.reply import acknowledge_in_place
from cogs.ui.report import error_view, report
from cogs.upload import _views as upload_views
from errors import LinkBrokenError, NotLinkedError, NotYoursError
from imgur.errors import NotFoundError
from imgur.models import Account, Album, Image, RateLimits
from locales.text import Text
from services.account import AccountOverview, LinkedAccount
from services.library.ability import Ability
from services.linking import LinkOffer
from services.quota.outlook import Outlook, Standing
from services.upload import IncomingFile, Origin, Uploaded, UploadRequest
from tests.cogs.conftest import Discord, answer, parts, text
from tests.cogs.worst import MOST_CHANGED

BESIDE = Path(__file__).parents[3] / "shared" / "contracts"  # a copy may stand beside the checkout
OWNER = 2**63 - 1  # as long as an id gets
NAME = "*_@everyone [x](https://example.org)" * 10
KEY = "f" * 16
NOW = datetime(2026, 11, 23, tzinfo=UTC)
UNTOLD = Outlook(Standing(500, 500, NOW), Standing(12_500, 12_500, NOW))
PLENTY = Outlook(Standing(500, 499, NOW, was_told=True), Standing(12_500, 12_400, NOW, was_told=True))
SPENT = Outlook(Standing(500, -3, NOW, was_told=True), Standing(12_500, 0, NOW, was_told=True), NOW, NOW)
FILE = IncomingFile(NAME, 1, "https://cdn.example.org/x", hidden=True, origin=Origin.CLIP)
REQUEST = UploadRequest(OWNER, FILE, mute=True)
IMAGE = Image(
    "abc1234567",
    title=NAME,
    description="d" * 5000,
    created=NOW,
    link="https://i.imgur.com/abc1234567.png",
    mime_type="image/png",
    nsfw=True,
)
UPLOADED = Uploaded(IMAGE, anonymous=False, can=set(Ability), album=Album("abc12", title=NAME))

VIEWS = {
    "offer": link_views.offer_view(
        LinkOffer("a", "http://127.0.0.1/link/" + "n" * 43, NOW, LinkedAccount(1, NAME, broken=True)),
        OWNER,
        movable=True,
        reason=Markdown("r" * 500),
    ),
    "linked": link_views.linked_view(NAME, OWNER, Text("next")),
    "confirm": link_views.confirm_unlink_view(NAME, OWNER),
    "unlinked": link_views.unlinked_view(NAME, erased=True),
    "unlinked, being erased": link_views.unlinked_view(NAME, erased=False),
    "kept": link_views.kept_view(),
    "nobody": account_cog.unlinked_view(12_345, SPENT, OWNER),
    "broken": account_cog.broken_view(NAME, OWNER),
    "overview": account_cog.overview_view(
        AccountOverview(Account(1, NAME), 10**9, RateLimits()), LinkedAccount(1, NAME), {}, PLENTY, OWNER
    ),
    "overview, nothing said": account_cog.overview_view(
        AccountOverview(Account(1, "n"), 0, RateLimits()), LinkedAccount(1, "n"), {}, UNTOLD, OWNER
    ),
    "overview, not asked for": account_cog.overview_view(None, LinkedAccount(1, NAME), {}, SPENT, OWNER),
    "question": upload_views.question_view(KEY, OWNER, broken=True),
    "progress": upload_views.progress_view(1, 200_000_000, KEY, OWNER),
    "uploaded": upload_views.uploaded_view(UPLOADED, OWNER, REQUEST, shared=False),
    "shared": upload_views.uploaded_view(UPLOADED, OWNER, REQUEST, shared=True),
    "over": upload_views.over_view(),
    "changed": upload_views.uploaded_view(replace(UPLOADED, changes=MOST_CHANGED), OWNER, REQUEST, shared=False),
    "keeps details": account_cog.details_view(OWNER, keeps=True),
    "error": error_view(NotLinkedError(), user_id=OWNER),
}


@pytest.mark.parametrize("name", VIEWS)
def test_view_keeps_discord_s_limits_when_everything_is_as_long_as_it_gets(name: str) -> None:
    view = VIEWS[name]
    validate_components([part.to_component_dict() for part in view.children], flags=1 << 15)
    assert view.content_length() <= 4000
    assert view.total_children_count <= 40
    for part in parts(view):
        assert len(part.get("custom_id", "")) <= 100
        assert len(part.get("label") or "") <= 80
        assert len(part.get("url", "")) <= 512


@pytest.mark.parametrize("name", VIEWS)
def test_view_shows_no_markup_of_a_user_s_when_a_name_is_full_of_it(name: str) -> None:
    shown = "\n".join(part["content"] for part in parts(VIEWS[name]) if part["type"] == 10)
    assert "@everyone" not in shown
    assert "](https" not in shown.replace("](https://imgur.com/", "")


def test_view_is_not_kept_by_discord_py_when_its_buttons_are_actions() -> None:
    assert not any(view.is_dispatchable() for view in VIEWS.values())


@given(st.text(max_size=300), st.integers(min_value=1, max_value=250))
def test_plain_text_is_one_short_line_without_mentions_when_anything_is_given(given_text: str, limit: int) -> None:
    shown = plain(given_text, limit)
    assert "\n" not in shown
    assert len(re.sub(r"[\\\u200b]", "", shown)) <= limit
    assert "@everyone" not in shown
    assert not re.search(r"<@[!&]?\d", shown)
    assert not re.search(r"(?<!\\)\*", shown)


@pytest.mark.parametrize("markup", ["<#123456789012345678>", "<t:0:R>", "</imgur link:1>", "<:cat:1>", "<a:cat:1>"])
def test_plain_text_shows_markup_of_discord_s_own_as_typed(markup: str) -> None:
    assert plain(markup).startswith("\\<")


def test_plain_text_is_empty_when_there_is_none() -> None:
    assert plain(None) == plain("  \n ") == ""


def test_buttons_stand_in_rows_of_five_when_there_are_more() -> None:
    controls = [ActionButton("x", OWNER, number, label=Markdown(number)) for number in range(7)]
    assert [len(row.children) for row in rows(controls)] == [5, 2]


def test_notice_is_cut_when_its_text_is_too_long() -> None:
    assert notice(Text("title"), Markdown("x" * 5000)).content_length() == 4000


class Cog:
    @action("greet")
    async def greet(self, interaction: Any, *arguments: str) -> None:
        raise AssertionError


def test_actions_are_refused_when_two_cogs_claim_one_name() -> None:
    actions = Actions(report)
    actions.register(Cog())
    with pytest.raises(ValueError, match="greet"):
        actions.register(Cog())


@pytest.mark.parametrize("error", [NotLinkedError(), LinkBrokenError()])
def test_error_offers_to_link_when_an_account_is_what_is_missing(error: Exception) -> None:
    found = parts(error_view(error, user_id=7))
    assert [part["custom_id"] for part in found if part["type"] == 2] == ["v1:link:7"]
    assert not [part for part in parts(error_view(NotFoundError(), user_id=7)) if part["type"] == 2]


def test_error_is_worded_by_its_cause_when_the_command_tree_wrapped_it() -> None:
    @app_commands.command()
    async def greet(interaction: discord.Interaction) -> None:
        """Greet."""

    wrapped = app_commands.CommandInvokeError(greet, NotYoursError())
    wrapped.__cause__ = NotYoursError()
    assert parts(error_view(wrapped)) == parts(error_view(NotYoursError()))


class Faulty(discord.ext.commands.Cog):
    """Presses that fail in each state an interaction can be in."""

    @action("fail-at-once")
    async def at_once(self, interaction: discord.Interaction) -> None:
        raise NotFoundError

    @action("fail-deferred")
    async def deferred(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        raise NotFoundError

    @action("fail-after-update")
    async def after_update(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer()
        raise NotFoundError

    @action("fail-in-place")
    async def in_place(self, interaction: discord.Interaction) -> None:
        await acknowledge_in_place(interaction)
        raise NotFoundError

    @action("fail-unforeseen")
    async def unforeseen(self, interaction: discord.Interaction) -> None:
        raise ZeroDivisionError("secret-token")

    @action("choose")
    async def choose(self, interaction: discord.Interaction, first: str, chosen: str) -> None:
        await interaction.response.send_message(
            view=notice(Text("Chosen"), Markdown(f"{first} {chosen}")), ephemeral=True
        )

    @app_commands.command()
    async def show(self, interaction: discord.Interaction, name: str, argument: str | None = None) -> None:
        """Show a control."""
        control: ui.Item[Any] = ActionButton(name, interaction.user.id, *filter(None, [argument]), label=Markdown(name))
        if name == "choose":
            options = [discord.SelectOption(label="A", value="a"), discord.SelectOption(label="B", value="b")]
            control = ActionSelect(name, interaction.user.id, "first", options=options, placeholder=Text("Choose"))
        await interaction.response.send_message(view=notice(Text("Here"), controls=[control]))


@pytest.fixture
async def faulty(discord: Discord) -> Discord:
    discord.house.bot.tree.imgur.remove_command("show")
    await discord.house.bot.add_cog(Faulty())
    await discord.house.bot.sync(force=True)
    return discord


@pytest.mark.parametrize("name", ["fail-at-once", "fail-deferred"])
async def test_error_is_the_private_answer_when_nothing_was_answered_yet(faulty: Discord, name: str) -> None:
    shown = await faulty.shown("show", name=name)
    pressed = await faulty.click(shown, name)
    assert "Imgur does not know it" in text(answer(pressed))
    assert "Here" in text(faulty.reread(shown))


async def test_error_is_a_private_message_of_its_own_when_the_message_was_to_be_updated(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="fail-after-update")
    pressed = await faulty.click(shown, "fail-after-update")
    assert ["Imgur does not know it" in text(message) and message.ephemeral for message in pressed.followups] == [True]
    assert "Here" in text(faulty.reread(shown))


async def test_error_replaces_the_message_when_the_answer_would_have(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="fail-in-place")
    pressed = await faulty.click(shown, "fail-in-place")
    assert "Imgur does not know it" in text(faulty.reread(shown))
    assert not pressed.followups


async def test_unforeseen_error_shows_an_id_that_is_in_the_log_and_not_its_text(
    faulty: Discord, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = await faulty.shown("show", name="fail-unforeseen")
    said = text(answer(await faulty.click(shown, "fail-unforeseen")))
    reference = re.search(r"under ([0-9a-f]{8})\.", said)
    assert reference is not None
    assert "secret-token" not in said
    printed = capsys.readouterr()
    assert reference[1] in caplog.text + printed.out + printed.err


async def test_error_that_cannot_be_shown_is_only_logged(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="fail-at-once")
    faulty.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
    pressed = await faulty.click(shown, "fail-at-once")
    assert not pressed.acknowledged


async def test_menu_gives_its_choice_after_the_arguments_when_chosen(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="choose")
    chosen = await faulty.alice.select(shown, ["b"])
    assert "first b" in text(answer(chosen))


async def test_menu_is_refused_when_someone_else_chooses(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="choose")
    assert "That is not yours" in text(answer(await faulty.bob.select(shown, ["b"])))


async def test_action_is_answered_in_words_when_no_cog_knows_it_any_more(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="gone")
    assert "earlier version" in text(answer(await faulty.click(shown, "gone")))


async def test_cancel_says_so_when_the_upload_is_over(faulty: Discord) -> None:
    shown = await faulty.shown("show", name="upload-cancel", argument=KEY)
    assert "already over" in text(answer(await faulty.click(shown, "upload-cancel")))


async def test_commands_are_all_under_one_group_and_are_sent_only_when_they_changed(discord: Discord) -> None:
    bot = discord.house.bot
    kinds = {command.name: type(command).__name__ for command in bot.tree.get_commands()}
    assert kinds == {"imgur": "Group", "Upload to Imgur": "MessageMenu", "Favorite on Imgur": "MessageMenu"}
    assert not await bot.sync()
    assert await bot.sync(force=True)
    bot.tree.imgur.remove_command("unlink")
    assert await bot.sync()


def _contract() -> dict[str, Any]:
    path = Path(os.environ.get("DISCORD_CONTRACTS", BESIDE)) / "discord-openapi.json"
    if not path.is_file():
        pytest.skip("Discord's OpenAPI document was not found: set DISCORD_CONTRACTS to its folder")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


async def test_commands_are_valid_when_held_against_discord_s_own_document(discord: Discord) -> None:
    contract = _contract()
    jsonschema = pytest.importorskip("jsonschema")
    tree = discord.house.bot.tree
    payload = [command.to_dict(tree) for command in tree.get_commands()]
    item = {"$ref": "#/components/schemas/ApplicationCommandUpdateRequest"}
    schema = {"type": "array", "items": item, "components": contract["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(payload)))


@pytest.mark.parametrize("name", VIEWS)
def test_view_is_valid_when_held_against_discord_s_own_document(name: str) -> None:
    contract = _contract()
    jsonschema = pytest.importorskip("jsonschema")
    edit = contract["paths"]["/webhooks/{webhook_id}/{webhook_token}/messages/@original"]["patch"]
    schema = edit["requestBody"]["content"]["application/json"]["schema"]
    body = {"components": [part.to_component_dict() for part in VIEWS[name].children]}
    jsonschema.Draft202012Validator({**schema, "components": contract["components"]}).validate(body)


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("link", {}),
        ("unlink", {}),
        ("account", {}),
        ("show", {"image": "abc1234", "share": True}),
        ("favorite", {"image": "abc1234"}),
        ("unfavorite", {"image": "abc1234"}),
        ("edit", {"image": "abc1234", "title": "New"}),
        ("delete", {"image": "abc1234"}),
        ("images", {"share": True}),
        ("favorites", {"share": True}),
        ("search", {"query": "cat", "share": True}),
        ("album list", {"share": True}),
        ("album create", {"title": "New"}),
        ("album edit", {"album": "abc1234", "title": "New"}),
        ("album add", {"album": "abc1234", "image": "abc1234"}),
        ("album remove", {"album": "abc1234", "image": "abc1234"}),
        ("album delete", {"album": "abc1234"}),
    ],
)
@pytest.mark.parametrize("direct", [False, True])
async def test_command_is_acknowledged_privately_before_the_database_is_asked(
    discord: Discord, command: str, options: dict[str, Any], *, direct: bool
) -> None:
    before, asked = len(discord.env.http_requests), []

    def noted(_connection: Any) -> None:
        asked.append(len(discord.env.http_requests) - before)

    event.listen(Engine, "engine_connect", noted)
    try:
        run = discord.alice_user.slash(f"imgur {command}", **options) if direct else discord.run(command, **options)
        assert answer(await run)
    finally:
        event.remove(Engine, "engine_connect", noted)
    assert discord.env.http_requests[before].json == {"type": 5, "data": {"flags": 64}}
    assert asked
    assert min(asked) == 1


async def test_every_option_is_explained_and_required_ones_come_first(discord: Discord) -> None:
    for command in discord.house.bot.tree.walk_commands():
        assert 1 <= len(command.description) <= 100
        if isinstance(command, app_commands.Command):
            required = [parameter.required for parameter in command.parameters]
            assert required == sorted(required, reverse=True)
            assert all(parameter.description != "…" for parameter in command.parameters), command.name


async def test_nothing_the_bot_sends_may_ping(discord: Discord) -> None:
    mentions = discord.house.bot.allowed_mentions
    assert mentions is not None
    assert (mentions.everyone, mentions.users, mentions.roles, mentions.replied_user) == (False, False, False, False)
