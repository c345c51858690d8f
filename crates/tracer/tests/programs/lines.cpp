// Each line says in a comment which calls it makes.
#include <algorithm>
#include <memory>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

struct Socket {
    explicit Socket(int number) : number(number) {}
    ~Socket() {
        close(number); // line: close
    }
    virtual long say(char letter) {
        long count = send(number, &letter, 1, 0); // line: sendto
        return count + 1;
    }
    int number;
};

int main() {
    int pair[2];
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair); // line: socketpair
    auto one = std::make_unique<Socket>(pair[0]), other = std::make_unique<Socket>(pair[1]);
    std::vector<char> letters{'a', 'b', 'c'};
    std::for_each(letters.begin(), letters.end(), [&](char letter) {
        one->say(letter);
        char back;
        if (recv(other->number, &back, 1, 0) != 1) { // line: recvfrom
            throw letter;
        }
    });
    return 0;
}
