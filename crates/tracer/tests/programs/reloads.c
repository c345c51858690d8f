/* Loads a library, calls it, and does so with another, which takes the place of the first. */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/socket.h>

int main(int count, char **paths) {
    int pair[2];
    void *places[2] = {0, 0};
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    for (int index = 1; index < count; index++) {
        void *library = dlopen(paths[index], RTLD_NOW);
        long (*say)(int) = (long (*)(int))dlsym(library, "say");
        places[index % 2] = (void *)say;
        say(pair[0]);
        dlclose(library);
    }
    printf("%s\n", places[0] == places[1] ? "same place" : "other place");
    return 0;
}
