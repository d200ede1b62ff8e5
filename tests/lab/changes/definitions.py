"""The whole life of a definition: kept, started, typed to, saved, brought back, forgotten; told by xl and by the files
in /etc/xen."""
import re

from checks.lab import equal, expect
from checks.session import Session

from .consoles import ESCAPE, PROMPT, answers
from .lab import GUESTS_CPU, PATIENCE, by
from xen.guest import Guest

KEPT = Guest("kept", cpus=GUESTS_CPU)
FILE, SAVED = "/tmp/kept.xml", "/tmp/kept.saved"
UUID = "5b1c7a52-9a0e-4e0e-9d5e-3f4a6b7c8d90"
XML = f"""<domain type='xen'>
  <name>{KEPT.name}</name>
  <uuid>{UUID}</uuid>
  <memory unit='MiB'>{KEPT.memory}</memory>
  <vcpu cpuset='{GUESTS_CPU}'>1</vcpu>
  <os>
    <type>linux</type>
    <kernel>/guest/vmlinuz</kernel>
    <initrd>/guest/initrd</initrd>
    <cmdline>console=hvc0 quiet burn=0 plug=0</cmdline>
  </os>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices/>
</domain>"""


def a_definition_lives_from_define_to_undefine(lab):
    """Every step by command line, and what stands then by xl."""
    lab.machine.must(f"cat >{FILE} <<'END'\n{XML}\nEND")
    equal("what keeps it", by(lab.done(f"define {FILE}")), ["xm"])
    kept = lab.machine.must(f"grep -l {UUID} /etc/xen/*").split()
    equal("how many files keep it", len(kept), 1)
    equal("its state", state(lab), "off")
    expect(KEPT.name not in lab.listed(), f"it runs already: {lab.listed()}")
    told = lab.run(f"domtop xml {KEPT.name} --kept").out
    for word in ("/guest/vmlinuz", UUID, "burn=0"):
        expect(word in told, f"no {word} in the XML: {told}")
    started(lab)
    typed_to(lab)
    saved_and_back(lab)
    forgotten(lab, kept[0])


def started(lab):
    """xl runs it under the uuid that was defined."""
    equal("what started it", by(lab.done(f"start {KEPT.name}")), ["xl"])
    lab.listens(KEPT)
    equal("its uuid", lab.uuid(KEPT.name), UUID)
    equal("how often it is listed", len(rows(lab)), 1)


def typed_to(lab):
    """Its shell does a sum."""
    with Session(lab, f"LANG=C.UTF-8 domtop console {KEPT.name}", patience=PATIENCE) as session:
        session.press("\r")
        session.wait_for(PROMPT)
        answers(session, 31, 11)
        session.press(f"{ESCAPE}.")
        expect(session.ended() == 0, f"it did not end well: {session.said('err')!r}")


def saved_and_back(lab):
    """While it is saved it is off, not gone; then it runs again."""
    equal("what saved it", by(lab.done(f"save {KEPT.name} {SAVED}")), ["xl"])
    equal("its state", state(lab), "off")
    equal("what brought it back", by(lab.done(f"restore {SAVED}")), ["xl"])
    equal("its uuid", lab.uuid(KEPT.name), UUID)
    lab.machine.must(f"rm {SAVED}")


def forgotten(lab, file):
    """It goes on without a definition, and then there is nothing of it."""
    equal("what forgot it", by(lab.done(f"undefine {KEPT.name}")), ["xm"])
    status, _ = lab.machine.run(f"test -e {file}")
    expect(status, f"{file} is still there")
    expect(KEPT.name in lab.listed(), f"it was ended: {lab.listed()}")
    lab.done(f"destroy {KEPT.name}")
    equal("what is left", rows(lab), [])


def rows(lab):
    """Its rows in the list of all domains."""
    return [row for row in lab.json("list --all") if row["name"] == KEPT.name]


def state(lab):
    """What it does, by the list of all domains."""
    found = rows(lab)
    expect(len(found) == 1, f"it is listed {len(found)} times")
    return found[0]["state"]


def a_definition_nobody_can_take_changes_nothing(lab):
    """What is wrong with it is told with its line."""
    lab.machine.must(f"cat >{FILE} <<'END'\n{XML.replace('<vcpu', '<vcpus').replace('</vcpu>', '</vcpu>')}\nEND")
    before = lab.machine.must("ls /etc/xen")
    said = lab.refused(f"define {FILE}", 1, rf"{re.escape(FILE)}.*\b5\b")
    expect("vcpu" in said.err, f"it does not say what is wrong: {said.err!r}")
    equal("the files in /etc/xen", lab.machine.must("ls /etc/xen"), before)


CHECKS = [a_definition_lives_from_define_to_undefine, a_definition_nobody_can_take_changes_nothing]
