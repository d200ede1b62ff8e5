"""xenstored dies mid-run, and comes back empty: the last checks of a machine, for its tree is lost with it."""
from .lab import IDLE, WIDE, expect
from .live import stream


def the_stream_goes_on_without_xenstored(lab):
    """With the names it had; a stack that says which driver is down; and a new store is taken up again."""
    with stream(lab) as samples:
        lab.machine.must("kill -KILL $(pidof xenstored); rm -f /run/xenstored/socket*")
        gone = samples.stamp()
        samples.wait_past(gone + 3)
        for rows in samples.told(lambda at: at > gone):
            for guest in (IDLE, WIDE):
                expect(guest.name in rows, f"without xenstored the name of {guest.name} is lost: {sorted(rows)}")
        light_of_the_store(lab)
        without_names(lab)
        back(lab, samples)


def light_of_the_store(lab):
    """`domtop drivers` tells which driver does not answer, and of whom; the other is well."""
    drivers = {row["name"]: row for row in lab.json("drivers")["drivers"]}
    store = drivers["xenstore"]
    expect(store["light"] != "ready" and "xenstore" in store["reason"], f"the light of the store: {store}")
    expect(drivers["hypervisor"]["light"] == "ready", f"the light of the hypervisor: {drivers['hypervisor']}")


def without_names(lab):
    """A domtop that starts now still lists every domain."""
    done = lab.json("list")
    expect({row["id"] for row in done} >= set(lab.ids.values()), f"domains are missing: {done}")


def back(lab, samples):
    """A name in the new store shows in the stream that saw the old one die."""
    lab.machine.must("xenstored --pid-file /run/xenstored.pid\n"
                     "for i in 1 2 3 4 5 6 7 8 9 10; do [ -S /run/xenstored/socket ] && break; sleep 0.5; done\n"
                     f"xenstore-write /local/domain/{lab.ids[IDLE.name]}/name again")
    samples.wait_for(lambda line: "again" in [row["name"] for row in line["domains"]], "name from the new store")


CHECKS = [the_stream_goes_on_without_xenstored]
