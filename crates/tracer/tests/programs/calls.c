/* Every call of the list that a C program makes by itself, with errors of all kinds; prints what it saw itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, long result) { printf("%s %ld %d\n", what, result, result < 0 ? errno : 0); fflush(stdout); }
static int hits;
static void hit(int signal) { hits++; }

static void handler(int signal, int flags) {
    struct sigaction action = {.sa_handler = hit, .sa_flags = flags};
    sigaction(signal, &action, NULL);
}

static void alarm_in(int milliseconds) {
    struct itimerval timer = {.it_value = {.tv_usec = milliseconds * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

int main(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    say("setsockopt", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    say("bind", bind(listener, (struct sockaddr *)&here, sizeof here));
    say("bind again", bind(listener, (struct sockaddr *)&here, sizeof here));
    say("listen", listen(listener, 5));
    getsockname(listener, (struct sockaddr *)&here, &length);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
    say("connect", connect(client, (struct sockaddr *)&here, sizeof here));
    int server = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    char buffer[64] = {0};
    say("recv nonblock", recv(server, buffer, sizeof buffer, 0));
    say("write", write(client, "hello", 5));
    struct pollfd polled = {.fd = server, .events = POLLIN};
    say("poll", poll(&polled, 1, 1000));
    say("ioctl", ioctl(server, FIONREAD, &one));
    say("read", read(server, buffer, sizeof buffer));
    struct iovec parts[2] = {{"ab", 2}, {"cdef", 4}};
    say("writev", writev(client, parts, 2));
    struct iovec into[2] = {{buffer, 3}, {buffer + 8, 8}};
    fcntl(server, F_SETFL, 0);
    say("readv", readv(server, into, 2));
    say("getpeername", getpeername(listener, (struct sockaddr *)&here, &length));
    /* bad pointers */
    say("send efault", send(client, (void *)16, 5, 0));
    say("recv efault", (write(client, "q", 1), recv(server, (void *)16, 5, 0)));
    say("bind efault", bind(client, (void *)16, 16));
    say("accept bad", accept(server, NULL, NULL));
    say("getsockname efault", getsockname(client, (void *)16, (void *)16));
    say("poll efault", poll((void *)16, 1, 0));
    say("sendmsg efault", sendmsg(client, (void *)16, 0));
    say("setsockopt efault", setsockopt(client, SOL_SOCKET, SO_REUSEADDR, (void *)16, 4));
    say("recv rest", recv(server, buffer, 1, MSG_DONTWAIT));
    /* not sockets */
    say("bind 77", bind(77, (struct sockaddr *)&here, sizeof here));
    say("send to stdin", send(0, "x", 1, 0));
    /* datagrams and messages */
    int pair[2];
    say("socketpair", socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    char control[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec whole = {"fd", 2};
    struct msghdr message = {.msg_iov = &whole, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &client, sizeof(int));
    say("sendmsg", sendmsg(pair[0], &message, 0));
    whole.iov_base = buffer, whole.iov_len = sizeof buffer;
    say("recvmsg", recvmsg(pair[1], &message, 0));
    int passed;
    memcpy(&passed, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    say("write passed", write(passed, "passed", 6));
    say("recv passed", recv(server, buffer, sizeof buffer, 0));
    say("close passed", close(passed));
    struct mmsghdr many[2] = {{.msg_hdr = {.msg_iov = parts, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = parts + 1, .msg_iovlen = 1}}};
    say("sendmmsg", sendmmsg(pair[0], many, 2, 0));
    struct iovec one_part = {buffer, 10}, other_part = {buffer + 10, 10};
    struct mmsghdr got[2] = {{.msg_hdr = {.msg_iov = &one_part, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &other_part, .msg_iovlen = 1}}};
    say("recvmmsg", recvmmsg(pair[1], got, 2, 0, NULL));
    /* descriptors */
    int copy = dup(client);
    say("dup", copy);
    say("dup2 over a socket", dup2(copy, pair[0]));
    say("dup3", dup3(copy, 40, O_CLOEXEC));
    say("fcntl dup", fcntl(copy, F_DUPFD_CLOEXEC, 50));
    say("write 50", write(50, "dup", 3));
    say("recv", recv(server, buffer, sizeof buffer, 0));
    say("close_range", syscall(SYS_close_range, 40, 60, 0));
    say("close again", close(50));
    /* waiting */
    fd_set set;
    FD_ZERO(&set);
    FD_SET(server, &set);
    struct timeval wait = {0, 1000};
    say("select", select(server + 1, &set, NULL, NULL, &wait));
    struct timespec waits = {0, 1000000};
    say("ppoll", ppoll(&polled, 1, &waits, NULL));
    FD_SET(client, &set);
    say("pselect", pselect(server + 1, NULL, &set, NULL, &waits, NULL));
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.u64 = 0x1234567890};
    say("epoll_ctl", epoll_ctl(epoll, EPOLL_CTL_ADD, server, &event));
    say("epoll_wait", epoll_wait(epoll, &event, 1, 1000));
    say("epoll_pwait", epoll_pwait(epoll, &event, 1, 1000, NULL));
    say("epoll_ctl del", epoll_ctl(epoll, EPOLL_CTL_DEL, server, NULL));
    say("close epoll", close(epoll));
    /* signals: EINTR without SA_RESTART, begun anew with it */
    handler(SIGALRM, 0);
    alarm_in(20);
    say("recv eintr", recv(server, buffer, 1, 0));
    alarm_in(20);
    say("poll eintr", poll(&polled, 1, 5000));
    alarm_in(20);
    say("accept eintr", accept(listener, NULL, NULL));
    handler(SIGALRM, SA_RESTART);
    pid_t child = fork();
    if (child == 0) {
        usleep(20000), kill(getppid(), SIGALRM), usleep(20000), kill(getppid(), SIGCHLD);
        usleep(20000), kill(getppid(), SIGSTOP), usleep(20000), kill(getppid(), SIGCONT), usleep(20000);
        _exit(write(client, "late", 4) == 4 ? 0 : 1);
    }
    say("recv restarted", recv(server, buffer, sizeof buffer, 0));
    waitpid(child, NULL, 0);
    struct timeval limit = {0, 50000};
    setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    say("recv timeout", recv(server, buffer, 1, 0));
    /* files */
    int file = open("/proc/self/exe", O_RDONLY);
    say("read file", read(file, buffer, 10));
    off_t from = 0;
    say("sendfile", sendfile(client, file, &from, 16));
    close(file);
    int pipes[2];
    say("pipe", pipe(pipes));
    say("write pipe", write(pipes[1], "abc", 3));
    say("splice", splice(pipes[0], NULL, client, NULL, 3, 0));
    say("shutdown", shutdown(client, SHUT_WR));
    say("recv all", recv(server, buffer, sizeof buffer, MSG_WAITALL));
    say("send", send(client, "x", 1, MSG_NOSIGNAL));
    close(client), close(copy), close(pair[0]), close(server), close(listener);
    say("close twice", close(listener));
    say("hits", hits);
    return 0;
}
