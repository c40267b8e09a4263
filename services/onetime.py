"""Random values that are good once: links, cookies and states as digests on record, and codes that people type."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata

SECRET_BYTES = 32
MARK_BYTES = 8  # behind a marked secret, against planting; who guesses wrong gets a new one and learns nothing
CODE_LENGTH = 8
# Crockford's base 32: no I, L, O or U, so nothing looks like something else. 8 letters are 40 bits.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans("ILOU", "110V")


def new_secret() -> str:
    """256 random bits, fit for an address and a cookie."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_marked(place: str) -> str:
    """A new secret of 256 random bits, in which `is_marked` knows that it was made for this place."""
    rest = secrets.token_bytes(SECRET_BYTES)
    return base64.urlsafe_b64encode(rest + _mark(rest, place)).decode().rstrip("=")


def is_marked(secret: str, place: str) -> bool:
    """Whether it came from `new_marked`, or from who knows the place: not from who would plant one of their own."""
    try:
        data = base64.urlsafe_b64decode(secret + "==")
    except ValueError:
        return False
    rest, mark = data[:-MARK_BYTES], data[-MARK_BYTES:]
    return len(data) == SECRET_BYTES + MARK_BYTES and hmac.compare_digest(mark, _mark(rest, place))


def _mark(rest: bytes, place: str) -> bytes:
    return hmac.digest(place.encode(errors="replace"), rest, "sha256")[:MARK_BYTES]


def derived(secret: str, purpose: str) -> str:
    """A secret that only who has `secret` can tell, and that does not tell it: the same for the same purpose."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def new_id() -> str:
    """A random public name for an attempt; it gives no authority."""
    return secrets.token_hex(8)


def new_code() -> str:
    """A code to be read on a page and typed into Discord."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def code_of(secret: str) -> str:
    """The code that only who has `secret` can tell: the same each time."""
    number = int(derived(secret, "code"), 16)
    return "".join(CODE_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH))


def digest(secret: str) -> bytes:
    """What is kept on record of a secret: its SHA-256. Takes any text, however broken."""
    return hashlib.sha256(secret.encode(errors="replace")).digest()


def is_secret(given: str | None, recorded: bytes | None) -> bool:
    """Whether `given` is the secret whose digest is on record, in constant time."""
    return given is not None and recorded is not None and hmac.compare_digest(digest(given), recorded)


def is_code(typed: str, code: str) -> bool:
    """Whether `typed` means `code`: case, spaces, dashes and look-alike letters do not matter. In constant time."""
    return hmac.compare_digest(normalised(typed).encode(errors="replace"), code.encode())


def normalised(typed: str) -> str:
    """A code as it is meant, however it was typed."""
    letters = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in letters if letter.isalnum()).translate(LOOK_ALIKES)
