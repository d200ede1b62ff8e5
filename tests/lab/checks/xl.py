r"""What Xen's own tools print, parsed: the other side of every comparison.

>>> listed('''
... Name                                        ID   Mem VCPUs	State	Time(s)
... Domain-0                                     0  1024     2     r-----      14.1
... a b                                          7    96     1     -b----       0.2
... ''')[7]
Listed(name='a b', id=7, mib=96, vcpus=1, state='-b----', seconds=0.2)
>>> vcpus('''
... Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)
... a b                                  7     0    1   -b-      10.0  all / 0,2-3
... a b                                  7     1    -   --p       0.0  1 / all
... ''')[7, 1]
Vcpu(cpu=None, state='--p', seconds=0.0, hard='1', soft='all')
>>> store('/local/domain/1/name = "g\\"1"\n')
{'/local/domain/1/name': 'g"1'}
>>> dumped('''
... (XEN) General information for domain 1:
... (XEN)     refcnt=3 dying=0 pause_count=0
... (XEN)     nr_pages=24576 xenheap_pages=2 dirty_cpus={1} max_pages=24832
... (XEN)     handle=cfa9116e-e65a-11f1-b4fc-a193024e03b2 vm_assist=0000000d
... ''')
{1: Dumped(pages=24576, max_pages=24832, uuid='cfa9116e-e65a-11f1-b4fc-a193024e03b2')}
"""
import re
from typing import NamedTuple, Optional


class Listed(NamedTuple):
    """A row of `xl list`."""
    name: str
    id: int
    mib: int
    vcpus: int
    state: str
    seconds: float


class Vcpu(NamedTuple):
    """A row of `xl vcpu-list`; without a CPU where it is offline."""
    cpu: Optional[int]
    state: str
    seconds: float
    hard: str
    soft: str


class Dumped(NamedTuple):
    """A domain as the hypervisor's `q` key dumps it: exact, and from the hypervisor itself."""
    pages: int
    max_pages: int
    uuid: str


def listed(text):
    """`xl list`, by id."""
    rows = [re.match(r"(.*\S)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+([\d.]+)$", line) for line in text.splitlines()]
    found = [Listed(row[1], int(row[2]), int(row[3]), int(row[4]), row[5], float(row[6])) for row in rows if row]
    return {row.id: row for row in found}


def vcpus(text):
    """`xl vcpu-list`, by domain id and vCPU."""
    row = re.compile(r".*\S\s+(\d+)\s+(\d+)\s+(\d+|-)\s+(\S+)\s+([\d.]+)\s+(\S+) / (\S+)$")
    rows = [row.match(line) for line in text.splitlines()]
    return {(int(row[1]), int(row[2])): Vcpu(None if row[3] == "-" else int(row[3]), row[4], float(row[5]), row[6],
                                             row[7]) for row in rows if row}


def store(text):
    """`xenstore-ls -f`, by path."""
    found = re.finditer(r'^(/\S*) = "((?:[^"\\]|\\.)*)"$', text, re.MULTILINE)
    return {hit[1]: re.sub(r"\\(.)", r"\1", hit[2]) for hit in found}


def dumped(text):
    """The hypervisor's console after the debug key `q`, by domain id; the last dump where there are several."""
    found = re.finditer(r"General information for domain (\d+):.*?nr_pages=(\d+).*?max_pages=(\d+).*?handle=(\S+)",
                        text, re.DOTALL)
    return {int(hit[1]): Dumped(int(hit[2]), int(hit[3]), hit[4]) for hit in found}


def facts(text):
    """`xl info`'s lines of one value each."""
    return {hit[1]: hit[2].strip() for hit in re.finditer(r"^(\w+)\s*:(.*)$", text, re.MULTILINE)}


def topology(text):
    """`xl info -n`: core, socket and node of each pCPU."""
    table = text.partition("cpu_topology")[2].partition("device topology")[0]
    return {int(hit[1]): (int(hit[2]), int(hit[3]), int(hit[4]))
            for hit in re.finditer(r"^\s*(\d+):\s+(\d+)\s+(\d+)\s+(\d+)\s*$", table, re.MULTILINE)}


def schedules(text):
    """`xl sched-credit2`: weight and cap by domain id."""
    found = re.finditer(r"^\S.*\s(\d+)\s+(\d+)\s+(\d+)\s*$", text, re.MULTILINE)
    return {int(hit[1]): (int(hit[2]), int(hit[3])) for hit in found}


def numa(text):
    """`xl info -n`: MiB, MiB free and the distances of each node."""
    table = text.partition("numa_info")[2].partition("xen_major")[0]
    return {int(hit[1]): (int(hit[2]), int(hit[3]), [int(word) for word in hit[4].split(",")])
            for hit in re.finditer(r"^\s*(\d+):\s+(\d+)\s+(\d+)\s+([\d,]+)\s*$", table, re.MULTILINE)}
