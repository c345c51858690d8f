// The ladder: a lane for each host or end, a row for each thing that happened, arrows between the lanes. Only the rows in sight are there
// as elements, however many there are.

const ladder = { lanes: [], byKey: new Map(), shown: [], tops: [0], elements: new Map(), follows: true, chosen: null, conversation: '', seen: 0, drawnTo: 0, unseen: 0, saved: false };
const MOST_LANES = 10;

function lane(key, title, under) {
  let found = ladder.byKey.get(key);
  if (!found) {
    if (ladder.lanes.length >= MOST_LANES) return lane('…', 'others', '');
    found = { key, title, under: under || '', names: new Set(), at: ladder.lanes.length };
    ladder.byKey.set(key, found);
    ladder.lanes.push(found);
    ladder.grown = true;
  }
  return found;
}

// Lanes come from what is shown: hosts where packets pass a wire, ends of connections where they stay on one machine.
function layLanes() {
  resolveHolds();
  ladder.lanes = [];
  ladder.byKey = new Map();
  const wired = new Set();
  for (const row of ladder.shown) {
    if (row.kind === 'packet' && row.host && row.nic !== 'lo') wired.add(row.host);
  }
  for (const host of model.hosts) if (wired.has(host.name)) hostLane(host.name);
  ladder.asked = null;
  layEnds(ladder.shown);
  if (!ladder.lanes.length) for (const process of model.processes) hostLane(process.host);
}

// Puts rows to lanes: packets first, because lanes come from them.
function layEnds(rows) {
  for (const row of rows) {
    if (row.kind === 'packet') {
      ladder.asked = layPacket(row, ladder.asked);
    } else if (row.kind === 'message') {
      row.a = lane(`unix ${row.from}`, row.from, row.family);
      row.b = lane(`unix ${row.to}`, row.to, row.family);
    }
  }
  for (const row of rows) {
    if (row.kind === 'call' || row.kind === 'state' || row.kind === 'output') row.a = laneOf(row);
  }
}

function hostLane(name) {
  const host = model.hosts.find((one) => one.name === name);
  const programs = model.processes.filter((one) => one.host === name && one.process !== name).map((one) => one.process);
  return lane(`host ${name}`, name, [host && host.addresses[0], ...programs].filter(Boolean).join(' · '));
}

function layPacket(row, asked) {
  if (row.host && row.nic !== 'lo') {
    row.a = hostLane(row.host);
    const receiver = row.target && model.addresses.get(row.target);
    if (receiver) row.b = hostLane(receiver);
    else if (row.event['arp.opcode'] === 2 && asked) row.b = hostLane(asked);
    else row.b = null;
    if (row.b === row.a) row.b = null;
    return row.event['arp.opcode'] === 1 ? row.host : asked;
  }
  if (!row.source) {
    row.a = lane('frames', row.host || 'frames', row.nic || '');
    row.b = null;
    return asked;
  }
  const apart = row.source === row.target || row.nic === 'lo' || row.source.startsWith('127.');
  const key = (ip, port) => (apart ? address(ip, port) : ip);
  row.a = lane(key(row.source, row.ports[0]), '', '');
  row.b = lane(key(row.target, row.ports[1]), '', '');
  for (const [end, name] of apart ? [[row.a, row.from], [row.b, row.to]] : []) {
    if (!name || end.names.has(name)) continue;
    end.names.add(name);
    ladder.grown = true;
  }
  if (row.b === row.a) row.b = null;
  return asked;
}

function laneOf(row) {
  const socket = socketOf(row);
  const named = row.kind === 'state' ? [...model.sockets.values()].reverse().find((one) => one.process === row.process && one.label.replace(/^.*\./, '').split(' ')[0] === row.socket) : null;
  const own = socket || named;
  if (own && own.local) {
    const exact = ladder.byKey.get(own.local) || ladder.lanes.find((one) => own.listening && own.local.endsWith(one.key.replace(/^.*:/, ':')) && one.key.includes(':'));
    if (exact) return exact;
  }
  const host = ladder.byKey.get(`host ${row.host}`);
  if (host) return host;
  const ends = ladder.lanes.find((one) => [...model.sockets.values()].some((other) => other.process === row.process && other.local === one.key));
  return ends || (ladder.lanes.length && row.host === 'lab' && !model.addresses.size ? ladder.lanes[0] : hostLane(row.host));
}

function titleOf(one) {
  if (one.title) return [one.title, one.under];
  const names = [...one.names];
  return names.length ? [names.slice(0, 3).join(', '), one.key.replace(/^127\.0\.0\.1(?=:)/, ladder.lanes.length > 3 ? '' : '127.0.0.1')] : [one.key, one.under];
}

// Which rows there are.
function passes(row) {
  if (row.gone) return false;
  if (!ladder.conversation) return true;
  const conversation = model.conversations.get(ladder.conversation);
  if (!conversation) return true;
  if (row.kind === 'packet') return row.stream === ladder.conversation;
  if (row.kind === 'call') {
    const socket = socketOf(row);
    const ends = [conversation.client, conversation.server];
    return Boolean(socket) && (ends.includes(socket.local) && (!socket.peer || ends.includes(socket.peer)) || socket.listening && conversation.server.endsWith(`:${(socket.local || '').split(':').pop()}`));
  }
  return row.kind === 'state' ? conversation.names.includes(row.socket) : row.kind !== 'message';
}

const HEIGHTS = { packet: 3.9, message: 3.9, call: 1.95, state: 1.7, line: 2.1, note: 1.7, expect: 1.7, output: 1.8 };

function heightOf(row) {
  const lengths = row.kind === 'note' || row.kind === 'output' ? row.text.split('\n') : [''];
  const lines = Math.min(8, lengths.reduce((sum, line) => sum + (row.kind === 'note' ? Math.max(1, Math.ceil(line.length / ladder.room)) : 1), 0));
  return (HEIGHTS[row.kind] + (lines - 1) * 1.25) * ladder.em;
}

// Takes in rows that came, or all of them anew.
function layRows(anew) {
  // About so many characters are in a line.
  ladder.room = Math.max(20, (byId('ladder').clientWidth / ladder.em - 2) / 0.53);
  if (anew || model.thinned || ladder.from !== model.shifted || ladder.seen > model.rows.length + model.shifted) {
    ladder.shown = model.rows.filter(passes);
    ladder.tops = [0];
    ladder.from = model.shifted;
    ladder.drawnTo = model.thinned ? Math.min(ladder.drawnTo, ladder.shown.length) : ladder.drawnTo;
    model.thinned = false;
    model.lanesChanged = true;
  } else {
    for (const row of model.rows.slice(ladder.seen - model.shifted)) if (passes(row)) ladder.shown.push(row);
  }
  ladder.seen = model.rows.length + model.shifted;
  for (let at = ladder.tops.length - 1; at < ladder.shown.length; at += 1) ladder.tops.push(ladder.tops[at] + heightOf(ladder.shown[at]));
}

function place(one) {
  const many = ladder.lanes.length;
  if (many <= 1) return 12;
  const edge = many === 2 ? 9 : Math.max(8, 50 / many);
  return edge + (one.at * (100 - 2 * edge)) / (many - 1);
}

function drawLanes() {
  const heads = byId('lanes');
  heads.replaceChildren();
  for (const line of byId('sheet').querySelectorAll('.lane-line')) line.remove();
  for (const one of ladder.lanes) {
    const [title, under] = titleOf(one);
    const head = element('div', `lane-head lane-${one.at % 6}`, element('strong', '', title), element('span', '', under));
    head.style.left = `${place(one)}%`;
    const room = ladder.lanes.length === 2 ? 50 : 100 / Math.max(1, ladder.lanes.length);
    head.style.maxWidth = `${room}%`;
    if (ladder.lanes.length === 2) head.classList.add(one.at ? 'at-right' : 'at-left');
    heads.append(head);
    const line = element('div', `lane-line lane-${one.at % 6}`);
    line.style.left = `${place(one)}%`;
    byId('sheet').prepend(line);
  }
}

function drawLadder() {
  const box = byId('ladder');
  const em = parseFloat(getComputedStyle(box).fontSize);
  const anew = em !== ladder.em || ladder.anew;
  ladder.em = em;
  ladder.anew = false;
  layRows(anew);
  if (model.lanesChanged) {
    model.lanesChanged = false;
    layLanes();
    ladder.grown = true;
  } else {
    layEnds(ladder.shown.slice(ladder.drawnTo));
  }
  if (ladder.grown) {
    ladder.grown = false;
    drawLanes();
    for (const made of ladder.elements.values()) made.remove();
    ladder.elements.clear();
  }
  const whole = ladder.tops[ladder.shown.length];
  byId('sheet').style.height = `${whole + em}px`;
  if (ladder.follows) box.scrollTop = box.scrollHeight;
  else ladder.unseen += ladder.shown.length - ladder.drawnTo;
  if (ladder.follows) ladder.unseen = 0;
  ladder.drawnTo = ladder.shown.length;
  drawInSight(box);
  const newest = byId('newest');
  newest.hidden = ladder.follows;
  newest.textContent = ladder.unseen > 0 && !ladder.saved ? `${counted(ladder.unseen, 'new row')} ↓` : 'to the end ↓';
}

function drawInSight(box) {
  const top = box.scrollTop - 400;
  const bottom = box.scrollTop + box.clientHeight + 400;
  let first = 0;
  for (let low = 0, high = ladder.shown.length; low < high;) {
    const middle = (low + high) >> 1;
    if (ladder.tops[middle + 1] < top) low = middle + 1;
    else high = middle;
    first = low;
  }
  const sheet = byId('sheet');
  const stays = new Set();
  for (let at = first; at < ladder.shown.length && ladder.tops[at] < bottom; at += 1) {
    const row = ladder.shown[at];
    stays.add(row.id);
    let made = ladder.elements.get(row.id);
    if (made && made.version !== row.version) {
      made.remove();
      made = null;
    }
    if (!made) {
      made = drawRow(row);
      made.version = row.version;
      made.id = `row-${row.id}`;
      made.setAttribute('role', 'option');
      made.row = row;
      ladder.elements.set(row.id, made);
      sheet.append(made);
    }
    made.style.top = `${ladder.tops[at]}px`;
    made.style.height = `${ladder.tops[at + 1] - ladder.tops[at]}px`;
    const chosen = ladder.chosen === row;
    made.setAttribute('aria-selected', String(chosen));
    made.classList.toggle('chosen', chosen);
  }
  for (const [id, made] of ladder.elements) {
    if (!stays.has(id)) {
      made.remove();
      ladder.elements.delete(id);
    }
  }
  if (ladder.chosen && stays.has(ladder.chosen.id)) box.setAttribute('aria-activedescendant', `row-${ladder.chosen.id}`);
  else box.removeAttribute('aria-activedescendant');
}

function drawRow(row) {
  switch (row.kind) {
    case 'packet': return drawPacket(row);
    case 'message': return drawMessage(row);
    case 'call': return beside(row, `call${row.errno ? ' failed' : ''}${row.asleep ? ' asleep' : ''}${row.stopped ? ' stopped' : ''}`, callWords(row));
    case 'state': return beside(row, 'state', [element('b', '', row.socket), ` ${row.from} → `, element('b', '', row.to)]);
    case 'output': return beside(row, `output${row.error ? ' failed' : ''}`, [element('b', '', `${row.process} wrote`), ` ${row.text.replace(/\n$/, '')}`]);
    case 'line': return element('div', 'row line', element('b', '', row.prompt), ` ${row.text}`);
    case 'expect': return element('div', `row note ${row.passed ? 'held-true' : 'grave'}`, element('span', '', `${row.passed ? '✓ held' : '✗ did not hold'}: ${row.text}`));
    default: return element('div', `row note${row.grave ? ' grave' : ''}`, element('span', '', row.text));
  }
}

function callWords(row) {
  const parts = [element('code', '', row.text)];
  if (row.stopped) parts.unshift(element('span', 'mark air', `${row.stopped} stopped before`), ' ');
  if (row.asleep) parts.push(element('i', '', ' sleeps …'));
  else if (row.blocked) parts.push(element('i', '', ` after ${duration(row.seconds)}`));
  if (row.source) parts.push(element('i', '', ` ${row.source}`));
  if (row.injected) parts.push(element('i', 'grave', ` injected: ${row.injected}`));
  return parts;
}

// Words beside a lane, towards the middle.
function beside(row, names, parts) {
  const text = element('div', 'beside', ...parts);
  const made = element('div', `row ${names}`, text);
  const own = row.a || ladder.lanes[0];
  if (!own) return made;
  const at = place(own);
  const last = own.at === ladder.lanes.length - 1 && ladder.lanes.length > 1;
  const left = last || ladder.lanes.length > 2 && at > 55;
  made.classList.add(`lane-${own.at % 6}`);
  if (left) {
    text.classList.add('to-left');
    text.style.right = `${100 - at}%`;
    text.style.maxWidth = `${at}%`;
  } else {
    text.style.left = `${at}%`;
    text.style.maxWidth = `${100 - at}%`;
  }
  return made;
}

function drawPacket(row) {
  const said = words(row);
  const all = !row.b;
  const from = row.a || ladder.lanes[0];
  const to = row.b || (ladder.lanes.length === 2 ? ladder.lanes[1 - from.at] : null);
  const fate = row.held ? 'held' : row.lost ? 'lost' : '';
  const names = `row packet ${said.kind} ${fate}`;
  const label = element('div', 'label', element('b', '', said.name));
  for (const mark of said.marks) label.append(element('span', 'mark', spaced(mark)));
  if (row.held) label.append(element('span', 'mark air', 'in the air'));
  if (row.lost) label.append(element('span', 'mark', '✗ lost'));
  if (row.delayed > 0.0005) label.append(element('span', 'mark calm', `on the wire for ${duration(row.delayed)}`));
  if (said.numbers) label.append(element('span', 'numbers', `  ${said.numbers}`));
  const time = model.origin === null ? '' : `+${duration(row.start - model.origin)}`;
  const foot = element('div', 'foot', element('span', '', `#${row.number}  ${time}`));
  if (row.cause) foot.append(element('span', 'cause', `  ${row.cause}`));
  const made = element('div', names, label, foot);
  label.append(element('span', 'hidden', ` from ${titleOf(from)[0]}${to ? ` to ${titleOf(to)[0]}` : ''}`));
  arrow(made, from, to, all && ladder.lanes.length !== 2, row.held || row.lost);
  return made;
}

function drawMessage(row) {
  const verb = row.act === 'written' ? counted(row.length, 'byte') : `read: ${counted(row.length, 'byte')}`;
  const label = element('div', 'label', element('b', '', verb), element('span', 'numbers', ` ${row.data.slice(0, 60)}`));
  for (const descriptor of row.descriptors) label.append(element('span', 'mark calm', descriptor));
  const made = element('div', 'row packet message data', label, element('div', 'foot', element('span', '', `${row.act === 'written' ? 'through the kernel, no packet' : 'taken out'} · ${row.call}`)));
  arrow(made, row.a, row.act === 'written' ? row.b : null, false, false);
  if (row.act === 'read') made.classList.add('taken');
  return made;
}

// The arrow of a row, and the place of its words: over it.
function arrow(made, from, to, all, breaks) {
  const [label, foot] = made.children;
  let start = place(from);
  let end = to ? place(to) : all ? (from.at === 0 ? 100 : 0) : start + (start < 50 ? 25 : -25);
  const right = end > start;
  if (breaks) end = start + (end - start) * 0.55;
  const shaft = element('div', `shaft ${right ? 'right' : 'left'}`);
  const [low, high] = right ? [start, end] : [end, start];
  shaft.style.left = `${low}%`;
  shaft.style.width = `${high - low}%`;
  shaft.append(drawn('svg', { class: 'tip', viewBox: '0 0 12 12', 'aria-hidden': 'true' }, drawn('path', { d: made.classList.contains('lost') ? 'M2 2L10 10M10 2L2 10' : 'M1 1L11 6L1 11Z' })));
  made.append(shaft);
  const middle = to ? [place(from), place(to)].sort((one, other) => one - other) : [low, high];
  if (ladder.lanes.length > 2) {
    const room = Math.max(middle[1] - middle[0], 34);
    let left = (middle[0] + middle[1]) / 2 - room / 2;
    left = Math.max(0, Math.min(left, 100 - room));
    middle[0] = left;
    middle[1] = left + room;
  }
  for (const part of [label, foot]) {
    part.style.left = `${middle[0] + 0.5}%`;
    part.style.width = `${middle[1] - middle[0] - 1}%`;
  }
}
