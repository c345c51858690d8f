"""http.client and curl against `serve s http`: methods, lengths, chunks, connections that stay, refusals."""
import http.client
import shutil
import subprocess
import sys

port = int(sys.argv[1])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def ask(method, path, body=None, headers={}, **more):
    connection.request(method, path, body, headers, **more)
    response = connection.getresponse()
    return response, response.read()


response, body = ask("GET", "/")
assert response.status == 200 and body.startswith(b"<!DOCTYPE html>"), body
first = connection.sock
response, none = ask("HEAD", "/")
assert response.status == 200 and none == b"" and int(response.getheader("Content-Length")) == len(body)
response, back = ask("POST", "/echo", "x" * 100_000, {"Content-Type": "text/plain"})
assert back == b"x" * 100_000 and response.getheader("Content-Type") == "text/plain"
response, back = ask("POST", "/echo", iter([b"ab", b"c" * 5000]), encode_chunked=True)
assert response.getheader("Transfer-Encoding") == "chunked" and back == b"ab" + b"c" * 5000
for method, path, status in [("GET", "/none", 404), ("GET", "/echo", 405), ("PUT", "/", 405)]:
    assert ask(method, path, "x" if method == "PUT" else None)[0].status == status
assert connection.sock is first, "the connection stays"
response, _ = ask("GET", "/", headers={"Connection": "close"})
assert response.status == 200 and connection.sock is None
response, _ = ask("POST", "/echo", b"x" * 2_000_000)
assert response.status == 413, response.status
connection.close()

if shutil.which("curl"):
    curl = ["curl", "-sS", "--max-time", "60", f"http://127.0.0.1:{port}/echo", "-d"]
    assert subprocess.check_output(curl + ["hello"]) == b"hello"
    # More than a megabyte is asked about first (Expect: 100-continue).
    assert len(subprocess.check_output(curl + ["@-"], input=b"y" * 1_048_000)) == 1_048_000
print("all held", flush=True)
