"""The host and its hypervisor against `xl info`, the scheduler against `xl sched-credit2`, the store against itself."""
from . import xl
from .lab import GUESTS, IDLE, equal, expect, parsed, within

CHECKS = []
