"""The laboratory of changes: guests that obey, grow, plug and refuse, and what Xen's own tools say of them."""
import contextlib
import re
import time
from typing import NamedTuple

from checks import xl
from checks.lab import Dom0, expect, parsed
from xen.guest import Guest

# dom0 on pCPU 0 and the guests on pCPU 1: neither waits for the other, and the emulator has work for two cores.
GUESTS_CPU = "1"
# Two vCPUs at the most, and free to go: while one is started or stopped the others spin, for minutes on one pCPU.
WIDE = Guest("wide", vcpus=1, max_vcpus=2, plugs=True)
# With room to give back: a kernel short of memory does so in steps of half a minute.
BALLOON = Guest("balloon", memory=144, max_memory=160, cpus=GUESTS_CPU)
MORTAL = Guest("mortal", cpus=GUESTS_CPU)
DEAF = Guest("deaf", memory=8, tiny=True)
GUESTS = (WIDE, BALLOON, MORTAL, DEAF)
# One that comes and goes.
FRESH = Guest("fresh", memory=8, tiny=True)
# How long anything may take, on a host with ten other jobs.
PATIENCE = 600
# What of the store tells of a change.
KEYS = r"/(name|memory/target|memory/static-max|cpu/[0-9]*/availability|control/shutdown) = "


class Host(NamedTuple):
    """All of the host that a change could touch, as Xen's own tools tell it."""
    domains: dict
    paused: list
    affinities: dict
    shares: dict
    limits: dict
    store: dict


class Changes(Dom0):
    """The machine with guests that are there to be changed."""

    def __init__(self, machine):
        super().__init__(machine)
        #: xl itself, whatever stands before it in the search path.
        self.xl = f"/usr/lib/xen-{machine.version}/bin/xl"
        #: By name, the last domain that was seen up, and how often one of that name had come up then.
        self.begun = {}
        machine.must(f"xl vcpu-pin Domain-0 all 0\n{FRESH.written()}")
        for guest in GUESTS:
            machine.start(guest)
        for guest in GUESTS:
            self.up(guest)
        # A kernel starts all vCPUs it could have, and only then unplugs those it has not.
        self.until(f"one vCPU of {WIDE.name}", lambda: self.online(WIDE.name) == WIDE.vcpus)

    def described(self):
        """What is up, for the first line printed."""
        return f"dom0 and {len(GUESTS)} guests are up"

    def listed(self):
        """`xl list` by name."""
        return {row.name: row for row in xl.listed(self.machine.must(f"{self.xl} list")).values()}

    def id(self, name):
        """A domain's id; none where there is no such domain."""
        row = self.listed().get(name)
        return row and row.id

    def uuid(self, name):
        """A domain's uuid as `xl list -v` has it."""
        text = self.machine.must(f"{self.xl} list -v {name}")
        return re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)[0]

    def vcpus(self, name):
        """`xl vcpu-list` of a domain by vCPU."""
        text = self.machine.must(f"{self.xl} vcpu-list {name}")
        return {vcpu: row for (_, vcpu), row in xl.vcpus(text).items()}

    def online(self, name):
        """How many vCPUs of a domain are online, as xl has it."""
        return sum(row.cpu is not None for row in self.vcpus(name).values())

    def share(self, name):
        """Weight and cap of a domain, as xl has them."""
        return xl.schedules(self.machine.must(f"{self.xl} sched-credit2"))[self.id(name)]

    def limit(self, name):
        """The most memory Xen gives a domain, in KiB, by the hypervisor's own dump."""
        text = self.machine.must(f"{self.xl} debug-keys q; sleep 0.3; {self.xl} dmesg")
        return xl.dumped(text)[self.id(name)].max_pages * 4

    def store(self, path):
        """What xenstore has at a path; none where it has nothing."""
        status, out = self.machine.run(f"xenstore-read {path} 2>/dev/null")
        return None if status else out.rstrip("\n")

    def of(self, name, key):
        """A key of a domain's own in xenstore."""
        return self.store(f"/local/domain/{self.id(name)}/{key}")

    def up(self, guest):
        """Sees to it that a guest runs and listens; its id."""
        if guest.name not in self.listed():
            self.machine.start(guest)
        self.machine.must(f"{self.xl} unpause {guest.name}")
        self.listens(guest)
        return self.id(guest.name)

    def listens(self, guest):
        """Waits until a guest that was begun by others is up; it is not touched, for a domain that is still being
        built must not be unpaused. What its kernel is asked before there is a user space to do it, it forgets."""
        if guest.tiny:
            return
        now = self.id(guest.name)
        before, seen = self.begun.get(guest.name, (None, 0))
        if now != before:
            self.until(f"a guest {guest.name} that is up", lambda: self.ready(guest) > seen)
            self.begun[guest.name] = now, self.ready(guest)

    def ready(self, guest):
        """How often a guest of this name has come up, as xenconsoled's log of its console has it."""
        return int(self.machine.must(f"cat /var/log/xen/console/guest-{guest.name}.log 2>/dev/null | grep -c GUEST-READY; :"))

    def until(self, what, shows):
        """Waits until something shows; the machine's pace is no matter."""
        end = time.monotonic() + PATIENCE
        while not shows():
            expect(time.monotonic() < end, f"there is no {what} in {PATIENCE} s: {self.listed()}")
            time.sleep(1)

    def host(self):
        """All that a change could touch."""
        listed, pinned, shares, dump, store = self.together(
            f"{self.xl} list", f"{self.xl} vcpu-list", f"{self.xl} sched-credit2",
            f"{self.xl} debug-keys q; sleep 0.3; {self.xl} dmesg",
            f"xenstore-ls -f /local/domain | grep -E '{KEYS}'")
        rows = xl.listed(listed.out).values()
        return Host(
            domains={row.id: (row.name, row.mib, row.vcpus) for row in rows},
            paused=[row.name for row in rows if "p" in row.state],
            affinities={key: (row.hard, row.soft) for key, row in xl.vcpus(pinned.out).items()},
            shares=xl.schedules(shares.out),
            limits={number: one.max_pages for number, one in xl.dumped(dump.out).items()},
            store=xl.store(store.out))

    @contextlib.contextmanager
    def untouched(self, what):
        """Holds the block to changing nothing on the host."""
        before = self.host()
        yield
        changed = self.changed(before)
        expect(not changed, "\n        ".join([what, *changed]))

    def changed(self, before):
        """What of the host is not as it was."""
        return [f"changed {part}: they were {then}, and are {now}"
                for part, then, now in zip(Host._fields, before, self.host()) if then != now]

    def done(self, arguments):
        """A changing command that must succeed: what it says as JSON."""
        said = parsed(self.run(f"domtop {arguments} --yes --timeout {PATIENCE} --format json"))
        expect(said["verdict"] in ("reached", "done"), f"{arguments}: {said}")
        return said

    def refused(self, arguments, status, *words):
        """A command that must not succeed: it exits with this, says this, and prints nothing."""
        done = self.run(f"domtop {arguments}")
        expect(done.status == status, f"`{arguments}` exits with {done.status}, not {status}: {done.err!r} {done.out!r}")
        for word in words:
            expect(re.search(word, done.err), f"`{arguments}` says nothing of {word!r}: {done.err!r}")
        expect(not done.out.strip(), f"`{arguments}` prints {done.out!r}")
        return done


def by(said):
    """The drivers that did it."""
    return [step["driver"] for step in said["steps"] if step["done"]]
