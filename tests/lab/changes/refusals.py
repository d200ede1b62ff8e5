"""What is not done: the reason, the status, and a host that is as it was."""
from checks.lab import expect
from checks.rights import names_what_is_missing

from .lab import BALLOON, WIDE

NAME = WIDE.name
# Every command that changes a domain of a Xen host, with words that would do.
CHANGES = [
    f"suspend {NAME}", f"resume {NAME}", f"shutdown {NAME}", f"reboot {NAME}", f"destroy {NAME}",
    f"create {WIDE.path}", f"save {NAME} /tmp/no", f"dump {NAME} /tmp/no", "restore /tmp/no",
    f"setmem {NAME} 90M", f"setmaxmem {NAME} 120M", f"setvcpus {NAME} 2", f"pin {NAME} 0 1",
    f"sched {NAME} weight=300", f"rename {NAME} other",
]
# What a host cannot do or had better not, and how that is said.
UNWISE = [
    (f"setvcpus {NAME} 0", 2, "no vCPU"),
    (f"setvcpus {NAME} {WIDE.max_vcpus + 1}", 3, f"{WIDE.max_vcpus} at most"),
    (f"pin {NAME} 0 7", 3, "CPU"),
    (f"pin {NAME} 9 0", 3, "vCPU"),
    (f"setmem {BALLOON.name} 1M", 3, "at least"),
    (f"setmem {BALLOON.name} {BALLOON.max_memory + 8}M", 3, "at most"),
    (f"setmaxmem {BALLOON.name} 16M", 3, "below"),
    (f"setmaxmem {BALLOON.name} 64G", 3, "above"),
    (f"sched {NAME} weight=70000", 3, "weight"),
    (f"sched {NAME} weight=0", 2, "weight"),
    (f"sched {NAME} cap=900", 3, "cap"),
    (f"rename {NAME} {BALLOON.name}", 3, BALLOON.name),
    (f"resume {NAME}", 3, "not paused"),
    ("destroy 0", 3, "control domain"),
    ("suspend Domain-0", 3, "control domain"),
    ("save 0 /tmp/no", 3, "control domain"),
    ("shutdown 0", 3, "control domain"),
]
NOBODY = ["suspend nobody", "destroy 4711", "setmem 00000000-0000-0000-0000-00000000dead 90M", "pin nobody 0 0"]
GUARDED = [f"suspend {NAME}", f"shutdown {NAME}", f"reboot {NAME}", f"destroy {NAME}", f"save {NAME} /tmp/no",
           f"dump {NAME} /tmp/no", "restore /tmp/no"]


def what_is_unwise_is_refused(lab):
    """Too few, too many, too small, too large, out of range, the control domain."""
    lab.up(WIDE)
    lab.up(BALLOON)
    each(lab, [(f"{command} --yes", status, word) for command, status, word in UNWISE])


def nobody_is_no_domain(lab):
    """By name, by id, by uuid."""
    each(lab, [(f"{command} --yes", 4, "no domain") for command in NOBODY])


def a_session_that_only_looks_changes_nothing(lab):
    """Each command that changes, with -r."""
    lab.up(WIDE)
    each(lab, [(f"-r {command} --yes", 3, "only looks") for command in CHANGES])


def nothing_is_done_unasked(lab):
    """Where there is no terminal to ask on, a guarded command says how to do without."""
    lab.up(WIDE)
    each(lab, [(command, 2, "--yes") for command in GUARDED])


def a_user_without_rights_changes_nothing(lab):
    """And is told what is missing."""
    lab.up(WIDE)
    with lab.untouched("the operator"):
        for command in (f"suspend {NAME} --yes", f"destroy {NAME} --yes", f"setmem {NAME} 90M"):
            done = lab.run(f"su operator -c 'domtop -c xen:/// {command}'")
            expect(done.status == 3, f"`{command}` exits with {done.status}, not 3: {done.err!r}")
            names_what_is_missing(done.err)


def each(lab, commands):
    """All of these are refused, each with its status and words, and after all of them the host is as it was."""
    wrong = []
    before = lab.host()
    for command, status, word in commands:
        try:
            lab.refused(command, status, word)
        except AssertionError as problem:
            wrong.append(str(problem))
    wrong += lab.changed(before)
    expect(not wrong, "\n        ".join(wrong))


CHECKS = [what_is_unwise_is_refused, nobody_is_no_domain, a_session_that_only_looks_changes_nothing,
          nothing_is_done_unasked, a_user_without_rights_changes_nothing]
