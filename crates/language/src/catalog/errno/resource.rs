//! Errnos about descriptors, permissions, memory and the file system, as socket calls meet them.

described! {
    /// In the order of their numbers.
    RESOURCE;
    EPERM "Operation not permitted" "capabilities(7)"
        means "It needs a privilege the process does not have, or a firewall said no."
        when {
            "socket": "SOCK_RAW or AF_PACKET without CAP_NET_RAW; the lab gives it, the real network does not";
            "sendto": "a firewall rule dropped the outgoing packet";
            "setsockopt": "SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_PREFER_BUSY_POLL: over the whole machine, so not even in the lab";
            "sendmsg": "SCM_CREDENTIALS with ids that are not one's own";
            "epoll_ctl": "the descriptor is a plain file: those are always ready";
        }
        next "Inside the lab you have CAP_NET_RAW and CAP_NET_ADMIN over the lab's own network; what still fails needs the real root.";
    ENOENT "No such file or directory" "unix(7)"
        means "What was named does not exist."
        when {
            "connect" for "UNIX": "no file at that path: the server has not bound it, or another folder is current";
            "sendto" for "UNIX": "the same";
            "bind" for "UNIX": "the folder of the path does not exist";
            "setsockopt" for "TCP": "the kernel does not have what is named (TCP_CONGESTION, TCP_ULP), or there is no filter to detach";
            "ioctl": "SIOCGSTAMP on a socket to which no packet has come";
            "sendfile": "the file does not exist";
            "epoll_ctl": "EPOLL_CTL_MOD or EPOLL_CTL_DEL of a descriptor that was not added";
            "load": "the script does not exist";
        }
        next "Check the name, or the path." after "connect send"
            for "UNIX": "Check the path; `sockets` shows the paths that are bound. An abstract name (`@name`) needs no file.";
    EIO "Input/output error" "errno(3)"
        means "The device below failed."
        when {
            "sendfile": "the file could not be read";
        }
        next "";
    EBADF "Bad file descriptor" "close(2)"
        means "This number is not an open descriptor of this process."
        when {
            "close": "it was closed already: a second close could hit a descriptor that another part of the program has opened since";
            "send": "the socket was closed, or the number belongs to another process";
            "recv": "the same";
            "epoll_ctl": "the same; a closed socket has left the epoll by itself";
            "select": "one of the sockets is closed";
        }
        next "Find out who closed it. Descriptors are numbers of one process: another process has its own.";
    ENOMEM "Cannot allocate memory" "errno(3)"
        means "The kernel has no memory for this."
        when {
            "socket": "out of memory, or a limit of the control group";
            "sendmsg": "too much ancillary data, or memory for error reports is used up";
            "setsockopt" for "IP": "more multicast memberships than fit into the option memory (net.core.optmem_max)";
        }
        next "Free something, or raise the limit.";
    EACCES "Permission denied" "bind(2)"
        means "It is forbidden."
        when {
            "socket" for "ping": "no group of the process lies in net.ipv4.ping_group_range";
            "bind" for "IP": "a port below 1024 without CAP_NET_BIND_SERVICE (the lab allows them)";
            "bind" for "UNIX": "the folder may not be written";
            "connect" for "UNIX": "the socket file may not be written";
            "connect" for "IP": "a broadcast address without SO_BROADCAST, or a rule of the routing table that prohibits";
            "send" for "IP": "the same";
            "send" for "UNIX": "the socket file of the address may not be written";
            "setsockopt": "SO_DEBUG: needs CAP_NET_ADMIN over the whole machine";
        }
        next "Look at what it takes: `explain EACCES` lists it call by call."
            for "ping": "`sysctl net.ipv4.ping_group_range LOWEST HIGHEST` names the groups that may have ping sockets on this host; SOCK_RAW with IPPROTO_ICMP needs only CAP_NET_RAW, which the lab gives."
            for "UDP, raw": "To send to everybody: setsockopt SO_BROADCAST 1. To bind a port: one of 1024 or higher."
            for "TCP": "To bind a port: one of 1024 or higher."
            for "UNIX": "Look at the permissions of the file and of the folders above it.";
    EEXIST "File exists" "epoll_ctl(2)"
        means "It is there already."
        when {
            "epoll_ctl": "EPOLL_CTL_ADD of a descriptor that was added before";
            "register": "the same (a poll object replaces in place of failing)";
        }
        next "Use modify (EPOLL_CTL_MOD).";
    ENOTDIR "Not a directory" "unix(7)"
        means "A part of the path in front is a file, not a folder."
        when {
            "bind" for "UNIX": "`./file/x.sock` where file is not a directory";
            "connect": "the same";
        }
        next "Check the path.";
    EISDIR "Is a directory" "errno(3)"
        means "The path is a folder."
        when {
            "sendfile": "a folder cannot be sent as a file";
        }
        next "Name a file.";
    ENFILE "Too many open files in system" "socket(2)"
        means "The whole machine has no descriptor left."
        when {
            "socket": "the limit fs.file-max is reached";
            "accept": "the same";
        }
        next "Close what is not needed.";
    EMFILE "Too many open files" "getrlimit(2)"
        means "This process has as many descriptors as it may (RLIMIT_NOFILE, often 1024)."
        when {
            "socket": "descriptors leak: something opens and never closes";
            "accept": "a server with too many clients at once; the connection stays in the backlog, so poll goes on reporting the listener";
            "dup": "the same";
        }
        next "`sockets` shows what is open. Close connections, or raise the limit with `ulimit -n`." after "socket accept socketpair";
    ENOTTY "Inappropriate ioctl for device" "ioctl(2)"
        means "This kind of descriptor does not know that request."
        when {
            "ioctl": "SIOCATMARK on a socket without urgent data, or a request of terminals on a socket";
        }
        next "See ioctl's page for requests that fit sockets.";
    EFBIG "File too large" "errno(3)"
        means "A size limit of files."
        when {
            "save": "the file would be larger than the file system or RLIMIT_FSIZE allows";
        }
        next "";
    ENOSPC "No space left on device" "epoll_ctl(2)"
        means "A limit on count or space is reached."
        when {
            "epoll_ctl": "more watches than /proc/sys/fs/epoll/max_user_watches allows";
            "setsockopt": "a table of the kernel is full";
            "save": "the disk is full";
        }
        next "Make room.";
    ESPIPE "Illegal seek" "sendfile(2)"
        means "A socket or pipe has no position to move to."
        when {
            "sendfile": "an offset was given and the input is not a plain file";
        }
        next "Send from a plain file.";
    EROFS "Read-only file system" "unix(7)"
        means "Nothing can be created there."
        when {
            "bind" for "UNIX": "the path lies on a file system that is mounted read-only";
        }
        next "Choose another folder, /tmp for example, or an abstract name (`@name`).";
    ENAMETOOLONG "File name too long" "unix(7)"
        means "The path or a part of it is too long."
        when {
            "bind": "a part of the path has more than 255 bytes. The whole of a UNIX path has at most 108 bytes, and what is longer never reaches the kernel";
            "connect": "the same";
        }
        next "Use a short path, or an abstract name (`@name`).";
    ENOSYS "Function not implemented" "errno(3)"
        means "The kernel does not have this system call."
        when {
            "socket": "not on a kernel that can run this lab, unless a sandbox hides the call";
        }
        next "Look for a sandbox (seccomp) around the program.";
    ELOOP "Too many levels of symbolic links" "epoll_ctl(2)"
        means "Going round in circles: symbolic links in a path, or epolls that watch each other."
        when {
            "bind" for "UNIX": "symbolic links in the path point at each other";
            "connect": "the same";
            "epoll_ctl": "an epoll would watch itself through another, or more than five deep";
        }
        next "Break the circle.";
    ENODATA "No data available" "unix(7)"
        means "There is nothing to give."
        when {
            "getsockopt": "SO_PEERGROUPS or SO_PEERPIDFD of a socket without a peer";
        }
        next "Connect first.";
    ENOTSOCK "Socket operation on non-socket" "socket(7)"
        means "The descriptor is open, but it is not a socket."
        when {
            "send": "a file, a pipe or an epoll in place of a socket";
            "listen": "the same";
            "getsockopt": "the same";
        }
        next "Look at what the number stands for: 0, 1 and 2 are the standard streams, an epoll has a number too.";
    ENOBUFS "No buffer space available" "netlink(7)"
        means "A queue ran over, or memory for it is lacking."
        when {
            "recv" for "netlink": "messages came faster than they were read and some are lost";
            "sendto" for "IP, packet": "the interface's queue is full (Linux usually drops silently instead)";
            "setsockopt" for "IP": "too many multicast groups on one socket (net.ipv4.igmp_max_memberships, 20)";
        }
        next "Read faster, enlarge SO_RCVBUF, or ask the kernel again for the whole state.";
    ECHILD "No child processes" "wait(2)"
        means "There is no child process to wait for."
        when {
            "wait": "the program has ended and was collected";
        }
        next "";
    ESRCH "No such process" "netlink(7)"
        means "Who or what is meant does not exist."
        when {
            "kill": "the process has ended";
            "sendmsg": "SCM_CREDENTIALS with a process id that does not exist";
        }
        next "`lab` shows the processes.";
    EBUSY "Device or resource busy" "errno(3)"
        means "Somebody is using it."
        when {
            "setsockopt": "PACKET_RX_RING or PACKET_VERSION while the ring is mapped";
        }
        next "Set it once, before use.";
    EREMOTEIO "Remote I/O error" "errno(3)"
        means "The other side failed."
        when {
            "connect": "rare protocols only";
        }
        next "";
    ERANGE "Numerical result out of range" "errno(3)"
        means "The result does not fit into the buffer."
        when {
            "getsockopt": "SO_PEERGROUPS or SO_PEERSEC: the buffer is too small";
            "gethostbyname": "an entry is larger than the buffer; C only";
        }
        next "Give a larger buffer.";
    ENOSR "Out of streams resources" "errno(3)"
        means "A resource of the historic STREAMS system; Linux does not give it."
        when {
            "accept": "POSIX allows it; not on Linux";
        }
        next "";
}
