"""What changes a guest that runs on, by command line."""
from checks.lab import equal, expect, within

from .lab import BALLOON, WIDE, by

MIB = 1024
# libxl adds this to every limit it sets, for what the toolstack takes of a guest's memory.
SLACK = 2 * MIB


def memory_follows_its_target(lab):
    """Down and up again: the target in xenstore, and the pages in xl's list."""
    lab.up(BALLOON)
    for mib in (136, 152, BALLOON.memory):
        said = lab.done(f"setmem {BALLOON.name} {mib}M")
        equal("who was told", by(said), ["xenstore", "xl"])
        equal("target in xenstore, in KiB", lab.of(BALLOON.name, "memory/target"), str(mib * MIB))
        within("MiB in xl's list", lab.listed()[BALLOON.name].mib, mib - 2, mib + 2)


def the_limit_of_memory_is_what_was_asked(lab):
    """By the hypervisor's own dump."""
    lab.up(BALLOON)
    for mib in (156, BALLOON.max_memory):
        said = lab.done(f"setmaxmem {BALLOON.name} {mib}M")
        equal("who was told", by(said), ["hypervisor", "xl"])
        within("KiB at most", lab.limit(BALLOON.name), mib * MIB, mib * MIB + SLACK)


def vcpus_are_plugged_and_unplugged(lab):
    """Told in xenstore, done by the guest, seen by xl."""
    lab.up(WIDE)
    for count in (2, WIDE.vcpus):
        said = lab.done(f"setvcpus {WIDE.name} {count}")
        equal("who did it", by(said), ["xenstore"])
        told = [lab.of(WIDE.name, f"cpu/{vcpu}/availability") for vcpu in range(WIDE.max_vcpus)]
        equal("availability in xenstore", told, ["online"] * count + ["offline"] * (WIDE.max_vcpus - count))
        equal("vCPUs online in xl's list", lab.online(WIDE.name), count)


def a_pin_moves_one_vcpu_or_all(lab):
    """Hard and soft, of one vCPU and of all, as xl has them."""
    lab.up(WIDE)
    lab.done(f"pin {WIDE.name} 0 1")
    affinities(lab, [("1", "all"), ("all", "all")])
    lab.done(f"pin {WIDE.name} 1 0 soft")
    affinities(lab, [("1", "all"), ("all", "0")])
    lab.done(f"pin {WIDE.name} all 0")
    affinities(lab, [("0", "all"), ("0", "0")])
    lab.done(f"pin {WIDE.name} all all soft")
    affinities(lab, [("0", "all"), ("0", "all")])
    lab.machine.must(f"{lab.xl} vcpu-pin {WIDE.name} all all all")


def affinities(lab, wanted):
    seen = lab.vcpus(WIDE.name)
    equal("hard and soft affinity by vCPU", wanted, [(seen[vcpu].hard, seen[vcpu].soft) for vcpu in sorted(seen)])


def a_weight_leaves_the_cap_and_a_cap_the_weight(lab):
    """Xen takes both at once: what is not given must be what it was."""
    lab.up(WIDE)
    lab.machine.must(f"{lab.xl} sched-credit2 -d {WIDE.name} -w 256 -c 70")
    said = lab.done(f"sched {WIDE.name} weight=512")
    equal("who did it", by(said), ["hypervisor"])
    equal("weight and cap", lab.share(WIDE.name), (512, 70))
    lab.done(f"sched {WIDE.name} cap=0")
    equal("weight and cap", lab.share(WIDE.name), (512, 0))
    lab.done(f"sched {WIDE.name} weight=256 cap=50")
    equal("weight and cap", lab.share(WIDE.name), (256, 50))
    lab.done(f"sched {WIDE.name} cap=0")


def a_renamed_domain_is_the_same(lab):
    """In xl's list and in xenstore; and its old name is free."""
    number = lab.up(WIDE)
    said = lab.done(f"rename {WIDE.name} broad")
    expect(len(by(said)) == 1, f"it was renamed by {by(said)}")
    equal("name of the domain", {row.id: name for name, row in lab.listed().items()}[number], "broad")
    equal("name in xenstore", lab.store(f"/local/domain/{number}/name"), "broad")
    lab.done(f"rename broad {WIDE.name}")
    equal("id by the old name", lab.id(WIDE.name), number)


CHECKS = [memory_follows_its_target, the_limit_of_memory_is_what_was_asked, vcpus_are_plugged_and_unplugged,
          a_pin_moves_one_vcpu_or_all, a_weight_leaves_the_cap_and_a_cap_the_weight, a_renamed_domain_is_the_same]
