// What is known: rows in their order, packets by number, conversations, sockets, hosts. Fed with events; draws nothing.

const SENDS = new Set(['send', 'sendall', 'sendto', 'sendmsg', 'sendfile', 'write', 'writev', 'send_fds']);
const READS = new Set(['recv', 'recvfrom', 'recvmsg', 'recv_into', 'recvfrom_into', 'read', 'readv', 'readline', 'recv_fds']);
const MAKES = new Set(['socket', 'accept', 'accept4', 'dup', 'dup2', 'dup3', 'create_server', 'create_connection']);
// At most so many rows are kept; the oldest are let go in pieces.
const KEPT = 30000;

const model = {};

function forget() {
  Object.assign(model, {
    rows: [], packets: new Map(), conversations: new Map(), details: new Map(),
    sockets: new Map(), table: { rows: [], more: 0, at: 0 }, samples: [],
    hosts: [], processes: [], addresses: new Map(), holds: new Map(), waiting: new Map(), stops: new Map(), thinned: false,
    states: new Map(), pair: [], origin: null, calls: 0, lost: 0, shifted: 0, changed: 0, lanesChanged: true, resolved: true,
  });
}
forget();

function keepRow(row) {
  row.id = model.shifted + model.rows.length;
  row.version = 0;
  model.rows.push(row);
  if (model.rows.length > KEPT) {
    const gone = model.rows.splice(0, KEPT / 10);
    for (const old of gone) {
      if (old.kind === 'packet' && model.packets.get(old.number) === old) model.packets.delete(old.number);
    }
    model.shifted += gone.length;
    model.lanesChanged = true;
  }
  return row;
}

function apply(event) {
  model.changed += 1;
  const handler = HANDLERS[event.event];
  if (handler) handler(event);
}

// The first time that is seen: all others count from it.
function since(seconds) {
  if (model.origin === null || seconds < model.origin) model.origin = seconds;
  return seconds;
}

const HANDLERS = {
  anew() { forget(); },
  gap(event) { keepRow({ kind: 'note', text: `${event.missing} updates were left out here: this browser reads more slowly than the lab makes them`, grave: true }); },
  line(event) {
    if (!event.text.trim()) return;
    // A line may begin with the prompt of the process that it is for.
    const [, own, rest] = event.text.match(/^\s*([\w-]+>)\s*(.*)$/s) || [];
    if (own && !rest) return;
    keepRow({ kind: 'line', prompt: own || event.prompt.trim(), text: own ? rest : event.text });
  },
  note(event) { if (event.text.trim()) keepRow({ kind: 'note', text: event.text }); },
  refused(event) { keepRow({ kind: 'note', text: event.text, grave: true }); },
  expect(event) { keepRow({ kind: 'expect', passed: event.held, text: event.text }); },
  output(event) { keepRow({ kind: 'output', process: event.process, text: event.text, error: event.error }); },
  process(event) {
    if (!event.ended) return;
    for (const key of [...model.stops.keys()]) if (key.startsWith(`${event.process} `)) goOn(key);
    const how = event.signal ? `was ended by signal ${event.signal}` : event.status !== null ? `exited with status ${event.status}` : 'has ended';
    keepRow({ kind: 'note', text: `${event.process} ${how}` });
  },
  stopped(event) {
    since(event.start);
    const key = threadOf({ ...event, job: 0 });
    goOn(key);
    const row = keepRow({
      kind: 'call', process: event.process, host: hostOf(event.process), name: event.name, text: event.text, start: event.start, fd: event.fd,
      hold: holdOf(event.process, event.fd), stopped: event.thread ? `${event.process} thread ${event.thread}` : event.process, source: sourceOf(event),
    });
    model.stops.set(key, row);
  },
  blocked(event) {
    since(event.start);
    goOn(threadOf(event));
    const hold = holdOf(event.process, event.fd);
    const row = keepRow({ kind: 'call', process: event.process, host: hostOf(event.process), name: event.name, text: event.text, start: event.start, fd: event.fd, hold, asleep: true });
    model.waiting.set(threadOf(event), row);
  },
  call(event) {
    since(event.start);
    model.calls += event.times;
    goOn(threadOf(event));
    const key = threadOf(event);
    const waited = model.waiting.get(key);
    if (waited) {
      waited.asleep = false;
      waited.version += 1;
      model.waiting.delete(key);
    }
    const row = {
      kind: 'call', process: event.process, host: event.host || hostOf(event.process), name: event.name, text: event.text,
      start: event.start, end: event.start + event.seconds, seconds: event.seconds, fd: event.fd, result: event.result, errno: event.errno,
      data: event.data, blocked: event.blocked, args: event.args || [], injected: event.injected, hold: holdOf(event.process, event.fd),
      source: sourceOf(event), waited: Boolean(waited),
    };
    if (MAKES.has(event.name) && event.result >= 0 && !event.errno) {
      model.holds.set(`${event.process} ${event.result}`, { process: event.process, start: event.start, socket: null });
      if (event.name === 'socket' || event.name.startsWith('create')) row.hold = holdOf(event.process, event.result);
      model.resolved = false;
    }
    if (event.name === 'close' && !event.errno) model.holds.delete(`${event.process} ${event.fd}`);
    keepRow(row);
  },
  state(event) {
    const key = `${event.process}.${event.socket}`;
    const end = model.states.get(key) || { key, process: event.process, socket: event.socket, now: 'CLOSED', been: [], order: 0 };
    if (!end.been.length) end.been.push(event.from);
    end.been.push(event.to);
    end.now = event.to;
    end.order = model.changed;
    model.states.set(key, end);
    keepRow({ kind: 'state', process: event.process, host: hostOf(event.process), socket: event.socket, from: event.from, to: event.to });
  },
  packet: takePacket,
  message(event) {
    since(event.time);
    if (event.act !== 'written' && event.act !== 'read') return;
    keepRow({ kind: 'message', act: event.act, from: event.from, to: event.to, process: event.process, call: event.call, length: event.length, data: event.data, family: event.family, start: event.time, descriptors: event.descriptors || [], numbers: event.messages || [] });
  },
  lab(event) {
    model.hosts = event.hosts;
    model.processes = event.processes;
    model.addresses.clear();
    for (const host of event.hosts) for (const address of host.addresses) model.addresses.set(address, host.name);
    model.lanesChanged = true;
  },
  socket(event) {
    model.sockets.set(event.number, event);
    model.resolved = false;
    model.lanesChanged = true;
  },
  sockets(event) {
    model.table = { rows: event.rows, more: event.more, at: Date.now() };
    for (const row of event.rows) {
      if (row.cwnd !== null && row.local && row.peer) model.samples.push({ local: row.local, peer: row.peer, cwnd: row.cwnd, ssthresh: row.ssthresh, rtt: row.rtt / 1000, at: model.newest || 0 });
    }
    if (model.samples.length > 20000) model.samples.splice(0, 5000);
  },
  details(event) {
    for (const [number, packet] of Object.entries(event.packets)) {
      model.details.set(Number(number), { ...packet, texts: event.texts });
    }
  },
};

// Each thread is in one call at a time.
function threadOf(event) {
  return `${event.process} ${event.job} ${event.thread}`;
}

// A thread that was stopped before a call makes it: the row that said so goes, for the call has one of its own.
function goOn(key) {
  const row = model.stops.get(key);
  if (!row) return;
  model.stops.delete(key);
  row.gone = true;
  model.thinned = true;
}

function sourceOf(event) {
  return event.file ? `${event.file.split('/').pop()}:${event.line}` : null;
}

function hostOf(process) {
  const found = model.processes.find((one) => one.process === process);
  return found ? found.host : process;
}

function holdOf(process, fd) {
  return fd === null || fd === undefined ? null : model.holds.get(`${process} ${fd}`) || null;
}

// Which socket a call was made on: one that began with the call that made its descriptor.
function resolveHolds() {
  if (model.resolved) return;
  model.resolved = true;
  const born = new Map();
  for (const socket of model.sockets.values()) {
    const key = `${socket.process} ${socket.born.toFixed(5)}`;
    if (!born.has(key)) born.set(key, socket.number);
  }
  for (const row of model.rows) {
    const hold = row.hold;
    if (hold && hold.socket === null) hold.socket = born.get(`${hold.process} ${hold.start.toFixed(5)}`) ?? null;
  }
}

function socketOf(row) {
  return row.hold && row.hold.socket !== null ? model.sockets.get(row.hold.socket) || null : null;
}

function address(ip, port) {
  if (port === undefined) return ip;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function takePacket(event) {
  const number = event['frame.number'];
  const time = since(event['frame.time_epoch']);
  model.newest = time;
  const before = model.packets.get(number);
  const [host, nic] = (event['frame.interface_name'] || '').split('/');
  const source = event['ip.src'] || event['ipv6.src'] || null;
  const target = event['ip.dst'] || event['ipv6.dst'] || null;
  const ports = [event['tcp.srcport'] ?? event['udp.srcport'], event['tcp.dstport'] ?? event['udp.dstport']];
  const facts = {
    kind: 'packet', number, start: time, length: event['frame.len'], event, host: nic ? host : null, nic: nic || host || null,
    source, target, ports, from: event.from, to: event.to, cause: event.cause,
    lost: event.lost !== null && event.lost !== undefined, held: Boolean(event.held), delayed: event.delayed || 0,
    stream: event['tcp.stream'] !== undefined ? `tcp ${event['tcp.stream']}` : event['udp.stream'] !== undefined ? `udp ${event['udp.stream']}` : null,
  };
  if (before) {
    Object.assign(before, facts);
    before.version += 1;
    return;
  }
  if (facts.lost) model.lost += 1;
  const row = keepRow(facts);
  model.packets.set(number, row);
  if (facts.stream) keepConversation(row);
}

function keepConversation(row) {
  let conversation = model.conversations.get(row.stream);
  if (!conversation) {
    conversation = { key: row.stream, protocol: row.stream.slice(0, 3), client: address(row.source, row.ports[0]), server: address(row.target, row.ports[1]), names: [row.from, row.to], packets: [] };
    model.conversations.set(row.stream, conversation);
  }
  conversation.packets.push(row);
}

// True for a packet from the side that opened the conversation.
function isForward(row, conversation) {
  return address(row.source, row.ports[0]) === conversation.client;
}
