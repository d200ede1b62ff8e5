"""The list of domains against `xl list`, the hypervisor's own dump and the store."""
import json

from . import xl
from .lab import BURNER, GUESTS, IDLE, STILL, WIDE, equal, expect, parsed, within

LIST = "domtop list --format json"
# xl prints seconds to one decimal: what it says may be this far from what it read.
ROUNDING = 0.051


def the_list_is_that_of_xl(lab):
    """Ids, names, vCPUs and MiB of every domain."""
    def still(text, _):
        return {row.id: (row.name, row.mib, row.vcpus) for row in xl.listed(text).values()}
    read = lab.bracket(["xl list", "xl list -l"], LIST, still)
    ours = {row["id"]: (row["name"], row["memory_kib"] // 1024, row["vcpus"]) for row in parsed(read.seen)}
    equal("id: name, MiB, vCPUs online", ours, still(*read.before))
    expect(len(ours) == len(GUESTS) + 1, f"the lab itself runs {len(ours)} domains")


def uuids_are_those_of_xl(lab):
    """Dashed and in lower case, and dom0's is nothing but zeros."""
    read = lab.bracket(["xl list -l"], LIST, uuids)
    ours = {row["id"]: row["uuid"] for row in parsed(read.seen) if row["id"]}
    equal("uuid by id", ours, uuids(*read.before))


def uuids(text):
    """The guests' uuids by id, as `xl list -l` tells them."""
    info = {row["domid"]: row["config"]["c_info"] for row in json.loads(text)}
    return {number: one["uuid"] for number, one in info.items() if number}


def memory_is_exact(lab):
    """To the page, and the limit too, against the hypervisor's dump of its domains."""
    def still(text):
        return {number: (one.uuid, one.pages * 4, one.max_pages * 4) for number, one in xl.dumped(text).items()}
    read = lab.bracket(["xl debug-keys q; sleep 0.3; xl dmesg"], LIST, still)
    ours = {row["id"]: (row["uuid"], row["memory_kib"], row["max_memory_kib"]) for row in parsed(read.seen)}
    equal("uuid, KiB, KiB at most by id", ours, still(*read.before))


def states_are_those_of_xl(lab):
    """A paused, a burning and the asking domain never waver; an idle one may be caught awake."""
    with lab.burning():
        seen = [states(lab) for _ in range(5)]
    for ours, theirs in seen:
        for domain, word in ((STILL.name, "paused"), (BURNER.name, "running"), ("Domain-0", "running")):
            equal(f"state of {domain}", (ours[domain], theirs[domain]), (word, word))
        for guest in (IDLE, WIDE):
            expect(ours[guest.name] in ("idle", "running"), f"{guest.name} is {ours[guest.name]!r}")
    for guest in (IDLE, WIDE):
        idle = [ours[guest.name] for ours, theirs in seen if theirs[guest.name] == "idle"]
        expect("idle" in idle or not idle, f"xl finds {guest.name} idle, domtop only ever {idle}")


def states(lab):
    """The words of domtop and of xl, by name."""
    listed, seen = lab.together("xl list", LIST)
    theirs = {row.name: word(row.state) for row in xl.listed(listed.out).values()}
    return {row["name"]: row["state"] for row in parsed(seen)}, theirs


def word(letters):
    """domtop's word for xl's letters."""
    words = (("d", "dying"), ("c", "crashed"), ("s", "shutdown"), ("p", "paused"), ("b", "idle"))
    return next((word for letter, word in words if letter in letters), "running")


def cpu_times_lie_between_two_of_xl(lab):
    """Nanoseconds of every domain, between what xl read before and after."""
    read = lab.bracket(["xl list"], LIST, lambda text: sorted(xl.listed(text)))
    before, after = xl.listed(read.before[0]), xl.listed(read.after[0])
    for row in parsed(read.seen):
        low, high = before[row["id"]].seconds - ROUNDING, after[row["id"]].seconds + ROUNDING
        within(f"CPU seconds of {row['name']}", row["cpu_time_ns"] / 1e9, low, high)
    expect(before[0].seconds > 1, "dom0 booted in less than a second of CPU time: these figures say nothing")


CHECKS = [the_list_is_that_of_xl, uuids_are_those_of_xl, memory_is_exact, states_are_those_of_xl,
          cpu_times_lie_between_two_of_xl]
