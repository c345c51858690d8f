//! What stands in a program in C before the calls: headers, and the helpers that something in it uses.

const HEAD: &str = r"#define _GNU_SOURCE
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
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
        fprintf(stderr, "%s: %s, not %s as in the session\n", call, result < 0 ? strerror(errno) : "no error", name);
        exit(1);
    }
    printf("%s: %s\n", call, strerror(number));
}

"#,
    ),
    (
        "begins(",
        r"/* This call only begins something: it went well, or says so with this error. */
static void begins(const char *call, long result, int number)
{
    if (result < 0 && errno != number) {
        perror(call);
        exit(1);
    }
}

",
    ),
    (
        "put_bytes(",
        r#"/* Prints bytes so that each can be seen: b'hello\n' */
static void put_bytes(const char *data, long size)
{
    printf("b'");
    for (long at = 0; at < size; at++) {
        unsigned char byte = (unsigned char)data[at];
        if (byte == '\n')
            printf("\\n");
        else if (byte == '\'' || byte == '\\')
            printf("\\%c", byte);
        else if (byte >= 32 && byte < 127)
            putchar(byte);
        else
            printf("\\x%02x", byte);
    }
    printf("'");
}

"#,
    ),
    (
        "put_address(",
        r#"static void put_address(const struct place *place)
{
    char host[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *in = (const void *)&place->address;
    const struct sockaddr_in6 *in6 = (const void *)&place->address;
    if (place->address.ss_family == AF_INET)
        printf("('%s', %d)", inet_ntop(AF_INET, &in->sin_addr, host, sizeof host), ntohs(in->sin_port));
    else if (place->address.ss_family == AF_INET6)
        printf("('%s', %d, %u, %u)", inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof host),
               ntohs(in6->sin6_port), ntohl(in6->sin6_flowinfo), in6->sin6_scope_id);
    else
        printf("'%s'", ((const struct sockaddr_un *)&place->address)->sun_path);
}

"#,
    ),
    (
        "upper(",
        r"static const char *upper(const char *data, long size)
{
    char *text = malloc((size_t)size + 1);
    for (long at = 0; text != NULL && at < size; at++)
        text[at] = (char)toupper((unsigned char)data[at]);
    return text;
}

",
    ),
    (
        "lower(",
        r"static const char *lower(const char *data, long size)
{
    char *text = malloc((size_t)size + 1);
    for (long at = 0; text != NULL && at < size; at++)
        text[at] = (char)tolower((unsigned char)data[at]);
    return text;
}

",
    ),
    (
        "joined(",
        r"static const char *joined(const char *one, long one_size, const char *other, long other_size)
{
    char *text = malloc((size_t)(one_size + other_size) + 1);
    if (text == NULL)
        exit(1);
    memcpy(text, one, (size_t)one_size);
    memcpy(text + one_size, other, (size_t)other_size);
    return text;
}

",
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
        r"/* A path, or a name that begins with a zero byte (unix(7)). */
static struct place unix_path(const char *path, size_t length)
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
static const char *repeated(const char *bytes, size_t known, size_t length)
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
pub(super) fn with_pieces(around: &str, definitions: &str, text: &str) -> String {
    let mut needed: Vec<bool> = PIECES.iter().map(|(word, _)| text.contains(word)).collect();
    for (at, (_, piece)) in PIECES.iter().enumerate() {
        if needed[at] {
            for (other, (word, _)) in PIECES.iter().enumerate().filter(|(other, _)| *other != at) {
                needed[other] |= piece.contains(&format!(" {word}"));
            }
        }
    }
    let around = around
        .trim_end()
        .replace("*/", "* /")
        .replace('\n', "\n * ");
    let mut whole = format!("/*\n * {around}\n */\n\n{HEAD}").replace(" * \n", " *\n");
    // Headers that few programs need.
    for (header, words) in [
        ("#include <pthread.h>\n", "pthread_"),
        ("#include <ctype.h>\n", "upper(|lower("),
        ("#include <sys/epoll.h>\n", "epoll_"),
        ("#include <sys/select.h>\n", "select("),
        ("#include <poll.h>\n", "poll("),
        ("#include <sys/ioctl.h>\n", "set_blocking("),
        ("#include <netinet/tcp.h>\n", "TCP_"),
        ("#include <fcntl.h>\n", "fcntl("),
        ("#include <sys/un.h>\n", "unix_path("),
        ("#include <sys/time.h>\n", "timeval"),
    ] {
        if !(words.split('|').any(|word| text.contains(word))
            || words == "unix_path(" && text.contains("put_address("))
        {
            whole = whole.replace(header, "");
        }
    }
    if text.contains("NETLINK_") {
        whole = whole.replace(
            "#include <netinet/in.h>",
            "#include <linux/netlink.h>\n#include <netinet/in.h>",
        );
    }
    if !definitions.is_empty() {
        whole.push_str(definitions);
        whole.push('\n');
    }
    for ((_, piece), needed) in PIECES.iter().zip(needed) {
        if needed {
            whole.push_str(piece);
        }
    }
    whole.push_str(text);
    whole
}
