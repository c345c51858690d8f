"""A server of the websockets package that sends back what comes."""
from websockets.sync.server import serve


def echo(ws):
    for message in ws:
        ws.send(message)


with serve(echo, "127.0.0.1", 6000, compression=None) as server:
    print("ready", flush=True)
    server.serve_forever()
