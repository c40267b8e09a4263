"""What comes in: opening a Discord attachment as a stream of known size, and telling what it is."""
