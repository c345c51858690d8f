// The state diagrams of RFC 9293, section 3.3.2, one for each end: the state it is in is lit, those it has been in are marked.

const PLACES = {
  CLOSED: [100, 0, 100], LISTEN: [0, 44, 92], 'SYN-SENT': [202, 44, 98], 'SYN-RECEIVED': [0, 88, 126],
  ESTABLISHED: [92, 132, 116], 'FIN-WAIT-1': [0, 176, 110], 'CLOSE-WAIT': [186, 176, 114],
  'FIN-WAIT-2': [0, 220, 100], CLOSING: [108, 220, 78], 'LAST-ACK': [200, 220, 100], 'TIME-WAIT': [60, 264, 100],
};
const CHANGES = [
  ['CLOSED', 'LISTEN'], ['CLOSED', 'SYN-SENT'], ['LISTEN', 'SYN-RECEIVED'], ['SYN-SENT', 'SYN-RECEIVED'], ['SYN-SENT', 'ESTABLISHED'],
  ['SYN-RECEIVED', 'ESTABLISHED'], ['ESTABLISHED', 'FIN-WAIT-1'], ['ESTABLISHED', 'CLOSE-WAIT'], ['FIN-WAIT-1', 'FIN-WAIT-2'],
  ['FIN-WAIT-1', 'CLOSING'], ['FIN-WAIT-2', 'TIME-WAIT'], ['CLOSING', 'TIME-WAIT'], ['CLOSE-WAIT', 'LAST-ACK'],
];
const BOX = 26;

// The two ends that are shown: those of the conversation that is chosen, else of the newest.
function endsShown() {
  const states = [...model.states.values()];
  const chosen = model.conversations.get(ladder.conversation) || [...model.conversations.values()].reverse().find((one) => one.protocol === 'tcp');
  const ends = [];
  if (chosen) {
    const last = [...chosen.packets].reverse();
    for (const forward of [true, false]) {
      const names = new Set();
      for (const row of last.slice(0, 50)) {
        const own = isForward(row, chosen) === forward ? row.from : row.to;
        if (own) names.add(own);
      }
      const known = states.filter((one) => names.has(one.socket) || names.has(`${one.process}.${one.socket}`));
      known.sort((one, other) => Number(one.now === 'LISTEN') - Number(other.now === 'LISTEN') || other.order - one.order);
      const end = known[0];
      const row = tableRow(forward ? chosen.client : chosen.server, forward ? chosen.server : chosen.client);
      const named = row && { title: `${row.process || row.host}${row.name ? ` · ${row.name}` : ''}`, now: row.state, been: [] };
      // A listener is in LISTEN all the while: its connection has a socket of its own once accept has given it, and is in its queue before.
      const passive = end && row && end.now === 'LISTEN' && row.state !== 'LISTEN';
      if (passive) ends.push(row.name ? named : { ...named, title: `${end.process} · in the queue of ${end.socket}` });
      else if (end) ends.push({ title: `${end.process} · ${end.socket}`, now: row ? row.state : end.now, been: end.been });
      else if (named) ends.push(named);
    }
  }
  if (!ends.length) {
    states.sort((one, other) => other.order - one.order);
    for (const end of states.slice(0, 2).reverse()) ends.push({ title: `${end.process} · ${end.socket}`, now: end.now, been: end.been });
  }
  return ends;
}

function tableRow(local, peer) {
  return model.table.rows.find((row) => row.protocol === 'tcp' && row.local === local && row.peer === peer) || null;
}

function drawStates() {
  const box = byId('states');
  const ends = endsShown();
  const key = JSON.stringify(ends);
  if (box.key === key) return;
  box.key = key;
  if (!ends.length) {
    box.replaceChildren(element('p', 'empty', 'No TCP socket has changed its state yet.'));
    return;
  }
  box.replaceChildren(...ends.map((end, at) => element('figure', `end lane-${at}`,
    element('figcaption', '', element('span', '', end.title), element('strong', '', end.now)), diagram(end))));
}

function diagram(end) {
  const been = new Set(end.been);
  const sheet = drawn('svg', { viewBox: '-2 -2 304 296', role: 'img', 'aria-label': `${end.title} is in the state ${end.now}` });
  for (const [from, to] of CHANGES) {
    const [one, other] = [PLACES[from], PLACES[to]];
    const passed = end.been.some((state, at) => state === from && end.been[at + 1] === to);
    const x = one[0] + one[2] / 2;
    const y = other[0] + other[2] / 2;
    sheet.append(drawn('line', { x1: x, y1: one[1] + BOX, x2: y, y2: other[1], class: passed ? 'passed' : 'way' }));
  }
  for (const [state, [x, y, width]] of Object.entries(PLACES)) {
    const lit = state === end.now;
    const group = drawn('g', { class: lit ? 'lit' : been.has(state) ? 'been' : 'not' });
    group.append(drawn('rect', { x, y, width, height: BOX, rx: 4 }));
    group.append(drawn('text', { x: x + width / 2, y: y + BOX / 2 + 4.5, 'text-anchor': 'middle' }, lit ? `▸ ${state}` : state));
    sheet.append(group);
  }
  return sheet;
}
