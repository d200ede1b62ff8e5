"""A user without rights and the proxy: all there is to see, and nothing to change."""
import re

from .lab import BURNER, IDLE, WIDE, expect, equal, parsed
from .screen import quit_cleanly
from .session import Session

SOCKET = "/run/domtop/proxy.sock"
LOG, PID = "/tmp/proxy.log", "/tmp/proxy.pid"
# What of a row stands still while nobody changes anything.
STILL = ("id", "name", "uuid", "state", "vcpus", "memory_kib", "max_memory_kib")
# How often lists are compared: a guest that idles is caught awake in some of them, hardly in all.
READINGS = 5
# Every way to change something, each with words it would take.
CHANGES = (
    "suspend {0}", "resume {0}", "shutdown {0}", "reboot {0}", "destroy {0}", "start {0}", "undefine {0}",
    "setmem {0} 64M", "setmaxmem {0} 64M", "setvcpus {0} 1", "pin {0} all 0", "sched {0} weight=512",
    "rename {0} other", "autostart {0} on", "save {0} /tmp/none", "dump {0} /tmp/none", "attach {0} /tmp/none",
    "detach {0} /tmp/none", "create /tmp/none", "define /tmp/none", "restore /tmp/none",
)


def run(lab, arguments, uri="proxy:///"):
    """Runs domtop as a user without rights."""
    return lab.run(f"su operator -c 'domtop -c {uri} {arguments}'")


def the_proxy_begins(lab):
    """As root, for a group; it has given up its rights by then."""
    # In a shell of its own: the lab's shell takes the death of a child while it reads for the end of its input.
    lab.machine.must(f"mkdir -p /run/domtop; (domtop -c xen:/// proxy --socket {SOCKET} --group operator "
                     f">{LOG} 2>&1 </dev/null & echo $! >{PID})")
    lab.machine.must(f"n=0; until test -S {SOCKET} || test $n -ge 300; do sleep 1; n=$((n+1)); done; test -S {SOCKET}")
    status = lab.machine.must(f"cat /proc/$(cat {PID})/status")
    equal("capabilities it could use", re.search(r"CapEff:\s*(\w+)", status)[1].strip("0"), "")
    equal("new privileges", re.search(r"NoNewPrivs:\s*(\d)", status)[1], "1")


def the_list_is_root_s(lab):
    """Each row as root reads it from the hypervisor, at the same moment; a guest that idles may be caught awake."""
    for uri in ("proxy:///", "xen:///"):
        theirs, ours = zip(*(both(lab, uri) for _ in range(READINGS)))
        equal(f"the domains by {uri}", [still(rows) for rows in ours], [still(rows) for rows in theirs])
        for guest in (IDLE, WIDE):
            root, user = ({rows[guest.name]["state"] for rows in side} for side in (theirs, ours))
            expect(user <= {"idle", "running"}, f"{guest.name} by {uri} is {user}")
            expect("idle" in user or "idle" not in root, f"root finds {guest.name} idle, {uri} only ever {user}")


def both(lab, uri):
    """Rows by name as root has them and as a user has them, between two readings of root's that agree."""
    seen = lab.bracket(["domtop -c xen:/// list --all --format json"],
                       f"su operator -c 'domtop -c {uri} list --all --format json'", lambda text: still(by_name(text)))
    return by_name(seen.before[0]), by_name(seen.seen.out)


def by_name(text):
    """Rows of a list by name."""
    return {row["name"]: row for row in parsed_text(text)}


def still(rows):
    """What stands still, by domain: whether a guest that idles is just awake does not."""
    return {name: {key: row[key] for key in STILL if key != "state" or name not in (IDLE.name, WIDE.name)}
            for name, row in rows.items()}


def parsed_text(text):
    """Rows of a list."""
    import json
    return json.loads(text)


def it_is_live(lab):
    """A guest that burns takes a CPU of the host, and rates come of the proxy's own clock."""
    with lab.burning():
        done = run(lab, "--batch -n 6 -d 1 --format json")
    expect(done.status == 0, f"it exits with {done.status}: {done.err!r}")
    ticks = [parsed_text(line) for line in done.out.splitlines()]
    shares = [row["cpu_percent"] for tick in ticks for row in tick["domains"]
              if row["name"] == BURNER.name and row["cpu_percent"] is not None]
    expect(len(shares) >= 3, f"there are few rates: {shares}")
    expect(60 < max(shares) <= 105, f"a guest that burns has {shares} %")


def all_of_a_domain_is_there(lab):
    """vCPUs, shares and what xenstore says, as root reads them."""
    for command in (f"vcpus {BURNER.name}", f"sched {BURNER.name}", "node", "capabilities"):
        done = lab.together(f"domtop -c xen:/// {command} --format json",
                            f"su operator -c 'domtop -c proxy:/// {command} --format json'")
        ours, theirs = (parsed(one) for one in done)
        equal(f"what `{command}` has", sorted(keys(theirs)), sorted(keys(ours)))


def keys(value):
    """Names of what is known, in all depths."""
    if isinstance(value, dict):
        return {name for name, one in value.items() if one is not None} | {k for one in value.values() for k in keys(one)}
    return {k for one in value for k in keys(one)} if isinstance(value, list) else set()


def the_screen_is_whole(lab):
    """Names, load, and a light for the proxy."""
    with Session(lab, "su operator -c 'LANG=C.UTF-8 domtop -c xen:/// -d 0.5'") as session:
        session.wait_for("Domain-0", BURNER.name, "VIEW")
        session.press("4")
        session.wait_for("Drivers", "proxy", SOCKET)
        quit_cleanly(session)


def nothing_can_be_changed(lab):
    """Every changing command is refused with the reason, and the host is as it was."""
    before = lab.machine.must("xl list")
    for uri in ("proxy:///", "xen:///"):
        for command in CHANGES:
            done = run(lab, command.format(BURNER.name) + " --yes", uri)
            equal(f"status of `{command}` by {uri}", done.status, 3)
            expect(re.search(r"root|rights|read", done.err), f"`{command}` gives no reason: {done.err!r}")
    names = lambda text: [line.split()[:4] for line in text.splitlines()]
    equal("the host", names(lab.machine.must("xl list")), names(before))


def it_says_when_it_has_gone(lab):
    """Killed, its clients say so; begun anew, they go on."""
    with Session(lab, "su operator -c 'LANG=C.UTF-8 domtop -c proxy:/// -d 0.5'") as session:
        session.wait_for("Domain-0", BURNER.name)
        lab.machine.must(f"kill $(cat {PID})")
        session.wait(lambda text: re.search(r"no proxy|reconnect|gone", text), "word of the proxy's end")
        the_proxy_begins(lab)
        session.wait(lambda text: not re.search(r"no proxy|reconnect", text), "the proxy again")
        quit_cleanly(session)
    lab.machine.must(f"kill $(cat {PID})")


CHECKS = [the_proxy_begins, the_list_is_root_s, it_is_live, all_of_a_domain_is_there, the_screen_is_whole,
          nothing_can_be_changed, it_says_when_it_has_gone]
