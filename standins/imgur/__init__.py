"""A stateful stand-in of Imgur: a real HTTP server that behaves as the service was documented and seen to behave.

async with running() as standin:
    standin.register_client("fake-client-id", "fake-client-secret", "http://127.0.0.1:8080/oauth/imgur")
    alice = standin.world.add_account("alice_example")
"""

from standins.imgur.server import running
from standins.imgur.standin import SentFile, SentRequest, Standin
from standins.imgur.switches import Hold, Switches

__all__ = ["Hold", "SentFile", "SentRequest", "Standin", "Switches", "running"]
