"""Who is logged in to Discord in a browser, by its OAuth2; knows nothing of this bot."""
