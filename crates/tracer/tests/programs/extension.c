/* A library for Python: a thread of its own, and a call of the thread that called it. */
#include <pthread.h>
#include <sys/socket.h>

static int number;

static void *own(void *none) {
    (void)none;
    long sent = send(number, "thread", 6, 0); // line: sendto
    return (void *)(sent + 1);
}

long go(int fd) {
    pthread_t thread;
    number = fd;
    pthread_create(&thread, NULL, own, NULL);
    pthread_join(thread, NULL);
    long sent = send(number, "call", 4, 0);
    return sent + 1;
}
