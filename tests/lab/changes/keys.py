"""Each change by key on the screen, over dom0's console; what came of it is told by xl, over the other line."""
import contextlib
import re

from checks.lab import equal, expect, within
from checks.screen import quit_cleanly
from checks.session import Session

from .files import CORE, SAVED, forget, is_a_core
from .lab import BALLOON, FRESH, MORTAL, PATIENCE, WIDE
from .life import gone
from .tune import MIB, SLACK

# Every key that changes a host, by its command, with what a Xen host offers.
KEYS = {"suspend": "s", "resume": "r", "shutdown": "S", "reboot": "R", "destroy": "D", "create": "n", "save": "W",
        "restore": "V", "dump": "Y", "setmem": "m", "setmaxmem": "X", "setvcpus": "v", "pin": "\x0b", "sched": "w",
        "rename": "e"}


# What stands under a question, and under a line that is typed.
QUESTION = "y does it"
TYPING = "Enter accept"


class Operator:
    """Who sits before the screen, with the jobs open."""

    def __init__(self, session):
        self.session = session

    def only(self, name):
        """Leaves one domain in the table; all of them where there is no name. The line it is typed in is gone then."""
        def left(names):
            return names == [name] if name else len(names) > 1
        self.session.press(f"/\x15{name}\r")
        self.session.wait(lambda text: left(self.names(text)) and TYPING not in text, f"only {name or 'all'} in the table")

    @staticmethod
    def names(text):
        """The names in the table, from above."""
        return [hit[1] for line in text.splitlines() if (hit := re.match(r"│\W{0,4}\d+ +(\S+) +\S +\w+ ", line))]

    def act(self, command, words="", asked=False):
        """Presses the command's key, types the words it asks for, and says yes where it asks; waits until it is done."""
        self.session.press(KEYS[command])
        if words:
            self.session.wait_for(f" {command} ", TYPING)
            self.session.press(f"{words}\r")
        if asked:
            self.yes()

    def yes(self, *words):
        """Answers a question in which these stand with yes."""
        self.session.wait_for(QUESTION, *words)
        self.session.press("y")
        self.session.wait(lambda text: QUESTION not in text, "end of the question")

    def done(self, title):
        """Waits for a job that is done; its line, which tells the way it took. What is warned of is done nevertheless."""
        def ended(text):
            return re.search(rf"(done|failed|lost) +{re.escape(title)}\b.*(hypervisor|xenstore|xl).*", text)
        text = self.session.wait(lambda text: ended(text) or QUESTION in text, f"end of `{title}`")
        if QUESTION in text:
            self.yes()
            text = self.session.wait(ended, f"end of `{title}`")
        hit = ended(text)
        expect(hit[1] == "done", f"`{title}` did not come about:\n{self.session.screen.text()}")
        return hit[0]


@contextlib.contextmanager
def operator(lab, jobs=True):
    """The screen, until the block is over; then q ends it."""
    with Session(lab, "LANG=C.UTF-8 domtop -d 0.5", patience=PATIENCE) as session:
        session.wait_for("Domain-0", "Xen")
        if jobs:
            session.press("5")
            session.wait_for("nothing was asked")
        yield Operator(session)
        quit_cleanly(session)


def a_key_suspends_takes_back_and_resumes(lab):
    """Asked first; `u` takes it back; the Jobs panel tells that it went through xl."""
    lab.up(WIDE)
    with operator(lab) as user:
        user.only(WIDE.name)
        user.act("suspend", asked=True)
        line = user.done(f"suspend {WIDE.name}")
        expect("xl" in line, f"the way it took is not told: {line}")
        paused(lab, WIDE.name)
        user.session.press("u")
        user.done(f"undo suspend {WIDE.name}")
        running(lab, WIDE.name)
        lab.machine.must(f"{lab.xl} pause {WIDE.name}")
        user.session.wait(lambda text: re.search(rf"{WIDE.name} .*paused", text), f"paused {WIDE.name}")
        user.act("resume")
        user.done(f"resume {WIDE.name}")
        running(lab, WIDE.name)


def a_no_leaves_all_as_it_is(lab):
    """`n`, Esc, and a wrong name typed."""
    lab.up(WIDE)
    with lab.untouched("what was answered with no"), operator(lab) as user:
        user.only(WIDE.name)
        for answer in ("n", "\x1b"):
            user.act("suspend")
            user.session.wait_for(QUESTION)
            user.session.press(answer)
            user.session.wait(lambda text: QUESTION not in text, "end of the question")
        user.act("destroy")
        user.session.wait_for(f"type {WIDE.name} to do it")
        user.session.press("broad\r")
        user.session.wait_for("this is not it")
        user.session.press("\x1b")
        user.session.wait(lambda text: "to do it" not in text, "end of the question")


def keys_change_memory(lab):
    """Target and limit."""
    lab.up(BALLOON)
    with operator(lab) as user:
        user.only(BALLOON.name)
        user.act("setmem", "136M")
        user.done(f"setmem {BALLOON.name} 136M")
        equal("target in xenstore", lab.of(BALLOON.name, "memory/target"), str(136 * MIB))
        within("MiB in xl's list", lab.listed()[BALLOON.name].mib, 134, 138)
        user.session.press("u")
        user.done(f"undo setmem {BALLOON.name} 136M")
        within("MiB in xl's list", lab.listed()[BALLOON.name].mib, BALLOON.memory - 2, BALLOON.memory + 2)
        user.act("setmaxmem", "156M")
        user.done(f"setmaxmem {BALLOON.name} 156M")
        within("KiB at most", lab.limit(BALLOON.name), 156 * MIB, 156 * MIB + SLACK)
        # Xen's dump went over the screen.
        user.session.press("\x0c")
        user.act("setmaxmem", f"{BALLOON.max_memory}M")
        user.done(f"setmaxmem {BALLOON.name} {BALLOON.max_memory}M")


def keys_change_vcpus_places_and_shares(lab):
    """And `u` takes the last of them back."""
    lab.up(WIDE)
    with operator(lab) as user:
        user.only(WIDE.name)
        user.act("setvcpus", "2")
        user.done(f"setvcpus {WIDE.name} 2")
        equal("vCPUs online in xl's list", lab.online(WIDE.name), 2)
        user.session.press("u")
        user.done(f"undo setvcpus {WIDE.name} 2")
        equal("vCPUs online in xl's list", lab.online(WIDE.name), 1)
        user.act("pin", "0 0")
        user.done(f"pin {WIDE.name} 0 0")
        equal("hard affinity", lab.vcpus(WIDE.name)[0].hard, "0")
        user.session.press("u")
        user.done(f"undo pin {WIDE.name} 0 0")
        equal("hard affinity", lab.vcpus(WIDE.name)[0].hard, "all")
        user.act("sched", "weight=300")
        user.done(f"sched {WIDE.name} weight=300")
        equal("weight and cap", lab.share(WIDE.name), (300, 0))
        user.session.press("u")
        user.done(f"undo sched {WIDE.name} weight=300")
        equal("weight and cap", lab.share(WIDE.name), (256, 0))


def the_grid_pins_what_was_edited_in_it(lab):
    """Nothing before the preview is answered with yes; then what it showed."""
    lab.up(WIDE)
    with operator(lab) as user:
        user.only(WIDE.name)
        user.session.press("p")
        user.session.wait(lambda text: re.search(rf"Pins {WIDE.name}.*vcpu +0 ", text, re.DOTALL), "grid of its vCPUs")
        user.session.press(".")
        user.session.wait_for("unsaved: vcpu 0")
        equal("hard affinity before it is applied", lab.vcpus(WIDE.name)[0].hard, "all")
        user.session.press("\r")
        user.yes("vCPU 0 hard")
        user.done(f"pin {WIDE.name} 0 0")
        equal("hard affinity", lab.vcpus(WIDE.name)[0].hard, "0")
        user.session.press("u")
        user.done(f"undo pin {WIDE.name} 0 0")
        equal("hard affinity", lab.vcpus(WIDE.name)[0].hard, "all")


def a_key_renames(lab):
    """And `u` takes it back, though the row is not shown any more."""
    number = lab.up(WIDE)
    with operator(lab) as user:
        user.only(WIDE.name)
        user.act("rename", "broad")
        user.done(f"rename {WIDE.name} broad")
        equal("id by the new name", lab.id("broad"), number)
        user.session.press("u")
        user.done(f"undo rename {WIDE.name} broad")
        equal("id by the old name", lab.id(WIDE.name), number)


def what_somebody_changed_meanwhile_is_not_taken_back(lab):
    """xl changed the weight after domtop did: `u` says so, and leaves it."""
    lab.up(WIDE)
    with operator(lab) as user:
        user.only(WIDE.name)
        user.act("sched", "weight=300")
        user.done(f"sched {WIDE.name} weight=300")
        lab.machine.must(f"{lab.xl} sched-credit2 -d {WIDE.name} -w 400")
        user.session.press("u")
        user.session.wait_for("somebody changed it meanwhile")
        equal("weight and cap", lab.share(WIDE.name), (400, 0))
    lab.machine.must(f"{lab.xl} sched-credit2 -d {WIDE.name} -w 256")


def a_key_acts_on_all_that_are_marked(lab):
    """And on nobody else: two are suspended after one question that lists them, and resumed after another."""
    for guest in (WIDE, BALLOON, MORTAL):
        lab.up(guest)
    with operator(lab, jobs=False) as user:
        for command, now in (("suspend", [WIDE.name, BALLOON.name]), ("resume", [])):
            for guest in (WIDE, BALLOON):
                user.only(guest.name)
                user.session.press(" ")
            user.only("")
            user.session.press(KEYS[command])
            user.yes(f"{command} 2 domains")
            user.session.press("5")
            for guest in (WIDE, BALLOON):
                user.done(f"{command} {guest.name}")
            equal("paused", [name for name, row in lab.listed().items() if "p" in row.state], now)
            # Back to the table.
            user.session.press("\x1b")
            user.session.wait(lambda text: "─ Jobs" not in text, "table alone")


def keys_write_a_guest_to_files_and_bring_it_back(lab):
    """Dump, save and restore."""
    old = lab.up(MORTAL)
    uuid = lab.uuid(MORTAL.name)
    with operator(lab) as user:
        user.only(MORTAL.name)
        user.act("dump", CORE, asked=True)
        user.done(f"dump {MORTAL.name} {CORE}")
        is_a_core(lab)
        user.act("save", SAVED, asked=True)
        user.done(f"save {MORTAL.name} {SAVED}")
        expect(MORTAL.name not in lab.listed(), f"it runs still: {lab.listed()}")
        user.act("restore", SAVED, asked=True)
        user.done(f"restore {SAVED}")
        equal("uuid", lab.uuid(MORTAL.name), uuid)
        expect(lab.id(MORTAL.name) != old, "it has the id of the domain that ended")
    forget(lab)


def keys_end_a_guest_and_begin_one(lab):
    """Reboot and shutdown are asked first, a destroy takes the name."""
    old, uuid = lab.up(MORTAL), lab.uuid(MORTAL.name)
    with operator(lab) as user:
        user.only(MORTAL.name)
        user.act("reboot", asked=True)
        user.done(f"reboot {MORTAL.name}")
        equal("uuid", lab.uuid(MORTAL.name), uuid)
        expect(lab.id(MORTAL.name) != old, "it did not begin anew")
        lab.listens(MORTAL)
        user.only(MORTAL.name)
        user.act("shutdown", asked=True)
        user.done(f"shutdown {MORTAL.name}")
        lab.until(f"end of {MORTAL.name}", lambda: MORTAL.name not in lab.listed())
        user.act("create", FRESH.path)
        user.done(f"create {FRESH.path}")
        number = lab.id(FRESH.name)
        expect(number, f"xl has no {FRESH.name}: {lab.listed()}")
        user.only(FRESH.name)
        user.act("destroy")
        user.session.wait_for(f"type {FRESH.name} to do it")
        user.session.press(f"{FRESH.name}\r")
        line = user.done(f"destroy {FRESH.name}")
        expect("xl" in line and "hypervisor" not in line, f"the way it took: {line}")
        expect(FRESH.name not in lab.listed(), f"xl has it still: {lab.listed()}")
        gone(lab, number)


def a_session_that_only_looks_refuses_every_key(lab):
    """It says so by the command's name, asks nothing, and the host is as it was."""
    lab.up(WIDE)
    with lab.untouched("a session that only looks"), Session(lab, "LANG=C.UTF-8 domtop -r -d 0.5") as session:
        session.wait_for("Domain-0", "Xen", WIDE.name)
        Operator(session).only(WIDE.name)
        for command, key in KEYS.items():
            session.press(key)
            session.wait_for(f"{command}: this session only looks")
            expect(TYPING not in session.screen.text(), f"{command} asks nevertheless")
        quit_cleanly(session)


def paused(lab, name):
    expect("p" in lab.listed()[name].state, f"xl does not find {name} paused: {lab.listed()[name]}")


def running(lab, name):
    expect("p" not in lab.listed()[name].state, f"xl finds {name} paused: {lab.listed()[name]}")


CHECKS = [a_key_suspends_takes_back_and_resumes, a_no_leaves_all_as_it_is, keys_change_memory,
          keys_change_vcpus_places_and_shares, the_grid_pins_what_was_edited_in_it,
          a_key_renames, what_somebody_changed_meanwhile_is_not_taken_back,
          a_key_acts_on_all_that_are_marked, keys_write_a_guest_to_files_and_bring_it_back,
          keys_end_a_guest_and_begin_one, a_session_that_only_looks_refuses_every_key]
