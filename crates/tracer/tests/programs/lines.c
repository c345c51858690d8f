/* Each line says in a comment which calls it makes. */
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int pair[2];
static volatile ssize_t sum;

static inline __attribute__((always_inline)) void put(const char *text) {
    sum += send(pair[0], text, strlen(text), 0); // line: sendto
}

static __attribute__((noinline)) void twice(void) {
    put("one");
    put("two");
}

static void handler(int signal) {
    (void)signal;
    sum += send(pair[0], "!", 1, 0); // line: sendto
}

static void *reader(void *given) {
    char text[10];
    int fd = *(int *)given;
    sum += recv(fd, text, sizeof text, 0); // line: recvfrom
    return NULL;
}

static __attribute__((noinline)) void deep(int depth) {
    if (depth > 0) {
        deep(depth - 1);
        sum++;
    } else {
        sum += write(pair[0], "deep", 4); // line: write
    }
}

int main(void) {
    char text[10];
    pthread_t thread;
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair); // line: socketpair
    twice();
    pthread_create(&thread, NULL, reader, &pair[1]);
    pthread_join(thread, NULL);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    deep(20);
    struct pollfd ready = {
        .fd = pair[1],
        .events = POLLIN,
    };
    poll(&ready, 1, 1000); // line: poll
    struct iovec part = {text, 3};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    recvmsg(pair[1], &message, 0); // line: recvmsg
    setvbuf(stdout, NULL, _IONBF, 0);
    int old = dup(1);
    dup2(pair[0], 1); // line: dup2
    printf("printed\n"); // line: write
    dup2(old, 1); // line: dup2
    close(pair[0]); // line: close
    return close(pair[1]); // line: close
}
