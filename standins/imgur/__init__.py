"""A stateful stand-in of Imgur."""
