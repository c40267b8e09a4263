from __future__ import annotations

import re

from standins.imgur.records import new_id


def test_ids_look_like_imgur_s_and_hold_no_word() -> None:
    made = [new_id() for _ in range(2_000)]
    assert all(re.fullmatch("[A-Za-z0-9]{7}", item_id) for item_id in made)
    assert not re.search("[aeiouy]", "".join(made), re.IGNORECASE)
    assert len(set(made)) == 2_000
    assert re.fullmatch("[A-Za-z0-9]{15}", new_id(15))
