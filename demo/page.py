"""simcord's page as the demo wants it: nothing is cut off, and time goes on."""

from __future__ import annotations

from aiohttp import web
from simcord.preview._server import PreviewServer

ADDED = {
    # What is wrong with an option hangs below the command line, where the window ends.
    "/preview.css": """
.command-error { position: static; max-width: none; margin-left: 6px; white-space: nowrap; }
""",
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
""",
}


class Page(PreviewServer):
    """simcord's own, with a little added to its files."""

    async def _static(self, request: web.Request) -> web.Response:
        answer: web.Response = await super()._static(request)
        if request.path in ADDED:
            answer.text = (answer.text or "") + ADDED[request.path]
        return answer
