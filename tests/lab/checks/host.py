"""The host and hypervisor against `xl info`, shares against `xl sched-credit2`, names and targets against the store."""
import re

from . import xl
from .lab import BURNER, GUESTS, IDLE, WIDE, equal, expect, parsed

NODE = "domtop node --format json"
STORE = "xenstore-ls -f /local/domain"


def the_node_is_that_of_xl(lab):
    """CPUs, clock and memory."""
    keys = ("nr_cpus", "cores_per_socket", "threads_per_core", "machine", "total_memory", "free_memory")
    read = lab.bracket(["xl info"], NODE, lambda text: [xl.facts(text)[key] for key in keys])
    node, info = parsed(read.seen), xl.facts(read.before[0])
    free = node["free_memory_kib"] - node["outstanding_memory_kib"]
    ours = [node["cpus_online"], node["cores_per_socket"], node["threads_per_core"], node["machine"],
            node["memory_kib"] // 1024, free // 1024]
    equal(f"{', '.join(keys)}", [str(value) for value in ours], [info[key] for key in keys])
    equal("MHz", node["cpu_khz"] // 1000, int(float(info["cpu_mhz"])))


def topology_and_memory_of_nodes_are_those_of_xl(lab):
    """Core, socket and node of each pCPU; MiB and distances of each NUMA node."""
    read = lab.bracket(["xl info -n"], NODE, lambda text: (xl.topology(text), xl.numa(text)))
    node = parsed(read.seen)
    ours = {row["cpu"]: (row["core"], row["socket"], row["node"]) for row in node["topology"]}
    equal("core, socket, node by pCPU", ours, xl.topology(read.before[0]))
    numa = {row["node"]: (row["memory_kib"] // 1024, row["free_memory_kib"] // 1024, row["distances"])
            for row in node["numa"]}
    equal("MiB, MiB free, distances by node", numa, xl.numa(read.before[0]))
    expect(ours and numa, f"xl itself tells nothing: {read.before[0]!r}")


def pools_are_those_of_xl(lab):
    """Scheduler, domains and pCPUs of the one pool."""
    listed, cpus, seen = lab.together("xl cpupool-list", "xl cpupool-list -c", NODE)
    row = re.search(r"^Pool-0\s+\d+\s+(\S+)\s+y\s+(\d+)\s*$", listed.out, re.MULTILINE)
    equal("pools", [(pool["scheduler"], pool["domains"]) for pool in parsed(seen)["pools"]], [(row[1], int(row[2]))])
    expect("0,1" in cpus.out and parsed(seen)["pools"][0]["cpus"] in ("all", "0-1"),
           f"pCPUs: domtop says {seen.out!r}, xl {cpus.out!r}")


def the_hypervisor_is_that_of_xl(lab):
    """Version, scheduler, capabilities, and what it tells of how it was built and started."""
    info, hypervisor = xl.facts(lab.machine.must("xl info")), lab.json("capabilities")
    equal("version", hypervisor["version"], info["xen_version"])
    equal("scheduler", hypervisor["scheduler"], info["xen_scheduler"])
    equal("capabilities", hypervisor["capabilities"], info["xen_caps"].split())
    told = list(hypervisor["facts"].values())
    for key in ("xen_commandline", "cc_compile_date", "build_id"):
        expect(any(info[key] in value for value in told), f"{key} {info[key]!r} of xl info is not among {told}")


def shares_are_those_of_xl(lab):
    """Weight and cap of a domain after xl changed them."""
    lab.machine.must(f"xl sched-credit2 -d {IDLE.name} -w 512; xl sched-credit2 -d {IDLE.name} -c 40")
    theirs = xl.schedules(lab.machine.must("xl sched-credit2"))
    for guest in GUESTS:
        share = lab.json(f"sched {guest.name}")
        equal(f"scheduler, weight and cap of {guest.name}", (share["scheduler"], share["weight"], share["cap"]),
              ("credit2", *theirs[lab.ids[guest.name]]))
    equal("what xl was told", theirs[lab.ids[IDLE.name]], (512, 40))
    lab.machine.must(f"xl sched-credit2 -d {IDLE.name} -w 256; xl sched-credit2 -d {IDLE.name} -c 0")


def names_are_those_of_the_store(lab):
    """Byte for byte, by id."""
    def still(text):
        named = re.compile(r"/local/domain/(\d+)/name")
        return {int(hit[1]): value for path, value in xl.store(text).items() if (hit := named.fullmatch(path))}
    read = lab.bracket([STORE], "domtop list --format json", still)
    equal("name by id", {row["id"]: row["name"] for row in parsed(read.seen)}, still(*read.before))


def what_info_tells_is_in_the_store(lab):
    """The memory target while a guest is asked to shrink, the console's tty, and no device the guest has not."""
    lab.machine.must(f"xl mem-set {IDLE.name} 112")
    for guest in (IDLE, WIDE, BURNER):
        home = f"/local/domain/{lab.ids[guest.name]}"
        read = lab.bracket([STORE], f"domtop info {guest.name} --format json",
                           lambda text, home=home: xl.store(text)[f"{home}/memory/target"])
        info, store = parsed(read.seen), xl.store(read.before[0])
        equal(f"target of {guest.name}", str(info["target_kib"]), store[f"{home}/memory/target"])
        expect(store[f"{home}/console/tty"] in info["facts"].values(),
               f"{store[f'{home}/console/tty']!r} of the store is not among {info['facts']}")
        expect(not [one for one in info["devices"] if one["kind"] in ("disk", "net")], f"it has devices: {info}")
        equal(f"vCPUs and type of {guest.name}", (info["vcpus"], info["max_vcpus"], info["type"]),
              (guest.vcpus, guest.max_vcpus or guest.vcpus, "pv"))


def both_drivers_are_ready(lab):
    """And each says what it talks to."""
    drivers = {row["name"]: row for row in lab.json("drivers")["drivers"]}
    for name, peer in (("hypervisor", "privcmd"), ("xenstore", "xen")):
        expect(drivers[name]["light"] == "ready" and peer in drivers[name]["peer"], f"{name}: {drivers[name]}")
        expect(not drivers[name]["failures"], f"calls of {name} failed: {drivers[name]}")


CHECKS = [the_node_is_that_of_xl, topology_and_memory_of_nodes_are_those_of_xl, pools_are_those_of_xl,
          the_hypervisor_is_that_of_xl, shares_are_those_of_xl, names_are_those_of_the_store,
          what_info_tells_is_in_the_store, both_drivers_are_ready]
