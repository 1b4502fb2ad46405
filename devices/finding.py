"""Devices by a part of their name or id, as somebody types it. Reads; one query, few rows."""

from devices.models import Device

MOST = 20
LONGEST = 100  # characters; nobody types more

# Each part has an index of its own: trigrams of name and id, and the three marks as they are.
# (A lookup of Django's would compare in capitals, and find no index.)
FIND = """
SELECT id, device_id, name, category, online, state
FROM devices_device
WHERE state <> 'removed'
  AND (name ILIKE %(part)s OR device_id ILIKE %(part)s
       OR (uuid <> '' AND uuid = %(whole)s)
       OR (sn <> '' AND sn = %(whole)s)
       OR (mac <> '' AND mac = %(whole)s))
ORDER BY name, id
LIMIT %(most)s
"""


def find(text: str) -> list[Device]:
    """Return the first devices by name that `text` is a part of; none for no text."""
    words = " ".join(text.replace("\0", " ")[:LONGEST].split())
    if not words:
        return []
    params = {"part": f"%{escaped(words)}%", "whole": words, "most": MOST}
    return list(Device.objects.raw(FIND, params))


def escaped(words: str) -> str:
    """Return the words as a pattern that means itself."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
