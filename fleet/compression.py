"""Sends pages compressed: a list of 140 KB is 15 KB on the way. Leaves calls and streams alone."""

import re
import secrets
import zlib
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

# A script on the same machine gains nothing; it reads megabytes, and would wait for each to be
# compressed. A stream of events would wait in the compressor, and each holds 256 KB of memory.
KINDS = ("text/html", "application/json")
CALLS = "/api/"
SHORT = 200  # bytes that are hardly fewer when packed
TAKEN = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")  # "q=0" is a no (RFC 9110 12.5.3)
LEVEL = 3  # of a list half of the time that the usual 6 takes, for an eighth more of bytes
MOST_ADDED = 100
HEAD = bytes([0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 255])  # RFC 1952: deflated, a name follows, no time
LAST = b"\1\0\0\xff\xff"  # RFC 1951: the last block, and nothing in it


class Compressed(MiddlewareMixin):
    """Packs what a page asks for and gets whole; each by a random length longer.

    By its length alone somebody who listens could guess what is in it, a form's token among that.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Return the answer, packed for whoever takes it."""
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in KINDS or request.path.startswith(CALLS):
            return response
        if len(response.content) < SHORT or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if TAKEN.search(request.headers.get("Accept-Encoding", "")):
            response.content = packed(response.content)
            response["Content-Length"] = str(len(response.content))
            response["Content-Encoding"] = "gzip"
        return response


def packed(content: bytes) -> bytes:
    """Return it as gzip, with a file's name of a random length in its head."""
    return joined([content], [section(content)], b"")


def section(content: bytes) -> bytes:
    """Pack a stretch of a page so that it can stand beside others: it refers to none of them."""
    packer = zlib.compressobj(LEVEL, wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)


def joined(pieces: Sequence[bytes], sections: Sequence[bytes], between: bytes) -> bytes:
    """Return as gzip the pieces, packed already, with the same short text between any two.

    The text stays unpacked: its length says nothing of what else is on the page.
    """
    size = len(between).to_bytes(2, "little")
    stored = b"\0" + size + bytes(255 - byte for byte in size) + between
    plain = between.join(pieces)
    name = b"a" * secrets.randbelow(MOST_ADDED) + b"\0"
    end = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) % 2**32).to_bytes(4, "little")
    return b"".join((HEAD, name, stored.join(sections), LAST, end))
