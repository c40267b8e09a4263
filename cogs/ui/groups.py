"""Groups of commands under `/imgur`: whichever cog has a command, its `extras` say that it belongs into one."""

from __future__ import annotations

GROUP = "group"
ALBUM = {GROUP: "album"}
DATA = {GROUP: "data"}
