"""A real Xen host on a machine that has none: Debian's packages booted under QEMU's emulation."""
