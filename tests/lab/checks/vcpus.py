"""The vCPUs of a domain against `xl vcpu-list`."""
from . import xl
from .domains import ROUNDING
from .lab import BURNER, GUESTS, STILL, WIDE, equal, expect, parsed, within


def vcpus_are_those_of_xl(lab):
    """Number, online or not, pCPU and CPU time of each."""
    for name in ["Domain-0"] + [guest.name for guest in GUESTS]:
        read = lab.bracket([f"xl vcpu-list {name}"], f"domtop vcpus {name} --format json", places)
        ours = {row["vcpu"]: row for row in parsed(read.seen)}
        theirs, after = by_index(read.before[0]), by_index(read.after[0])
        equal(f"vCPUs of {name} that are online", {index: row["online"] for index, row in ours.items()},
              {index: row.cpu is not None for index, row in theirs.items()})
        for index, row in ours.items():
            times_and_place(f"vCPU {index} of {name}", row, theirs[index], after[index])


def times_and_place(what, ours, before, after):
    within(f"CPU seconds of {what}", ours["cpu_time_ns"] / 1e9, before.seconds - ROUNDING, after.seconds + ROUNDING)
    if before.cpu is not None:
        equal(f"pCPU of {what}", ours["pcpu"], before.cpu)


def states_of_vcpus_are_those_of_xl(lab):
    """Of those that do not waver."""
    read = lab.bracket(["xl vcpu-list"], f"domtop vcpus {WIDE.name} --format json", places)
    states = {row["vcpu"]: row["state"] for row in parsed(read.seen)}
    expect([states[index] for index in (2, 3)] == ["offline"] * 2, f"xl has vCPUs 2 and 3 offline, domtop {states}")
    expect(set(states.values()) <= {"running", "idle", "ready", "offline"}, f"unknown states: {states}")
    with lab.burning():
        equal("state of a vCPU that burns", [row["state"] for row in lab.json(f"vcpus {BURNER.name}")], ["running"])
    expect("running" not in [row["state"] for row in lab.json(f"vcpus {STILL.name}")], "a paused guest runs")


def affinities_are_those_of_xl(lab):
    """Hard and soft of each vCPU, after xl changed them."""
    for pin in (f"{WIDE.name} 0 0 1", f"{WIDE.name} 1 all 0-1", f"{BURNER.name} 0 1 0"):
        lab.machine.must(f"xl vcpu-pin {pin}")
        name = pin.split()[0]
        read = lab.bracket([f"xl vcpu-list {name}"], f"domtop vcpus {name} --format json", places)
        theirs = {index: (cpus(row.hard), cpus(row.soft)) for index, row in by_index(read.before[0]).items()}
        ours = {row["vcpu"]: (cpus(row["hard"]), cpus(row["soft"])) for row in parsed(read.seen)}
        equal(f"hard and soft affinity by vCPU of {name}", ours, theirs)
    expect(theirs[0] == ({1}, {0}), f"xl did not pin: {theirs}")
    lab.machine.must(f"xl vcpu-pin {WIDE.name} all 0 all; xl vcpu-pin {BURNER.name} 0 1 all")


def places(text):
    """What of `xl vcpu-list` stands still while nothing is done: all but states and times."""
    return {key: (row.cpu, row.hard, row.soft) for key, row in xl.vcpus(text).items()}


def by_index(text):
    return {index: row for (_, index), row in xl.vcpus(text).items()}


def cpus(text):
    """A set of the lab's two pCPUs as xl and domtop write it."""
    if text == "all":
        return {0, 1}
    parts = [part.split("-") for part in text.split(",")]
    return {cpu for part in parts for cpu in range(int(part[0]), int(part[-1]) + 1)}


CHECKS = [vcpus_are_those_of_xl, states_of_vcpus_are_those_of_xl, affinities_are_those_of_xl]
