"""What begins, ends and stops a guest, by command line."""
from checks.lab import equal, expect

from .lab import DEAF, FRESH, MORTAL, WIDE, by

# More than domtop gives a guest to begin to shut down.
OVERDUE = 20


def a_suspended_domain_stands_still(lab):
    """And a resumed one runs on."""
    lab.up(WIDE)
    said = lab.done(f"suspend {WIDE.name}")
    equal("what stopped it", by(said), ["xl"])
    stands_still(lab)
    lab.done(f"resume {WIDE.name}")
    runs(lab)


def one_resume_takes_back_every_pause(lab):
    """Xen counts pauses: what another tool paused twice runs after one resume, and is not paused a third time."""
    lab.up(WIDE)
    lab.machine.must(f"{lab.xl} pause {WIDE.name}; {lab.xl} pause {WIDE.name}")
    lab.refused(f"suspend {WIDE.name} --yes", 3, "paused already")
    lab.machine.must(f"{lab.xl} unpause {WIDE.name}")
    stands_still(lab)
    lab.machine.must(f"{lab.xl} pause {WIDE.name}")
    lab.done(f"resume {WIDE.name}")
    runs(lab)


def stands_still(lab):
    before = lab.listed()[WIDE.name]
    expect("p" in before.state, f"xl does not find it paused: {before}")
    lab.machine.must("sleep 2")
    equal("CPU seconds of a paused domain", lab.listed()[WIDE.name].seconds, before.seconds)


def runs(lab):
    before = lab.listed()[WIDE.name]
    expect("p" not in before.state, f"xl finds it paused still: {before}")
    # It looks for new vCPUs every second.
    lab.until("CPU time of a domain that runs", lambda: lab.listed()[WIDE.name].seconds > before.seconds)


def a_reboot_brings_back_the_same_guest(lab):
    """Under another id, with its name and uuid; every driver that could was told."""
    old, uuid = lab.up(MORTAL), lab.uuid(MORTAL.name)
    told_every_driver(lab.done(f"reboot {MORTAL.name}"))
    expect(lab.id(MORTAL.name) not in (None, old), f"xl has no {MORTAL.name} under another id: {lab.listed()}")
    equal("uuid after the reboot", lab.uuid(MORTAL.name), uuid)
    lab.listens(MORTAL)


def a_guest_that_obeys_shuts_down(lab):
    """And is gone; every driver that could was told."""
    old = lab.up(MORTAL)
    told_every_driver(lab.done(f"shutdown {MORTAL.name}"))
    lab.until(f"end of {MORTAL.name}", lambda: MORTAL.name not in lab.listed())
    gone(lab, old)


def told_every_driver(said):
    """The hypervisor, which has no button to press on a paravirtual guest, and the store, which did it."""
    equal("who was told", [step["driver"] for step in said["steps"]], ["hypervisor", "xenstore"])
    equal("who did it", by(said), ["xenstore"])
    expect("xenstore" in said["steps"][0]["reason"], f"the hypervisor says {said['steps'][0]['reason']!r}")


def a_guest_that_is_deaf_is_said_to_be(lab):
    """It goes on running, and domtop says so once the time is over."""
    number = lab.up(DEAF)
    done = lab.refused(f"shutdown {DEAF.name} --yes --timeout {OVERDUE}", 6, "has not come about", "destroy")
    expect("nothing happens" in done.err, f"it does not say that nothing happens: {done.err!r}")
    equal("id of the deaf guest", lab.id(DEAF.name), number)
    equal("what it was asked, which stands", lab.of(DEAF.name, "control/shutdown"), "poweroff")


def what_is_created_runs(lab):
    """With the name and the memory of its configuration; and domtop tells its id."""
    if MORTAL.name in lab.listed():
        lab.machine.must(f"{lab.xl} destroy {MORTAL.name}")
    said = lab.done(f"create {MORTAL.path}")
    equal("what made it", by(said), ["xl"])
    row = lab.listed()[MORTAL.name]
    equal("id and name", (said["domain"]["id"], said["domain"]["name"]), (row.id, row.name))
    equal("MiB", row.mib, MORTAL.memory)
    expect("p" not in row.state, f"it was left paused: {row}")


def nothing_is_left_of_a_destroyed_domain(lab):
    """Not in xl's list, nor in xenstore."""
    old = lab.up(FRESH)
    said = lab.done(f"destroy {FRESH.name}")
    equal("what ended it", by(said), ["xl"])
    expect(FRESH.name not in lab.listed(), f"xl has it still: {lab.listed()}")
    gone(lab, old)


def gone(lab, number):
    """Nothing of a domain is left in xenstore."""
    for path in (f"/local/domain/{number}", f"/libxl/{number}"):
        lab.until(f"xenstore without {path}", lambda where=path: lab.store(where) is None)


CHECKS = [a_suspended_domain_stands_still, one_resume_takes_back_every_pause, a_reboot_brings_back_the_same_guest,
          a_guest_that_obeys_shuts_down, what_is_created_runs, nothing_is_left_of_a_destroyed_domain,
          a_guest_that_is_deaf_is_said_to_be]
