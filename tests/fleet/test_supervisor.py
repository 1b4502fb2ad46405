"""The supervisor is tried with programs that do nothing but live, speak and die."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fleet import embedded, supervisor
from fleet.supervisor import Broken, Part, Supervisor

LIVES = "import time\nwhile True: time.sleep(0.05)"
PATIENCE_S = 15


def part(name, code, **options):
    bound = embedded.dies_with_parent("KILL")
    return Part(name, (*bound, sys.executable, "-u", "-c", code), **options)


@pytest.fixture
def watched():
    watching = Supervisor(io.StringIO())
    yield watching
    watching.stop()


def tick_until(watching, condition):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        watching.tick()
        assert time.monotonic() < deadline, watching.out.getvalue()


def alive(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return False


def test_every_line_carries_the_name_of_the_part_that_says_it(watched):
    watched.start(part("web", "print('one'); print('two')\n" + LIVES))

    tick_until(watched, lambda: watched.out.getvalue().count("\n") >= 2)

    assert watched.out.getvalue() == "web         | one\nweb         | two\n"


def test_a_part_that_dies_is_started_again(watched, tmp_path):
    mark = tmp_path / "second"
    code = f"import os, sys\nif not os.path.exists({str(mark)!r}):\n"
    code += f"    open({str(mark)!r}, 'w').close(); sys.exit(3)\n" + LIVES
    watched.start(part("beat", code))

    tick_until(watched, lambda: watched.children[0].deaths and watched.children[0].alive)

    assert watched.out.getvalue() == "fleet       | beat ended with status 3; again in 0.5 s\n"


def test_five_deaths_in_a_minute_end_the_run_with_the_last_lines(watched, monkeypatch):
    monkeypatch.setattr(supervisor, "BACK_OFF_S", (0.01,) * 5)
    watched.start(part("feed", "print('no way'); raise SystemExit(1)"))

    with pytest.raises(Broken) as end:
        tick_until(watched, lambda: False)

    assert str(end.value).splitlines()[0] == "feed died 5 times within 60 s; its last lines:"
    assert set(str(end.value).splitlines()[1:]) == {"    no way"}


def test_stopping_asks_first_and_then_kills_the_unwilling_with_all_their_children(
    watched, monkeypatch, tmp_path
):
    monkeypatch.setattr(supervisor, "GRACE_S", 0.3)
    note = tmp_path / "grandchild"
    code = "import os, signal, subprocess, sys\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    code += f"p = subprocess.Popen([sys.executable, '-c', {LIVES!r}])\n"
    code += f"open({str(note)!r}, 'w').write(str(p.pid))\n" + LIVES
    watched.start(part("worker", code))
    tick_until(watched, lambda: note.exists() and note.read_text())
    pids = [watched.children[0].process.pid, int(note.read_text())]

    watched.stop()

    deadline = time.monotonic() + PATIENCE_S
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [alive(pid) for pid in pids] == [False, False]


def test_servers_end_after_those_that_use_them(watched):
    tells = "import signal, sys, time\ndef end(*_):\n    print('ended'); sys.exit(0)\n"
    tells += "signal.signal(signal.SIGTERM, end)\nprint('up')\n" + LIVES
    watched.start(part("server", tells, last_to_stop=True), part("client", tells))
    tick_until(watched, lambda: watched.out.getvalue().count("up") == 2)

    watched.stop()

    deadline = time.monotonic() + PATIENCE_S
    while watched.out.getvalue().count("ended") < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    said = re.findall(r"(\w+) +\| ended", watched.out.getvalue())
    assert said == ["client", "server"]


@pytest.mark.skipif(not embedded.dies_with_parent("KILL"), reason="setpriv is of Linux only")
def test_a_killed_supervisor_leaves_nothing_behind():
    program = (
        "import sys\nfrom fleet.supervisor import Part, Supervisor\nfrom fleet import embedded\n"
        "bound = embedded.dies_with_parent('KILL')\ns = Supervisor()\n"
        f"s.start(Part('a', (*bound, sys.executable, '-uc', 'import os; print(os.getpid())\\n'"
        f" + {LIVES!r})))\n"
        "while True: s.tick()"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    with running:
        child = int(running.stdout.readline().split("|")[1])
        before = alive(child)

        running.send_signal(signal.SIGKILL)
        running.wait()

    deadline = time.monotonic() + PATIENCE_S
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (before, alive(child)) == (True, False)
