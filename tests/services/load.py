"""Many connections at once, each with several requests: `load.py PORT CLIENTS TIMES`."""
import asyncio
import sys

port, clients, times = map(int, sys.argv[1:])
errors = []


async def one():
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(times):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK"), head
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r")[0]))
    writer.close()
    await writer.wait_closed()


async def main():
    outcomes = await asyncio.gather(*(one() for _ in range(clients)), return_exceptions=True)
    wrong = [outcome for outcome in outcomes if outcome is not None]
    assert not wrong, (len(wrong), wrong[:3])
    print("all held", flush=True)


asyncio.run(main())
