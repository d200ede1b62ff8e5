"""The laboratory: one machine, guests of known shapes, and readings taken at one moment."""
import contextlib
import json
import time
from typing import NamedTuple

from xen.debian import LabError
from xen.guest import Guest

# dom0 on pCPU 0 and one guest that burns alone on pCPU 1: the only fair claim to 100 % on two pCPUs.
BURNER = Guest("burner", burn=1, cpus="1")
WIDE = Guest("wide", vcpus=2, max_vcpus=4, cpus="0")
IDLE = Guest("idle", memory=128, cpus="0")
STILL = Guest("still", cpus="0", paused=True)
GUESTS = (STILL, IDLE, WIDE, BURNER)
# How often xl may differ from itself before there is something wrong with the lab.
TRIES = 20
# Guests boot one after another within this, even on a host with ten other jobs.
SETTLE_SECONDS = 600


class Outcome(NamedTuple):
    """What a command in dom0 did."""
    status: int
    out: str
    err: str


class Bracket(NamedTuple):
    """What domtop said between two readings of Xen's own tools that agree with each other."""
    before: list
    seen: Outcome
    after: list


class Dom0:
    """The machine, and commands run in its dom0."""

    def __init__(self, machine):
        self.machine = machine

    def together(self, *scripts):
        """Runs shell lines one right after the other; what they printed is fetched afterwards."""
        lines = [f"({script}) >/tmp/{n}.out 2>/tmp/{n}.err; echo $? >/tmp/{n}.status"
                 for n, script in enumerate(scripts)]
        fetch = [f"cat /tmp/{n}.status /tmp/{n}.out; echo; echo LAB-ERR; cat /tmp/{n}.err; echo; echo LAB-NEXT"
                 for n in range(len(scripts))]
        return [outcome(part) for part in self.machine.must("\n".join(lines + fetch)).split("\nLAB-NEXT\n")[:-1]]

    def run(self, script):
        """Runs one shell line in dom0."""
        return self.together(script)[0]

    def bracket(self, theirs, ours, still):
        """Reads Xen's tools, domtop, and Xen's tools again, as often as those two readings differ in `still`.

        It is repeated because the host changed under xl's own eyes, never because of what domtop said.
        """
        for _ in range(TRIES):
            done = self.together(*theirs, ours, *theirs)
            before, seen, after = done[:len(theirs)], done[len(theirs)], done[len(theirs) + 1:]
            before, after = [one.out for one in before], [one.out for one in after]
            if still(*before) == still(*after):
                return Bracket(before, seen, after)
        raise LabError(f"xl did not read the same twice in {TRIES} tries: {theirs}")

    def json(self, arguments):
        """What a domtop command says as JSON."""
        return parsed(self.run(f"domtop {arguments} --format json"))


class Lab(Dom0):
    """The machine with guests that stay as they are."""

    def __init__(self, machine):
        super().__init__(machine)
        for guest in GUESTS:
            machine.start(guest)
        machine.must("xl vcpu-pin Domain-0 all 0")
        self.ids = {guest.name: int(machine.must(f"xl domid {guest.name}")) for guest in GUESTS}
        self.settle()
        machine.must(f"xl pause {BURNER.name}")

    def described(self):
        """What is up, for the first line printed."""
        return f"dom0 and {len(self.ids)} guests are up"

    def settle(self):
        """Waits until the guests that idle have booted: until then they burn too."""
        end = time.monotonic() + SETTLE_SECONDS
        before = self.idlers()
        # An emulated guest that idles still takes some percent for its clock.
        while (now := self.idlers(3)) > before + 0.5:
            if time.monotonic() > end:
                raise LabError(f"the guests did not come to rest in {SETTLE_SECONDS} s:\n{self.machine.must('xl list')}")
            before = now

    def idlers(self, after=0):
        """CPU seconds of the guests that should idle, in a while."""
        rows = [self.machine.must(f"sleep {after}; xl list {guest.name}") for guest in (IDLE, WIDE)]
        return sum(float(row.split()[-1]) for row in rows)

    @contextlib.contextmanager
    def burning(self):
        """Lets the burner run; paused otherwise, it leaves the emulator's host to the rest."""
        self.machine.must(f"xl unpause {BURNER.name}")
        try:
            yield
        finally:
            self.machine.must(f"xl pause {BURNER.name}")


def outcome(text):
    """Status, output and complaints as `together` fetches them."""
    out, _, err = text.partition("\nLAB-ERR\n")
    status, _, out = out.partition("\n")
    return Outcome(int(status), out, err)


def parsed(done):
    """The JSON of a command that must have succeeded."""
    expect(done.status == 0, f"it exits with {done.status} and says {done.err!r}")
    try:
        return json.loads(done.out)
    except ValueError as error:
        raise AssertionError(f"it is no JSON ({error}): {done.out[:500]!r}") from error


def expect(condition, message):
    """A check's claim."""
    if not condition:
        raise AssertionError(message)


def equal(what, ours, theirs):
    """domtop says what Xen's tools say."""
    expect(ours == theirs, f"{what}: domtop says {ours!r}, Xen's tools say {theirs!r}")


def within(what, value, low, high):
    """A number lies between two."""
    expect(value is not None and low <= value <= high, f"{what}: {value!r} is not within {low!r} and {high!r}")
