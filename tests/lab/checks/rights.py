"""A user without rights: a clear refusal that names what is missing, and a terminal left as it was."""
import re

from .lab import expect
from .session import Session

# 3 is refused, 5 cannot connect.
REFUSALS = (3, 5)
MISSING = (r"/dev/xen/privcmd", r"/run/xenstored/socket")


def a_command_names_what_is_missing(lab):
    """Both ways into Xen, by their paths."""
    done = lab.run("su operator -c 'domtop -c xen:/// list'")
    expect(done.status in REFUSALS, f"it exits with {done.status}: {done.out!r} {done.err!r}")
    names_what_is_missing(done.err)
    expect(not done.out, f"it prints domains nevertheless: {done.out!r}")


def the_screen_names_what_is_missing(lab):
    """And never takes the terminal."""
    with Session(lab, "su operator -c 'domtop -c xen:///'") as session:
        status = session.ended()
    expect(status in REFUSALS, f"it exits with {status}: {session.said('err')!r}")
    names_what_is_missing(session.said("err"))


def names_what_is_missing(text):
    """The message tells an operator what to ask for."""
    for path in MISSING:
        expect(re.search(path, text), f"no word of {path} in {text!r}")
    expect("ermission" in text or "denied" in text, f"it does not say that rights are missing: {text!r}")


CHECKS = [a_command_names_what_is_missing, the_screen_names_what_is_missing]
