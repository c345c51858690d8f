/* Loads an interpreter after its first calls, and lets it run a program. */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const char program[] =
    "import socket\n"
    "own = socket.socket(fileno=100)\n"
    "for number in range(2):\n"
    "    own.send(b'python')\n"
    "own.detach()\n";

int main(int count, char **paths) {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair); // line: socketpair
    dup2(pair[0], 100); // line: dup2
    long sent = send(100, "c", 1, 0); // line: sendto
    void *library = dlopen(count > sent ? paths[1] : NULL, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    ((void (*)(void))dlsym(library, "Py_Initialize"))();
    return ((int (*)(const char *))dlsym(library, "PyRun_SimpleString"))(program);
}
