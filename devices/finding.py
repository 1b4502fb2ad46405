"""Devices by a part of their name or id, as somebody types it. Reads; few rows, whatever matches.

Names that begin so come first: the index of names gives them in their order. Only when they are
too few, others that hold it are looked for.
"""

from django.db import connection
from django.db.models import Q

from devices.lookups import SHORTEST_OF_TRIGRAMS, begun
from devices.models import Device

MOST = 20
MOST_READ = 200  # of what holds the text; sorting ten thousand takes longer than typing on
LONGEST = 100  # characters; nobody types more

SHOWN = ("id", "device_id", "name", "category", "online", "state", "retired_at")
BEGUN = """
(SELECT id, device_id, name, category, online, state, retired_at FROM devices_device
WHERE state <> 'removed' AND retired_at IS NULL AND name COLLATE "C" LIKE %s
ORDER BY name COLLATE "C", id LIMIT %s)
"""


def find(text: str) -> list[Device]:
    """Return the first devices that `text` is a part of; none for no text."""
    words = " ".join(text.replace("\0", " ")[:LONGEST].split())
    if not words:
        return []
    found = _beginning(words)
    if len(found) < MOST:
        found += _holding(words, [one.pk for one in found])[: MOST - len(found)]
    return found


def _beginning(words: str) -> list[Device]:
    """Return those whose name begins so, in one statement: a walk for each way to write it."""
    ways = sorted({words, words.lower(), words.upper(), words[:1].upper() + words[1:].lower()})
    params = [value for way in ways for value in (begun(way), MOST)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([BEGUN] * len(ways)), params)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[2], row[0]))[:MOST]
    return [Device.from_db("default", SHOWN, row) for row in rows]


def _holding(words: str, known: list[int]) -> list[Device]:
    """Return others whose name or id holds it, or whose uuid, sn or mac it is, by name."""
    short = len(words) < SHORTEST_OF_TRIGRAMS
    some = Device.objects.not_removed().not_retired().order_by().exclude(pk__in=known)
    ways = (  # each with an index of its own
        Q(name__holds=words),
        Q(device_id__startswith=words) if short else Q(device_id__holds=words),
        Q(uuid=words) & ~Q(uuid=""),
        Q(sn=words) & ~Q(sn=""),
        Q(mac=words) & ~Q(mac=""),
    )
    # `sub` is in no index of names: else all names would be compared, where an index knows the few
    first, *others = (some.filter(way).values_list("pk", "sub")[:MOST_READ] for way in ways)
    found = Device.objects.filter(pk__in=[pk for pk, _sub in first.union(*others)]).order_by()
    return sorted(found.only(*SHOWN), key=lambda one: (one.name, one.pk))[:MOST]
