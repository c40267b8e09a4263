"""A local server that behaves like Discord as far as this bot uses it; docs/standin.md says what it models."""
