//! What stands in a program in C before the calls: headers, and the helpers that something in it uses.

const HEAD: &str = r"/* A session of socklab as a program: the same calls in the same order. cc -pthread FILE.c */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* An address of any family. */
struct place {
    struct sockaddr_storage address;
    socklen_t length;
};

";

/// Pieces that stand in the program when something in it uses them: the word that tells, and the text.
const PIECES: &[(&str, &str)] = &[
    (
        "check(",
        r"/* This call went well in the session. */
static int check(const char *call, long result)
{
    if (result < 0) {
        perror(call);
        exit(1);
    }
    return (int)result;
}

",
    ),
    (
        "fails(",
        r#"/* In the session this call failed with this error. */
static void fails(const char *call, long result, int number, const char *name)
{
    if (result >= 0 || errno != number) {
        fprintf(stderr, "%s was to fail with %s\n", call, name);
        exit(1);
    }
    printf("%s: %s\n", call, name);
}

"#,
    ),
    (
        "show(",
        r#"/* What was received. */
static void show(const char *call, const void *data, long length)
{
    const unsigned char *bytes = data;
    check(call, length);
    printf("%s: %ld bytes \"", call, length);
    for (long at = 0; at < length && at < 32; at++) {
        if (bytes[at] >= 32 && bytes[at] < 127 && bytes[at] != '"' && bytes[at] != '\\')
            putchar(bytes[at]);
        else
            printf("\\x%02x", bytes[at]);
    }
    printf("\"\n");
}

"#,
    ),
    (
        "inet4(",
        r"static struct place inet4(const char *host, int port)
{
    struct place place = {.length = sizeof(struct sockaddr_in)};
    struct sockaddr_in *in = (struct sockaddr_in *)&place.address;
    in->sin_family = AF_INET;
    in->sin_port = htons((unsigned short)port);
    inet_pton(AF_INET, host, &in->sin_addr);
    return place;
}

",
    ),
    (
        "inet6(",
        r"static struct place inet6(const char *host, int port, unsigned flow, unsigned scope)
{
    struct place place = {.length = sizeof(struct sockaddr_in6)};
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)&place.address;
    in->sin6_family = AF_INET6;
    in->sin6_port = htons((unsigned short)port);
    in->sin6_flowinfo = htonl(flow);
    in->sin6_scope_id = scope;
    inet_pton(AF_INET6, host, &in->sin6_addr);
    return place;
}

",
    ),
    (
        "unix_path(",
        r"static struct place unix_path(const char *path, size_t length)
{
    struct place place = {.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)};
    struct sockaddr_un *un = (struct sockaddr_un *)&place.address;
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, length);
    return place;
}

",
    ),
    (
        "repeated(",
        r"/* Bytes repeated up to a length. */
static const void *repeated(const char *bytes, size_t known, size_t length)
{
    char *data = malloc(length);
    if (data == NULL)
        exit(1);
    for (size_t at = 0; at < length; at++)
        data[at] = bytes[at % known];
    return data;
}

",
    ),
    (
        "set_blocking(",
        r"static int set_blocking(int fd, int on)
{
    int nonblocking = !on;
    return ioctl(fd, FIONBIO, &nonblocking);
}

",
    ),
    (
        "send_fds(",
        r"/* Bytes, and descriptors with them (SCM_RIGHTS). */
static long send_fds(int fd, const void *data, size_t length, const int *fds, size_t count)
{
    struct iovec part = {.iov_base = (void *)data, .iov_len = length};
    union {
        char room[CMSG_SPACE(16 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (count > 0) {
        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(head), fds, count * sizeof(int));
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

",
    ),
    (
        "recv_fds(",
        r"static long recv_fds(int fd, void *data, size_t length, int *fds, size_t count)
{
    struct iovec part = {.iov_base = data, .iov_len = length};
    union {
        char room[CMSG_SPACE(16 * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
    long result = recvmsg(fd, &message, 0);
    struct cmsghdr *head = result < 0 ? NULL : CMSG_FIRSTHDR(&message);
    if (head != NULL && head->cmsg_type == SCM_RIGHTS)
        memcpy(fds, CMSG_DATA(head), count * sizeof(int));
    return result;
}

",
    ),
];

/// The head, the pieces the text uses and the text.
pub(super) fn with_pieces(text: &str) -> String {
    let mut needed: Vec<bool> = PIECES.iter().map(|(word, _)| text.contains(word)).collect();
    for (at, (_, piece)) in PIECES.iter().enumerate() {
        if needed[at] {
            for (other, (word, _)) in PIECES.iter().enumerate().filter(|(other, _)| *other != at) {
                needed[other] |= piece.contains(&format!(" {word}"));
            }
        }
    }
    let mut whole = HEAD.to_owned();
    for ((_, piece), needed) in PIECES.iter().zip(needed) {
        if needed {
            whole.push_str(piece);
        }
    }
    whole.push_str(text);
    whole
}
