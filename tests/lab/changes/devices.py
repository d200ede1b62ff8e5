"""Disks and interfaces: put into a running guest, used by it, and taken off; told by xl, by the kernels of dom0 and of
the guest, and by xentop (whose NETTX and NETRX stay at nothing without a bridge)."""
import json

from checks.lab import TRIES, equal, expect, parsed

from .lab import GUESTS_CPU, by
from xen.debian import LabError
from xen.guest import Guest

PLUGGED = Guest("plugged", cpus=GUESTS_CPU)
DISK = "<disk type='block' device='disk'><source dev='/dev/ram0'/><target dev='xvdb' bus='xen'/></disk>"
CARD = "<interface type='bridge'><mac address='00:16:3e:0d:0e:0f'/><source bridge='none'/></interface>"
# What the guest is had read and written of its disk, in blocks of 4 KiB, and how often it calls dom0.
READ, WRITTEN, CALLS = 300, 200, 7
CONNECTED = "4"
INFO = f"domtop info {PLUGGED.name} --format json"
LOG = f"/var/log/xen/console/guest-{PLUGGED.name}.log"


def a_disk_is_attached_used_and_detached(lab):
    """Its counters are those of dom0's kernel, and those xentop shows."""
    number = lab.up(PLUGGED)
    equal("what attached it", by(lab.done(f"attach {PLUGGED.name} {written(lab, DISK)}")), ["xl"])
    connected(lab, "block-list")
    typed(lab, f"dd if=/dev/xvdb of=/dev/null bs=4k count={READ} iflag=direct")
    typed(lab, f"dd if=/dev/zero of=/dev/xvdb bs=4k count={WRITTEN} oflag=direct")
    seen = lab.bracket([f"cd /sys/bus/xen-backend/devices/vbd-{number}-*/statistics && cat rd_req wr_req rd_sect wr_sect"],
                       INFO, lambda text: text)
    reads, writes, read, write = (int(word) for word in seen.before[0].split())
    expect(reads > 0 and read * 512 >= READ * 4096, f"the guest read {read} sectors in {reads} requests")
    expect(writes > 0 and write * 512 >= WRITTEN * 4096, f"the guest wrote {write} sectors in {writes} requests")
    disk = only(seen.seen, "disk")
    equal("state", disk["state"], "connected")
    equal("its name", disk["name"], "xvdb")
    equal("its counters", disk["disk"],
          {"read_requests": reads, "read_bytes": read * 512, "write_requests": writes, "write_bytes": write * 512})
    shown = xentop(lab)
    equal("VBD_RD and VBD_WR", (reads, writes), (shown["VBD_RD"], shown["VBD_WR"]))
    equal("what detached it", by(lab.done(f"detach {PLUGGED.name} {written(lab, DISK)}")), ["xl"])
    lab.until(f"{PLUGGED.name} without a disk", lambda: len(attached(lab, "block-list")) == 0)
    equal("disks", of_kind(told(lab), "disk"), [])


def an_interface_is_attached_used_and_detached(lab):
    """What the guest sends is what it received by dom0's kernel; rates are of what passes meanwhile."""
    number = lab.up(PLUGGED)
    equal("what attached it", by(lab.done(f"attach {PLUGGED.name} {written(lab, CARD)}")), ["xl"])
    connected(lab, "network-list")
    typed(lab, "ip link set eth0 up && ip addr add 10.99.0.2/24 dev eth0")
    typed(lab, f"ping -c {CALLS} -s 1000 10.99.0.1")
    seen = lab.bracket([f"grep vif{number}.0: /proc/net/dev"], INFO, lambda text: text)
    words = [int(word) for word in seen.before[0].split(":")[1].split()]
    # dom0 receives what the guest sends.
    theirs = {"rx_bytes": words[8], "rx_packets": words[9], "tx_bytes": words[0], "tx_packets": words[1]}
    expect(theirs["tx_packets"] >= CALLS and theirs["rx_bytes"] >= CALLS * 1000, f"dom0 counted {theirs}")
    card = only(seen.seen, "net")
    equal("state", card["state"], "connected")
    equal("its counters", {key: card["net"][key] for key in theirs}, theirs)
    equal("its address", "00:16:3e:0d:0e:0f" in card["note"], True)
    agrees_with_the_guest(lab)
    rates(lab)
    equal("what detached it", by(lab.done(f"detach {PLUGGED.name} {written(lab, CARD)}")), ["xl"])
    lab.until(f"{PLUGGED.name} without an interface", lambda: len(attached(lab, "network-list")) == 0)
    equal("interfaces", of_kind(told(lab), "net"), [])


def agrees_with_the_guest(lab):
    """What the guest's own kernel sent and received, told while nothing passed: sent is sent as the guest sees it."""
    for _ in range(TRIES):
        before, card, after = of_the_guest(lab), only(told(lab), "net"), of_the_guest(lab)
        if before == after:
            return equal("packets sent and received", (card["net"]["tx_packets"], card["net"]["rx_packets"]), before)
    raise LabError(f"the guest's counters did not stand still in {TRIES} tries")


def of_the_guest(lab):
    """Packets it sent and received, as its own kernel counts them."""
    here = "/sys/class/net/eth0/statistics"
    typed(lab, f"echo counted $(cat {here}/tx_packets {here}/rx_packets)")
    words = lab.machine.must(f"grep '^counted [0-9]' {LOG} | tail -n 1").split()
    return int(words[1]), int(words[2])


def rates(lab):
    """What passes in a second, of a guest that calls five times in one."""
    typed(lab, "(ping -i 0.2 -s 1000 10.99.0.1 >/dev/null 2>&1 &)")
    ticks = [json.loads(line) for line in lab.run("domtop --batch -n 5 -d 1 --format json").out.splitlines()]
    typed(lab, "killall ping")
    seen = [(row["net_tx_bytes_per_s"], row["net_rx_bytes_per_s"], tick["interval_s"]) for tick in ticks
            for row in tick["domains"] if row["name"] == PLUGGED.name and row["net_tx_bytes_per_s"]]
    expect(seen, f"no rate is above nothing: {ticks[-1]}")
    # At an emulator's pace it may call more seldom, even less than once in a tick; but no call is half as long.
    expect(all(0 <= one < 20_000 for *pair, _ in seen for one in pair), f"bytes a second: {seen}")
    expect(max(sent * seconds for sent, _, seconds in seen) >= 1000, f"bytes a second, and seconds: {seen}")


def what_cannot_be_attached_is_told_and_leaves_no_trace(lab):
    """A disk of a device that is not there, and the place of one that is."""
    lab.up(PLUGGED)
    before = attached(lab, "block-list")
    done = lab.run(f"domtop attach {PLUGGED.name} {written(lab, DISK.replace('ram0', 'nothing'))} --yes")
    equal("status", done.status, 1)
    expect("nothing" in done.err, f"the reason is not told: {done.err!r}")
    done = lab.run(f"domtop detach {PLUGGED.name} {written(lab, DISK.replace('xvdb', 'xvdz'))} --yes")
    equal("status", done.status, 1)
    expect("xvdz" in done.err or "51792" in done.err, f"the reason is not told: {done.err!r}")
    equal("disks", attached(lab, "block-list"), before)
    lab.machine.must(f"{lab.xl} destroy {PLUGGED.name}")


def written(lab, xml):
    """A file of dom0 with a device's XML."""
    lab.machine.must(f"cat >/tmp/device.xml <<'END'\n{xml}\nEND")
    return "/tmp/device.xml"


def attached(lab, listing):
    """The devices of the guest, as xl lists them: lines without the heading."""
    return lab.machine.must(f"{lab.xl} {listing} {PLUGGED.name}").splitlines()[1:]


def connected(lab, listing):
    """Waits until the guest's driver and dom0's speak to each other."""
    def shows():
        rows = attached(lab, listing)
        return len(rows) == 1 and CONNECTED in rows[0].split()
    lab.until(f"device of {PLUGGED.name} in xl {listing} that is connected", shows)


def typed(lab, line):
    """Has the guest's shell run a line, and waits for its end."""
    count = lambda: int(lab.machine.must(f"cat {LOG} | grep -c '^typed [0-9]'; :"))
    before = count()
    tty = lab.of(PLUGGED.name, "console/tty")
    lab.machine.must(f"printf '%s\\r' '{line}; echo typed $?' >{tty}")
    lab.until(f"end of `{line}`", lambda: count() > before)
    said = lab.machine.must(f"grep '^typed [0-9]' {LOG} | tail -n 1").split()
    expect(said[1] == "0", f"`{line}` fails in the guest: {lab.machine.must(f'tail -n 20 {LOG}')}")


def told(lab):
    """What domtop tells of the guest."""
    return lab.run(INFO)


def of_kind(told, kind):
    """The guest's devices of a kind, as domtop tells them."""
    return [one for one in parsed(told)["devices"] if one["kind"] == kind]


def only(told, kind):
    """The one of a kind."""
    found = of_kind(told, kind)
    expect(len(found) == 1, f"there are {len(found)}: {found}")
    return found[0]


def xentop(lab):
    """The guest's counters as xentop shows them, by its own headings; those after the one of two words in dom0's row."""
    heading, *rows = lab.machine.must("xentop -b -i 1 -f").splitlines()
    row = next(row.split() for row in rows if row.split()[0] == PLUGGED.name)
    return {name: int(word) for name, word in zip(heading.split(), row) if word.isdigit()}


CHECKS = [a_disk_is_attached_used_and_detached, an_interface_is_attached_used_and_detached,
          what_cannot_be_attached_is_told_and_leaves_no_trace]
