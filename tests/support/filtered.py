"""filtered.py USER CALL=ERRNO[:FIRST] PROGRAM ARGUMENT...: runs a program that may not make a system call (seccomp(2), x86-64 and arm64).

USER is a user id, or - for the one that runs this. FIRST is the first argument of the calls that are refused; without it all are.
"""
import ctypes
import errno
import os
import platform
import struct
import sys

X86_64 = dict(
    socket=41, clone=56, ppoll=271, capset=126, prctl=157, mount=165, signalfd4=289, eventfd2=290, epoll_create1=291,
    pipe2=293, prlimit64=302, setns=308, memfd_create=319, unshare=272, timerfd_create=283, ptrace=101, socketpair=53,
)
ARM64 = dict(
    socket=198, clone=220, ppoll=73, capset=91, prctl=167, mount=40, signalfd4=74, eventfd2=19, epoll_create1=20,
    pipe2=59, prlimit64=261, setns=268, memfd_create=279, unshare=97, timerfd_create=85, ptrace=117, socketpair=199,
)
NUMBERS = X86_64 if platform.machine() == "x86_64" else ARM64
# These have the same number everywhere.
NUMBERS |= dict(io_uring_setup=425, pidfd_send_signal=424, pidfd_open=434, clone3=435, close_range=436)

LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # linux/bpf_common.h
NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data
REFUSE, ALLOW = 0x00050000, 0x7FFF0000  # linux/seccomp.h
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2


def program(rule):
    call, _, answer = rule.partition("=")
    answer, _, first = answer.partition(":")
    checks = [(NUMBER, NUMBERS[call])] + ([(FIRST_ARGUMENT, int(first))] if first else [])
    code = []
    for place, (offset, value) in enumerate(checks):
        behind = 2 * (len(checks) - place) - 1
        code += [(LOAD, 0, 0, offset), (EQUAL, 0, behind, value)]
    code += [(RETURN, 0, 0, REFUSE | getattr(errno, answer)), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", kind, yes, no, value) for kind, yes, no, value in code)


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]


user, rule, *arguments = sys.argv[1:]
if user != "-":
    os.setgroups([])
    os.setgid(int(user))
    os.setuid(int(user))
code = program(rule)
kept = ctypes.create_string_buffer(code)
filtered = Filter(len(code) // 8, ctypes.cast(kept, ctypes.c_void_p))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(filtered)):
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(arguments[0], arguments)
