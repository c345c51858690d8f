"""python-socketio under Flask-SocketIO: an event comes back under its own name."""
from flask import Flask
from flask_socketio import SocketIO, emit

app = Flask(__name__)
io = SocketIO(app, async_mode="threading")


@io.on("chat")
def chat(*data):
    emit("chat", data)
    return "seen"


print("ready", flush=True)
io.run(app, host="127.0.0.1", port=6001, allow_unsafe_werkzeug=True, log_output=False)
