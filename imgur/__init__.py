"""A typed async client of the Imgur API v3. Knows nothing of this bot."""
