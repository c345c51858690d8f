//! The errors of getaddrinfo(3) and getnameinfo(3): they are not errnos, have negative numbers, and Python raises `socket.gaierror`.

described! {
    /// In the order of their numbers, from -1 down.
    RESOLVER;
    EAI_BADFLAGS = -1 "Bad value for ai_flags" "getaddrinfo(3)"
        means "A flag is unknown or does not go with the others."
        when {
            "getaddrinfo": "AI_CANONNAME without a host name, or an unknown bit";
            "getnameinfo": "an unknown NI_* bit";
        }
        next "Use AI_* for getaddrinfo and NI_* for getnameinfo.";
    EAI_NONAME = -2 "Name or service not known" "getaddrinfo(3)"
        means "There is no such name, or neither a host nor a service was given."
        when {
            "getaddrinfo": "the name is in no file and no name server knows it; AI_NUMERICHOST and the text is not an address; AI_NUMERICSERV and the port is not a number";
            "gethostbyname": "the same";
            "getnameinfo": "NI_NAMEREQD and the address has no name";
            "connect": "the host name in the address could not be resolved";
        }
        next "Check the spelling. The lab has no name server: localhost, addresses in digits and /etc/hosts work.";
    EAI_AGAIN = -3 "Temporary failure in name resolution" "getaddrinfo(3)"
        means "The name server could not be asked, or did not answer."
        when {
            "getaddrinfo": "no network, or the name server is down: in the lab every name that is not in /etc/hosts";
            "gethostbyname": "the same";
        }
        next "Later it may work. In the lab use addresses in digits or localhost.";
    EAI_FAIL = -4 "Non-recoverable failure in name resolution" "getaddrinfo(3)"
        means "The name server refused, or answered with nonsense."
        when {
            "getaddrinfo": "the server answered with a failure";
        }
        next "Ask another name server.";
    EAI_NODATA = -5 "No address associated with hostname" "getaddrinfo(3)"
        means "The name exists but has no address."
        when {
            "getaddrinfo": "only other records (mail, text) carry this name";
        }
        next "Perhaps a name with www in front is meant.";
    EAI_FAMILY = -6 "ai_family not supported" "getaddrinfo(3)"
        means "Names are resolved for AF_INET, AF_INET6 and AF_UNSPEC only."
        when {
            "getaddrinfo": "another family, AF_UNIX for example";
            "getnameinfo": "an address of another family";
        }
        next "AF_UNSPEC (0) gives both IP families.";
    EAI_SOCKTYPE = -7 "ai_socktype not supported" "getaddrinfo(3)"
        means "Type and protocol do not go together."
        when {
            "getaddrinfo": "SOCK_STREAM with IPPROTO_UDP, or a type IP does not have";
        }
        next "Give one of the two only.";
    EAI_SERVICE = -8 "Servname not supported for ai_socktype" "getaddrinfo(3)"
        means "The service name is unknown, or unknown for this type."
        when {
            "getaddrinfo": "a name that is not in /etc/services, or a TCP service with SOCK_DGRAM; any service with SOCK_RAW";
        }
        next "Give the port as a number.";
    EAI_ADDRFAMILY = -9 "Address family for hostname not supported" "getaddrinfo(3)"
        means "The host has addresses, but none of this family."
        when {
            "getaddrinfo": "AF_INET6 asked and the text is an IPv4 address, or the other way round";
            "bind": "an IPv4 address for an AF_INET6 socket";
            "connect": "the same";
        }
        next "Give the socket the family of the address.";
    EAI_MEMORY = -10 "Memory allocation failure" "getaddrinfo(3)"
        means "Out of memory."
        when {
            "getaddrinfo": "out of memory";
        }
        next "";
    EAI_SYSTEM = -11 "System error" "getaddrinfo(3)"
        means "A system call on the way failed; errno says which error."
        when {
            "getaddrinfo": "look at errno";
        }
        next "Look at errno.";
    EAI_OVERFLOW = -12 "Unknown error" "getnameinfo(3)"
        means "The name does not fit into the buffer."
        when {
            "getnameinfo": "C only: the buffer is shorter than NI_MAXHOST or NI_MAXSERV";
        }
        next "Use NI_MAXHOST and NI_MAXSERV.";
}
