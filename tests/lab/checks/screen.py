"""The screen itself, over dom0's console: what it shows, the keys, and the terminal it leaves behind."""
import re

from .lab import BURNER, GUESTS, IDLE, STILL, equal, expect
from .session import Session

SCREEN = "LANG=C.UTF-8 domtop -d 0.5"
NAMES = [guest.name for guest in GUESTS] + ["Domain-0"]


def the_screen_shows_every_domain(lab):
    """By name in order, after the key that sorts by name; then q ends it."""
    with Session(lab, SCREEN) as session:
        session.wait_for(*NAMES, "Xen")
        session.press("A")
        session.wait(lambda text: column(text) == sorted(NAMES), f"order by name {sorted(NAMES)}")
        session.press("A")
        session.wait(lambda text: column(text) == sorted(NAMES)[::-1], "the other way round")
        quit_cleanly(session)


def what_xl_does_shows_on_the_screen(lab):
    """A guest is paused and let go while the screen is up."""
    with Session(lab, SCREEN) as session:
        session.wait(lambda text: re.search(rf"{STILL.name}.*paused", text), "paused guest")
        expect("paused" not in row(session, IDLE.name), f"{IDLE.name} is paused already:\n{session.screen.text()}")
        lab.machine.must(f"xl pause {IDLE.name}")
        session.wait(lambda text: "paused" in row(session, IDLE.name), f"paused {IDLE.name}")
        lab.machine.must(f"xl unpause {IDLE.name}")
        session.wait(lambda text: "paused" not in row(session, IDLE.name), f"running {IDLE.name}")
        quit_cleanly(session)


def a_filter_leaves_what_matches(lab):
    """Typed, taken, and taken back."""
    with Session(lab, SCREEN) as session:
        session.wait_for(*NAMES)
        session.press(f"/{BURNER.name}\r")
        session.wait(lambda text: column(text) == [BURNER.name], f"only {BURNER.name}")
        session.press("\x7f")
        session.wait(lambda text: sorted(column(text)) == sorted(NAMES), "all domains again")
        quit_cleanly(session)


def a_signal_leaves_the_terminal_as_it_was(lab):
    """SIGTERM, SIGINT and SIGHUP end it with the terminal restored."""
    for signal in ("TERM", "INT", "HUP"):
        with Session(lab, SCREEN) as session:
            session.wait_for(*NAMES)
            lab.machine.must(f"kill -{signal} $(pidof domtop)")
            session.ended()


def quit_cleanly(session):
    """Ends the screen with its key."""
    session.press("q")
    equal("exit status", session.ended(), 0)


def row(session, name):
    """The table's row of a domain; empty where there is none."""
    return next((line for line in session.screen.lines() if named(line) == name), "")


def column(text):
    """The names in the table, from above."""
    return [name for line in text.splitlines() if (name := named(line))]


def named(line):
    """The domain a line of the table is about: its id and then its name come first."""
    hit = re.match(rf"\W*\d+ +({'|'.join(map(re.escape, NAMES))})\b", line)
    return hit and hit[1]


CHECKS = [the_screen_shows_every_domain, what_xl_does_shows_on_the_screen, a_filter_leaves_what_matches,
          a_signal_leaves_the_terminal_as_it_was]
