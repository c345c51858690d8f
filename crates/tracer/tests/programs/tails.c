/* Functions that end by a call, which -O2 makes a jump: each line says which calls it makes. */
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

static int pair[2];

static __attribute__((noinline)) ssize_t put(const char *text) {
    return send(pair[0], text, strlen(text), 0); // line: sendto
}

static __attribute__((noinline)) int get(char *text) {
    ssize_t count = recv(pair[1], text, 1, 0); // line: recvfrom
    return (int)count + 1;
}

static void handler(int signal) {
    (void)signal;
    send(pair[0], "!", 1, 0); // line: sendto
}

struct calls {
    ssize_t (*put)(const char *);
    int (*get)(char *);
};

int main(void) {
    static struct calls calls = {put, get};
    struct calls *volatile by_pointer = &calls;
    ssize_t (*volatile sends)(int, const void *, size_t, int) = send;
    ssize_t (*volatile receives)(int, void *, size_t, int) = recv;
    char text[10];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair); // line: socketpair
    put("hello");
    by_pointer->put("hello");
    get(text);
    by_pointer->get(text);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    sends(pair[0], "x", 1, 0); // line: sendto
    receives(pair[1], text, 1, 0); // line: recvfrom
    send(pair[0], "x", 1, 0); // line: sendto
    return 0;
}
