"""The screen itself, over dom0's console."""
CHECKS = []
