/* A 32-bit program without a library: socket(AF_INET, SOCK_STREAM, 0), then exit(its result is not negative ? 0 : 1). */
static int call(int number, int a, int b, int c) {
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}

void _start(void) {
    call(1, call(359, 2, 1, 0) < 0, 0, 0);
}
