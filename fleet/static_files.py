"""Keeps the pages' files under names that change with them, compressed once, when Fleet starts."""

from typing import Any

import brotli
from servestatic.compress import Compressor
from servestatic.storage import CompressedManifestStaticFilesStorage

# The highest, 11, takes thirty times as long for a seventh less: a minute at every start.
QUALITY = 9


class Brisk(Compressor):  # type: ignore[misc]  # it ships no types
    """Compresses well, in a time that nobody waits for."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        """Compress one file for browsers that take brotli, as all of today's do."""
        return bytes(brotli.compress(data, quality=QUALITY))


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # nor does it
    """The storage that settings name."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Take our own way to compress."""
        return Brisk(**kwargs)
