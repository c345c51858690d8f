"""Each line says in a comment which calls it makes, or may make."""
import asyncio  # maybe: any
import socket


async def handle(reader, writer):
    text = await reader.read(10)
    writer.write(text.upper())  # line: sendto
    writer.close()  # maybe: any


async def by_hand(port):
    loop = asyncio.get_running_loop()
    own = socket.socket()  # line: socket
    own.setblocking(False)  # maybe: any
    await loop.sock_connect(own, ("127.0.0.1", port))  # line: connect maybe: any
    await loop.sock_sendall(own, b"hand")  # line: sendto
    assert await loop.sock_recv(own, 10) == b"HAND"  # line: recvfrom maybe: any
    own.close()  # line: close


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)  # line: socket, bind maybe: any
    port = server.sockets[0].getsockname()[1]  # maybe: any
    await by_hand(port)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)  # line: socket, connect maybe: any
    writer.write(b"stream")  # line: sendto
    assert await reader.read(10) == b"STREAM"  # maybe: any
    writer.close()  # maybe: any
    await writer.wait_closed()  # maybe: any
    server.close()  # maybe: any
    await asyncio.sleep(0)


asyncio.run(main())  # line: epoll_wait, recvfrom, close maybe: any
