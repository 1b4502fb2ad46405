"""Gives open pages the part that all of them ask for after a change from one making.

Stands before Django, in the event loop. Who asks is looked up for each request; nobody gets what
was read before a change that their page was told of, nor what was made for other rights.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from fleet import asking
from fleet.made import Application, Made, Receive, Scope, Send, make
from fleet.sessions import Sessions
from pages import heard

logger = logging.getLogger(__name__)

AGE_S = 1.0  # beyond it even what nobody announces is new
PATIENCE_S = 5.0  # for whoever makes it; then one asks for oneself
MOST_BYTES = 32 * 2**20  # of all that is kept


@dataclass
class Making:
    """A part that is being made, or is to be made next; then the part itself."""

    task: asyncio.Task[Made | None] = field(init=False)
    heard: int | None = None  # how much had been, when its reading began

    def shows(self, marked: str) -> bool:
        """Whether it was read after everything that a page with this mark was told of."""
        told = heard.place(marked)
        return told is not None and self.heard is not None and told <= self.heard


@dataclass
class Part:
    """What is known of one part for one kind of reader."""

    last: Making | None = None  # the newest that began
    next: Making | None = None  # begins when the last one ends


class Parts:
    """The parts that one event loop makes and keeps."""

    def __init__(self, application: Application, age: float) -> None:
        """Keep nothing yet."""
        self._application = application
        self._age = age
        self._sessions = Sessions()
        self._parts: dict[asking.Same, Part] = {}
        self._bytes = 0

    async def given(self, asked: asking.Asked, scope: Scope) -> Made | None:
        """Return the part that is asked for, read late enough; None where Django has to answer."""
        rights = await self._sessions.rights(asked.session)
        if rights is None:
            return None
        same = asked.same._replace(rights=rights)
        making = self._making(same, asked.mark, scope)
        done, _late = await asyncio.wait([making.task], timeout=PATIENCE_S)
        return making.task.result() if done else None

    def _making(self, same: asking.Same, marked: str, scope: Scope) -> Making:
        """Return the making that shows enough: the last one, or the one that begins next."""
        part = self._parts.setdefault(same, Part())
        if part.last and part.last.shows(marked):
            return part.last
        if part.next is None:
            part.next = Making()
            part.next.task = asyncio.create_task(self._make(part, part.next, same, scope))
        return part.next

    async def _make(
        self, part: Part, making: Making, same: asking.Same, scope: Scope
    ) -> Made | None:
        if part.last:
            await asyncio.wait([part.last.task], timeout=PATIENCE_S)
        part.last, part.next, making.heard = making, None, heard.moment()
        made = None
        try:
            made = await make(self._application, scope, same.rights)
        except Exception:
            logger.exception("a shared part was not made; Django answers each who asks for it")
        finally:
            self._keep(part, making, same, made)
        return made

    def _keep(self, part: Part, making: Making, same: asking.Same, made: Made | None) -> None:
        """Keep it for a moment, where it may be kept and there is room."""
        size = made.size if made else 0
        if made is None or self._bytes + size > MOST_BYTES:
            making.heard, size = None, 0
        self._bytes += size
        asyncio.get_running_loop().call_later(self._age, self._forget, part, making, same, size)

    def _forget(self, part: Part, making: Making, same: asking.Same, size: int) -> None:
        self._bytes -= size
        if part.last is making:
            part.last = None
        if part.last is None and part.next is None and self._parts.get(same) is part:
            del self._parts[same]


class Sharing:
    """Answers what is shared, and leaves everything else to the application."""

    def __init__(self, application: Application, age: float = AGE_S) -> None:
        """Keep nothing yet, and later for `age` seconds; each event loop keeps its own."""
        self._application = application
        self._age = age
        self._kept: WeakKeyDictionary[asyncio.AbstractEventLoop, Parts] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give what many see alike, else let the application answer."""
        asked = asking.read(scope)
        made = await self._parts().given(asked, scope) if asked else None
        sent = made and asked and made.answer(asked)
        if not sent:
            return await self._application(scope, receive, send)
        head, body = sent
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})
        return None

    def _parts(self) -> Parts:
        loop = asyncio.get_running_loop()
        if loop not in self._kept:
            self._kept[loop] = Parts(self._application, self._age)
        return self._kept[loop]
