#include <sys/socket.h>
#ifdef SECOND
#line 100
#endif

long say(int fd) {
    long count = send(fd, "x", 1, 0);
    return count + 1;
}
