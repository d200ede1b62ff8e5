"""What domtop changes on a real Xen, each change confirmed by Xen's own tools."""
