"""simcord's page as the demo wants it: nothing is cut off, an answer is in view, menus are as told, time goes on."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from aiohttp import web
from simcord.preview import Preview
from simcord.preview._server import PreviewServer

from demo import menus

ADDED = {
    # What is wrong with an option hangs below the command line, where the window ends.
    "/preview.css": """
.command-error { position: static; max-width: none; margin-left: 6px; white-space: nowrap; }
/* A message that is drawn anew would be low until its pictures are there: the page would jump, and close its menus. */
.component-gallery .media-lightbox-trigger { width: 100%; }
.gallery-image:not([src]) { aspect-ratio: 3 / 2; }
"""
    + menus.STYLE,
    # "in 10 minutes" is written once, and again only when its message changes; in Discord it counts.
    "/app.js": """
setInterval(() => {
  const words = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
  for (const time of document.querySelectorAll("time.discord-timestamp")) {
    if (!/^(in|this|next|last) |^now$| ago$/.test(time.textContent)) continue;
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    const [unit, length] = [["second", 1], ["minute", 60], ["hour", 3600], ["day", 86400]]
      .findLast(([, length]) => Math.abs(seconds) >= length) || ["second", 1];
    time.textContent = words.format(Math.round(seconds / length), unit);
  }
}, 1000);

// The answer to a command comes below, and grows while its pictures load: who has sent it follows, until they scroll.
{
  const channel = document.getElementById("channel-timeline");
  let followed = 0;
  document.addEventListener("submit", ({ target }) => {
    if (target.id === "channel-composer") followed = Date.now() + 5000;
  }, true);
  document.addEventListener("click", ({ target }) => {
    if (target.closest(".message-menu-button")) followed = Date.now() + 5000;
  }, true);
  for (const turn of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    channel.addEventListener(turn, () => { followed = 0; }, { capture: true, passive: true });
  }
  new ResizeObserver(() => {
    if (Date.now() < followed) channel.scrollTop = channel.scrollHeight;
  }).observe(document.getElementById("channel-message-list"));
}
""",
}
REPLACED = {
    # What was ticked in a menu would stay so for ever; Discord forgets it when the menu gets another custom_id.
    "/selects.js": (
        "  if (draftValue(key) === undefined) {",
        """  const menus = renderSelect.menus ??= new Map();
  if (menus.has(key) && menus.get(key) !== component.custom_id) {
    options.onReconcileDraft?.(key, optionDefaults(entries).slice(0, maximum));
  }
  menus.set(key, component.custom_id);
  if (draftValue(key) === undefined) {""",
    ),
}


class Page(PreviewServer):
    """simcord's own, with a little added to its files."""

    def __init__(self, preview: Preview, port: int = 0) -> None:
        super().__init__(preview, port)
        self._replaced = REPLACED | menus.scripts(preview.env.bot)
        menus.offer(preview)

    async def close(self) -> None:
        """End, without waiting for an action that still waits, such as for credits."""
        action = self.preview._active_task  # noqa: SLF001
        if action is not None and action is not asyncio.current_task():
            action.cancel()
        await super().close()

    async def _state(self, request: web.Request) -> web.Response:
        """The page asks twice a second. simcord shows it what an action on it did; others change messages too.

        As when a link page is left by Stop, and while a command waits for credits.
        """
        preview = self.preview
        page = preview._pages.get(request.headers.get("X-Simcord-Context", ""))  # noqa: SLF001 - as everything here
        if page is not None and self._is_behind(page):
            preview._publish(page, reason="refresh")  # noqa: SLF001
        answer: web.Response = await super()._state(request)
        return answer

    def _is_behind(self, page: Any) -> bool:
        messages = self.preview.env.backend.messages.get(page.channel_id, {}).values()
        shown = datetime.fromisoformat(page.published_at)
        return any(datetime.fromisoformat(one.edited_timestamp or one.timestamp) > shown for one in messages)

    async def _static(self, request: web.Request) -> web.Response:
        answer: web.Response = await super()._static(request)
        if request.path in ADDED:
            answer.text = (answer.text or "") + ADDED[request.path]
        if request.path in self._replaced:
            old, new = self._replaced[request.path]
            before, after = (answer.text or "").split(old)  # an error, should simcord ever have other words
            answer.text = before + new + after
        return answer
