"""curl fetches a page and posts a form from Python's own web server, which serves it in a thread."""
import http.server, subprocess, threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # an answer is one send

    def date_time_string(self, timestamp=None):
        return "Thu, 01 Jan 1970 00:00:00 GMT"

    def log_message(self, *words):
        pass

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b"a page\n")

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
thread = threading.Thread(target=lambda: [server.handle_request() for _ in range(2)])
thread.start()
url = "http://127.0.0.1:%d/" % server.server_port
for more in [[], ["-d", "word=hello"]]:
    fetched = subprocess.run(["curl", "-s", "--no-progress-meter", "-A", "curl", "-H", "Host: here", *more, url], stdout=subprocess.PIPE)
    print(fetched.stdout)
thread.join()
server.server_close()
