"""A guest's console: on the screen, on the command line, and only looked at. What the guest saw of it is told by
xenconsoled's own log of what the guest printed."""
import re

from checks.lab import expect
from checks.screen import quit_cleanly
from checks.session import Session

from .keys import operator
from .lab import MORTAL, PATIENCE

# Ctrl-], after which one key is domtop's.
ESCAPE = "\x1d"
PROMPT = "/ #"


def a_console_on_the_screen_is_a_terminal(lab):
    """A shell, vi and top in a real guest; it goes on while nobody looks."""
    lab.up(MORTAL)
    with operator(lab, jobs=False) as user:
        session = user.session
        user.only(MORTAL.name)
        session.press("c")
        session.wait_for(PROMPT)
        answers(session, 40, 2)
        session.press("vi /tmp/poem\r")
        session.wait(lambda text: re.search(r"/tmp/poem.*1/1|/tmp/poem \[", text), "vi")
        session.press("iroses are red")
        session.wait_for("roses are red")
        # A key of its own: what follows Esc at once is one key with Alt.
        session.press("\x1b")
        session.wait_for("- /tmp/poem")
        session.press(":wq\r")
        session.wait(lambda text: text.count(PROMPT) > 1, "prompt after vi")
        session.press("wc -w /tmp/poem\r")
        session.wait_for("3 /tmp/poem")
        session.press("top\r")
        session.wait_for("Load average", "%CPU")
        session.press("q")
        session.press("echo after top $((50+5))\r")
        session.wait_for("after top 55")
        session.press(f"{ESCAPE}d")
        session.wait(lambda text: "after top 55" not in text, "end of the panel")
        printed(lab, f"echo while away $((60+6))")
        session.press("c")
        session.wait_for("after top 55", "while away 66")
        session.press(f"{ESCAPE}x")
        session.wait(lambda text: "while away 66" not in text, "end of the console")


def who_only_looks_types_nothing(lab):
    """The guest prints what others have it print; no key of the one who looks reaches it."""
    lab.up(MORTAL)
    with Session(lab, "LANG=C.UTF-8 domtop -r -d 0.5", patience=PATIENCE) as session:
        session.wait_for("Domain-0", "Xen")
        session.press(f"/\x15{MORTAL.name}\r")
        session.wait(lambda text: "Domain-0" not in text, "only one domain")
        session.press("c")
        printed(lab, "echo seen $((70+7))")
        session.wait_for("seen 77")
        before = log(lab)
        session.press("echo typed $((80+8))\r")
        session.press("zzz")
        printed(lab, "echo and now $((90+9))")
        session.wait_for("and now 99")
        new = log(lab)[len(before):]
        expect("typed" not in new and "zz" not in new, f"the guest heard what was typed: {new!r}")
        # The first leaves the console.
        session.press("q")
        session.wait_for("Domains")
        quit_cleanly(session)


def a_console_on_the_command_line(lab):
    """Typed into, and left; the terminal is as it was."""
    lab.up(MORTAL)
    with Session(lab, f"LANG=C.UTF-8 domtop console {MORTAL.name}", patience=PATIENCE) as session:
        session.press("\r")
        session.wait_for(PROMPT)
        answers(session, 20, 3)
        session.press(f"{ESCAPE}.")
        expect(session.ended() == 0, f"it did not end well: {session.said('err')!r}")


def a_console_outlives_its_guest(lab):
    """Destroyed while attached: a line says so; begun again, or rebooted, it is attached again."""
    lab.up(MORTAL)
    with operator(lab, jobs=False) as user:
        session = user.session
        user.only(MORTAL.name)
        session.press("c\r")
        session.wait_for(PROMPT)
        answers(session, 30, 1)
        lab.machine.must(f"{lab.xl} destroy {MORTAL.name}")
        session.wait(lambda text: re.search(r"gone|lost|broke off|ended", text), "word of its end")
        lab.up(MORTAL)
        session.press("\r")
        session.wait(lambda text: "GUEST-READY" in text or PROMPT in text.split("sum 31 end")[-1], "guest again")
        answers(session, 30, 3)
        old = lab.id(MORTAL.name)
        lab.machine.must(f"{lab.xl} reboot {MORTAL.name}")
        lab.until(f"{MORTAL.name} under another id", lambda: lab.id(MORTAL.name) not in (None, old))
        lab.listens(MORTAL)
        session.wait_for(f"{MORTAL.name} began anew", PROMPT)
        answers(session, 30, 5)
        session.press(f"{ESCAPE}x")


def answers(session, one, two):
    """The guest's shell does a sum nobody typed the result of."""
    session.press(f"echo sum $(({one}+{two})) end\r")
    session.wait_for(f"sum {one + two} end")


def printed(lab, line):
    """Has the guest's shell run a line that was typed by somebody else: into the pty, from beside."""
    tty = lab.of(MORTAL.name, "console/tty")
    lab.machine.must(f"printf '%s\\r' '{line}' >{tty}")


def log(lab):
    """All the guest printed, as xenconsoled wrote it down."""
    return lab.machine.must(f"cat /var/log/xen/console/guest-{MORTAL.name}.log")


CHECKS = [a_console_on_the_screen_is_a_terminal, who_only_looks_types_nothing, a_console_on_the_command_line,
          a_console_outlives_its_guest]
