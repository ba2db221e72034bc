"""Power cuts: a program is recorded by its system calls, and disks that it may leave are made."""
