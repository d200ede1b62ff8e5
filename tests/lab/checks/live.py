"""What changes under domtop's eyes: a stream of samples runs while xl works.

Every line of the stream carries the moment its reading began, every act of xl is put between two stamps of dom0's
clock. So nothing depends on how fast the machine is: a line from before the act must not show it, and every line
from a tick after it must.
"""
import contextlib
import datetime
import json
import time

from xen.debian import LabError
from xen.guest import Guest

from .lab import BURNER, GUESTS, IDLE, STILL, expect, within

STREAM = "/tmp/stream.json"
INTERVAL = 0.5
# A machine this slow is no longer a lab.
PATIENCE = 180


def a_burning_guest_shows_a_whole_pcpu(lab):
    """Alone on its pCPU it burns about 100 %; what the idle one shows is what xl's own times say; the paused has none."""
    theirs = "cat /proc/uptime; xl list"
    with lab.burning():
        before, done, after = lab.together(theirs, "domtop --batch -d 1 -n 5 --format json", theirs)
    lines = [json.loads(line) for line in done.out.splitlines()]
    expect(len(lines) == 5, f"5 samples were asked for, {len(lines)} came, and {done.err!r}")
    shares = [{row["name"]: row["cpu_percent"] for row in line["domains"]} for line in lines]
    for share in shares:
        within(f"%CPU of {BURNER.name}", share[BURNER.name], 85, 105)
        within(f"%CPU of {STILL.name}", share[STILL.name], 0, 0)
    # An emulated guest that idles pays for its clock, the more the busier the emulator's host is.
    mean, told = sum(share[IDLE.name] for share in shares) / len(shares), share_between(before.out, after.out, IDLE.name)
    within(f"mean %CPU of {IDLE.name}", mean, told - 5, told + 5)


def share_between(before, after, name):
    """A domain's CPU time between two readings of uptime and `xl list`, in percent of the time that passed."""
    (start, spent), (end, spent_then) = (clock_and_time(text, name) for text in (before, after))
    return (spent_then - spent) / (end - start) * 100


def clock_and_time(text, name):
    """dom0's uptime, and a domain's CPU time as `xl list` has it in its last column; in seconds."""
    rows = [line.split() for line in text.strip().splitlines()]
    return float(rows[0][0]), next(float(row[-1]) for row in rows[1:] if row[0] == name)


def pausing_shows_within_a_tick(lab):
    """And so does unpausing."""
    with stream(lab) as samples:
        samples.act(f"xl pause {IDLE.name}", lambda rows: rows[IDLE.name]["state"] == "paused")
        samples.act(f"xl unpause {IDLE.name}", lambda rows: rows[IDLE.name]["state"] in ("idle", "running"))


def renaming_shows_within_a_tick(lab):
    """There and back."""
    with stream(lab) as samples:
        samples.act(f"xl rename {IDLE.name} other", lambda rows: "other" in rows and IDLE.name not in rows)
        samples.act(f"xl rename other {IDLE.name}", lambda rows: IDLE.name in rows and "other" not in rows)


def creating_and_destroying_show_within_a_tick(lab):
    """A guest with its name and memory, and then no more of it."""
    fresh = Guest("fresh", cpus="0")
    with stream(lab) as samples:
        samples.act(fresh.create(), lambda rows: rows.get("fresh", {}).get("memory_kib") == fresh.memory * 1024)
        samples.act("xl destroy fresh", lambda rows: "fresh" not in rows)
        expect(len(samples.lines()[-1]["domains"]) == len(GUESTS) + 1, "more went than the one that was destroyed")


@contextlib.contextmanager
def stream(lab):
    """domtop's samples while the block runs."""
    # An orphan: busybox's shell ends where a child of its own dies while it reads.
    lab.machine.must(f"rm -f {STREAM}\n(domtop --batch -d {INTERVAL} --format json >{STREAM} 2>/tmp/stream.err "
                     "</dev/null & echo $! >/tmp/stream.pid)")
    samples = Stream(lab)
    try:
        samples.wait_past(samples.stamp())
        yield samples
    finally:
        lab.machine.run("kill $(cat /tmp/stream.pid)")


class Stream:
    """Samples of a domtop that goes on in the background."""

    def __init__(self, lab):
        self.lab = lab
        #: The first line that still matters: a line over a serial port costs milliseconds.
        self.seen = 1

    def act(self, script, shows):
        """Runs xl, and holds domtop to having shown what it did within a tick."""
        self.seen += max(0, int(self.lab.machine.must(f"tail -n +{self.seen} {STREAM} | wc -l")) - 2)
        start = self.stamp()
        self.lab.machine.must(script)
        end = self.stamp()
        self.wait_past(end + 3 * INTERVAL)
        early, late = self.told(lambda at: at < start), self.told(lambda at: at > end + INTERVAL)
        expect(early and late, f"no samples around {script!r}")
        expect(not shows(early[-1]), f"{script!r} already shows before it is done: {early[-1]}")
        for rows in late:
            expect(shows(rows), f"{script!r} does not show a tick later: {rows}")

    def told(self, when):
        """The domains by name of each sample of a time."""
        return [{row["name"]: row for row in line["domains"]} for line in self.lines() if when(moment(line))]

    def lines(self):
        """The complete lines so far, from shortly before the last act, with the domains that run: those that xl was
        given a file of are there also when they do not."""
        # Of a copy: of a file that grows faster than the line carries it, `tail` would never see the end.
        text = self.lab.machine.must(f"cp {STREAM} {STREAM}.part; tail -n +{self.seen} {STREAM}.part")
        return [running(json.loads(line)) for line in text.split("\n")[:-1]]

    def last(self):
        """The last complete line."""
        text = self.lab.machine.must(f"tail -n 2 {STREAM}").split("\n")[:-1]
        return running(json.loads(text[-1])) if text and text[-1].endswith("}") else None

    def wait_past(self, when):
        """Waits for a sample that was begun after a moment."""
        self.wait_for(lambda line: moment(line) > when, "sample")

    def wait_for(self, shows, what):
        """Waits for a sample in which something shows; the machine's pace is no matter."""
        end = time.monotonic() + PATIENCE
        while not ((line := self.last()) and shows(line)):
            if time.monotonic() > end:
                said = self.lab.machine.must("cat /tmp/stream.err")
                raise AssertionError(f"no {what} in the stream for {PATIENCE} s; stderr: {said!r}; last line: {line}")
            time.sleep(0.2)
        return line

    def stamp(self):
        """dom0's clock now, in seconds since 1970 (as a file's time: busybox prints no fractions otherwise)."""
        text = self.lab.machine.must("touch /tmp/stamp; TZ=UTC stat -c %y /tmp/stamp").strip()
        date, _, rest = text.partition(".")
        if not rest:
            raise LabError(f"dom0's stat tells no fractions: {text!r}")
        whole = datetime.datetime.fromisoformat(date).replace(tzinfo=datetime.timezone.utc).timestamp()
        return whole + float("0." + rest.split()[0])


def running(line):
    """A line without the domains that are off."""
    return line | {"domains": [row for row in line["domains"] if row["id"] is not None]}


def moment(line):
    """When a sample was begun, in seconds since 1970."""
    return datetime.datetime.fromisoformat(line["time"].replace("Z", "+00:00")).timestamp()


CHECKS = [a_burning_guest_shows_a_whole_pcpu, pausing_shows_within_a_tick, renaming_shows_within_a_tick,
          creating_and_destroying_show_within_a_tick]
