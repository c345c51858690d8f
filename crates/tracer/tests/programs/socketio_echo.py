"""A Socket.IO server under Flask-SocketIO, in threads, and python-socketio's client, which sends an event and has it acknowledged."""
import threading

import flask, flask_socketio, socketio
from werkzeug.serving import make_server

app = flask.Flask(__name__)
server = flask_socketio.SocketIO(app, async_mode="threading", allow_upgrades=False)
done = threading.Event()


@server.on("word")
def word(text):
    return text.upper()


web = make_server("127.0.0.1", 0, app, threaded=True)
threading.Thread(target=web.serve_forever, daemon=True).start()
client = socketio.Client()
client.connect("http://127.0.0.1:%d" % web.server_port, transports=["polling"])
client.emit("word", "hello", callback=lambda text: (print(text), done.set()))
done.wait(10)
client.disconnect()
web.shutdown()
