"""The bot on stand-ins, in a browser."""
