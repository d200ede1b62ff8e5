"""What domtop must agree with: Xen's own tools, read at the same moment in the same dom0."""
