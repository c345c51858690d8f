// npm's socket.io-client against `serve s socketio`: both transports and the upgrade, events, acknowledgements, binary, namespaces.
const assert = require("assert");
const { io } = require("socket.io-client");
const port = process.argv[2];

const once = (socket, name) => new Promise((heard) => socket.once(name, (...data) => heard(data)));

async function talk(transports) {
  const socket = io(`http://127.0.0.1:${port}`, { transports, reconnection: false, timeout: 60000 });
  await new Promise((ok, no) => {
    socket.on("connect", ok);
    socket.on("connect_error", no);
  });
  const engine = socket.io.engine;
  if (transports.length > 1 && engine.transport.name !== "websocket") {
    await once(engine, "upgrade");
  }
  let back = once(socket, "chat");
  socket.emit("chat", "hi", { a: 1 });
  assert.deepStrictEqual(await back, ["hi", { a: 1 }]);
  assert.strictEqual(await socket.timeout(60000).emitWithAck("ask", 7), 7);
  back = once(socket, "bin");
  socket.emit("bin", Buffer.from([1, 2, 3]));
  assert.strictEqual(Buffer.from((await back)[0]).toString("hex"), "010203");
  const admin = socket.io.socket("/admin");
  admin.connect();
  await once(admin, "connect");
  back = once(admin, "x");
  admin.emit("x", "there");
  assert.deepStrictEqual(await back, ["there"]);
  admin.disconnect();
  socket.disconnect();
}

(async () => {
  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    await talk(transports);
  }
  console.log("all held");
  process.exit(0);
})().catch((error) => {
  console.log(error);
  process.exit(1);
});
