/* One unusual thing, chosen by the first argument; ends with 0 if all went as it would alone. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

static char **words;
static volatile sig_atomic_t seen;
static void note_signal(int signal) { seen++; }

static int talk(void) {
    int pair[2];
    char text[8];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
    if (write(pair[0], "hello", 5) != 5 || read(pair[1], text, 8) != 5) return 2;
    close(pair[0]);
    return close(pair[1]);
}

static void *execute(void *unused) {
    execl(words[0], words[0], "talk", NULL);
    return NULL;
}

static void *wait_in_recv(void *socket) {
    char byte;
    recv(*(int *)socket, &byte, 1, 0);
    return NULL;
}

static int exec_in_thread(void) {
    pthread_t thread, blocked;
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    pthread_create(&blocked, NULL, wait_in_recv, pair);
    usleep(20000);
    pthread_create(&thread, NULL, execute, NULL);
    pause();
    return 3;
}

static void *wait_and_talk(void *gate) {
    pthread_barrier_wait(gate);
    return (void *)(long)talk();
}

/* Threads that are older than the first socket, and make theirs at once. */
static int late(void) {
    pthread_barrier_t gate;
    pthread_t threads[16];
    long failed = 0;
    pthread_barrier_init(&gate, NULL, 16);
    for (int i = 0; i < 16; i++) pthread_create(&threads[i], NULL, wait_and_talk, &gate);
    for (int i = 0; i < 16; i++) {
        void *result;
        pthread_join(threads[i], &result);
        failed += (long)result;
    }
    return failed;
}

static int leave_with_threads(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, wait_in_recv, pair);
    }
    usleep(20000);
    _exit(7);
}

static int handlers(void) {
    signal(SIGTRAP, note_signal), signal(SIGSYS, note_signal), signal(SIGSEGV, note_signal), signal(SIGRTMIN + 3, note_signal);
    raise(SIGTRAP);
#ifdef __x86_64__
    __asm__ volatile("int3");
#else
    raise(SIGTRAP);
#endif
    raise(SIGSYS), raise(SIGRTMIN + 3), raise(SIGSEGV);
    return seen == 5 ? talk() : 4;
}

static int traces(void) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != -1 || errno != EPERM) return 5;
    return talk();
}

static int uring(void) {
    char parameters[256] = {0};
    return syscall(425, 4, parameters) == -1 && errno == ENOSYS ? talk() : 6;
}

/* Its own filter forbids mmap and seccomp: a tracer that comes too late would fail. */
static int filters(void) {
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_seccomp, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {5, steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) return 8;
    return talk();
}

static int daemonizes(void) {
    if (fork()) return 0;
    setsid();
    if (fork()) _exit(0);
    for (int fd = 0; fd < 64; fd++) close(fd);
    usleep(50000);
    _exit(talk());
}

static int processors(void) {
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    printf("%d\n", CPU_COUNT(&set));
    CPU_ZERO(&set);
    CPU_SET(0, &set);
    sched_setaffinity(0, sizeof set, &set);
    sched_getaffinity(0, sizeof set, &set);
    printf("%d\n", CPU_COUNT(&set));
    return 0;
}

static int spawns(void) {
    extern char **environ;
    pid_t child;
    int status;
    char *arguments[] = {words[0], "talk", NULL};
    if (posix_spawn(&child, words[0], NULL, NULL, arguments, environ)) return 9;
    waitpid(child, &status, 0);
    pid_t other = vfork();
    if (other == 0) execl(words[0], words[0], "talk", NULL), _exit(1);
    int again;
    waitpid(other, &again, 0);
    return status + again;
}

/* Closes everything, and works with sockets at 0, 1 and 2. */
static int closes_all(void) {
    char text[8];
    syscall(SYS_close_range, 0, ~0U, 0);
    int pair[2], listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 10;
    if (write(pair[0], "low", 3) != 3 || read(pair[1], text, 8) != 3) return 11;
    return 0;
}

static int crashes(void) {
    int one = socket(AF_INET, SOCK_STREAM, 0);
    *(volatile int *)16 = one;
    return 0;
}

static int blocks(void) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (void *)&here, sizeof here), listen(listener, 1);
    getsockname(listener, (void *)&here, &length);
    printf("%d %d\n", getpid(), ntohs(here.sin_port)), fflush(stdout);
    return accept(listener, NULL, NULL) >= 0 ? 0 : errno;
}

static int sends(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int i = 0; i < 3; i++) {
        long sent = send(pair[0], "0123456789", 10, 0);
        printf("%ld %d\n", sent, sent < 0 ? errno : 0);
    }
    return 0;
}

static int scatters(void) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    struct iovec parts[2] = {{"0123", 4}, {"456789", 6}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    printf("%ld ", writev(pair[0], parts, 2));
    printf("%ld ", sendmsg(pair[0], &message, 0));
    clock_gettime(CLOCK_MONOTONIC, &after);
    long took = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
    printf("%zu %zu %zu %s\n", message.msg_iovlen, parts[0].iov_len, parts[1].iov_len, took >= 100 ? "late" : "soon");
    return 0;
}

/* Calls under a storm of signals: how many were interrupted, as this program sees it. */
static long interrupted;

static long through(long (*call)(int), int socket) {
    long result;
    while ((result = call(socket)) < 0 && errno == EINTR) __atomic_add_fetch(&interrupted, 1, __ATOMIC_SEQ_CST);
    return result;
}

static long take(int socket) { char byte; return recv(socket, &byte, 1, 0); }
static long give(int socket) { return send(socket, "x", 1, 0); }

static void *answer(void *socket) {
    for (int i = 0; i < 2000; i++)
        if (through(take, *(int *)socket) != 1 || through(give, *(int *)socket) != 1) return (void *)1;
    return NULL;
}

static int storm(int flags) {
    int pair[2];
    pthread_t other;
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = flags};
    struct itimerval timer = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    sigaction(SIGALRM, &action, NULL);
    pthread_create(&other, NULL, answer, pair + 1);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 2000; i++)
        if (through(give, pair[0]) != 1 || through(take, pair[0]) != 1) return 12;
    void *failed;
    pthread_join(other, &failed);
    setitimer(ITIMER_REAL, &never, NULL);
    printf("%ld %d\n", interrupted, seen > 0);
    return failed != NULL;
}

static int storm_restarting(void) { return storm(SA_RESTART); }
static int storm_interrupting(void) { return storm(0); }

int main(int count, char **arguments) {
    static const struct { const char *name; int (*run)(void); } cases[] = {
        {"talk", talk}, {"exec", exec_in_thread}, {"leave", leave_with_threads}, {"handlers", handlers}, {"traces", traces},
        {"uring", uring}, {"filters", filters}, {"daemon", daemonizes}, {"processors", processors}, {"spawns", spawns},
        {"closes", closes_all}, {"crashes", crashes}, {"late", late}, {"blocks", blocks}, {"sends", sends}, {"restarting", storm_restarting}, {"interrupting", storm_interrupting}, {"scatters", scatters},
    };
    words = arguments;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        if (count > 1 && !strcmp(arguments[1], cases[i].name)) return cases[i].run();
    return 99;
}
