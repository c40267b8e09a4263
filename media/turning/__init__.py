"""Pictures that Imgur does not take, or not as they are, become what it takes: in a process of its own for each.

`pool.py` is the only part that the bot loads; the rest runs in those processes (`python -m media.turning`), and Pillow
with it.
"""
