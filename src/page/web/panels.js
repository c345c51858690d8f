// The views beside the ladder: sockets, the bytes of a conversation, plots.

const TABS = ['sockets', 'stream', 'plot', 'packet'];
let openTab = 'sockets';

function showTab(name) {
  openTab = name;
  for (const tab of TABS) {
    const button = byId(`tab-${tab}`);
    button.setAttribute('aria-selected', String(tab === name));
    button.tabIndex = tab === name ? 0 : -1;
    byId(`panel-${tab}`).hidden = tab !== name;
  }
  drawPanel();
}

function drawPanel() {
  if (openTab === 'sockets') drawSockets();
  else if (openTab === 'stream') drawStream();
  else if (openTab === 'plot') drawPlot();
  else if (!byId('panel-packet').number) byId('panel-packet').replaceChildren(element('p', 'empty', 'Choose a packet in the ladder: its fields and bytes are shown here.'));
}

function drawSockets() {
  const panel = byId('panel-sockets');
  const { rows, more } = model.table;
  const key = JSON.stringify(rows);
  if (panel.key === key) return;
  panel.key = key;
  if (!rows.length) {
    panel.replaceChildren(element('p', 'empty', 'No socket is open.'));
    return;
  }
  const head = element('tr', '', ...['socket', 'state', 'local → peer', 'Recv-Q', 'Send-Q'].map((text) => {
    const cell = element('th', '', text);
    cell.scope = 'col';
    return cell;
  }));
  const body = rows.map((row) => {
    const name = row.name || (row.fd === null ? row.held || '–' : `fd ${row.fd}`);
    const timer = row.timer ? `${row.timer.kind} in ${duration(row.timer.ms / 1000)}${row.timer.retransmits ? `, ${row.timer.retransmits} so far` : ''}` : '';
    return element('tr', '',
      element('td', '', element('b', '', name), element('small', '', ` ${row.process || row.host} · ${row.protocol}`)),
      element('td', `socket-state ${row.state === 'ESTABLISHED' ? 'good' : ''}`, row.state, timer ? element('small', '', timer) : null),
      element('td', 'ends-of', row.local || '–', row.peer ? element('small', '', `→ ${row.peer}`) : null),
      element('td', 'number', String(row.recv_q)), element('td', 'number', String(row.send_q)));
  });
  const table = element('table', '', element('thead', '', head), element('tbody', '', ...body));
  panel.replaceChildren(table, more ? element('p', 'facts', `${counted(more, 'socket')} more`) : '');
}

function conversationShown() {
  const chosen = model.conversations.get(ladder.conversation);
  if (chosen) return chosen;
  const all = [...model.conversations.values()];
  return all.reverse().find((one) => one.protocol === 'tcp') || all[0] || null;
}

function titleOfConversation(one) {
  const [from, to] = one.names;
  const names = from || to ? `${from || one.client} → ${to || one.server}` : `${one.client} → ${one.server}`;
  return `${one.protocol.toUpperCase()} ${names}`;
}

// The bytes of one direction: by the calls that sent them, the segments that carried them, the calls that read them.
function wayOf(conversation, forward) {
  const [local, peer] = forward ? [conversation.client, conversation.server] : [conversation.server, conversation.client];
  const way = { sends: [], segments: [], reads: [], length: 0 };
  const at = { sends: 0, reads: 0 };
  resolveHolds();
  for (const row of model.rows) {
    if (row.kind !== 'call' || row.errno || !(row.result > 0)) continue;
    const socket = socketOf(row);
    if (!socket || !socket.peer) continue;
    const side = SENDS.has(row.name) && socket.local === local && socket.peer === peer ? 'sends'
      : READS.has(row.name) && socket.local === peer && socket.peer === local ? 'reads' : null;
    if (!side || row.text.includes('MSG_PEEK')) continue;
    way[side].push({ from: at[side], to: at[side] + row.result, row });
    at[side] += row.result;
  }
  for (const row of conversation.packets) {
    const length = row.event['tcp.len'] || 0;
    if (!length || isForward(row, conversation) !== forward) continue;
    const from = row.event['tcp.seq'] - 1;
    way.segments.push({ from, to: from + length, row, again: (row.event['tcp.analysis.flags'] || []).includes('retransmission') });
    way.length = Math.max(way.length, from + length);
  }
  way.length = Math.max(way.length, at.sends, at.reads);
  return way;
}

function drawStream() {
  const panel = byId('panel-stream');
  const conversation = conversationShown();
  const key = conversation ? `${conversation.key} ${conversation.packets.length} ${model.calls} ${model.resolved} ${model.sockets.size}` : '';
  if (panel.key === key && panel.childElementCount) return;
  panel.key = key;
  if (!conversation || conversation.protocol !== 'tcp') {
    panel.replaceChildren(element('p', 'empty', 'No TCP conversation yet: its bytes are shown here by the calls that sent and read them.'));
    return;
  }
  const parts = [element('h3', '', titleOfConversation(conversation))];
  for (const forward of [true, false]) {
    const way = wayOf(conversation, forward);
    const [from, to] = forward ? [conversation.client, conversation.server] : [conversation.server, conversation.client];
    parts.push(element('h4', '', `${from} → ${to}`, element('small', '', ` ${counted(way.length, 'byte')}`)));
    if (!way.length) parts.push(element('p', 'empty', 'nothing yet'));
    else parts.push(bars(way), texts(way));
  }
  panel.replaceChildren(...parts);
}

function bars(way) {
  // Of a long stream the newest part is drawn: parts too narrow to be seen say nothing.
  const first = way.segments.length > 120 ? way.segments[way.segments.length - 120].from : 0;
  const sheet = drawn('svg', { viewBox: '0 0 600 96', class: 'bars', role: 'img', 'aria-label': `${counted(way.sends.length, 'send')}, ${counted(way.segments.length, 'segment')}, ${counted(way.reads.length, 'read')}` });
  const scale = 520 / Math.max(1, way.length - first);
  const across = (offset) => 76 + (Math.max(offset, first) - first) * scale;
  // The first send that ends behind an offset.
  const sendAt = (offset) => {
    let low = 0;
    for (let high = way.sends.length; low < high;) {
      const middle = (low + high) >> 1;
      if (way.sends[middle].to <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const lanes = [['sent', way.sends], ['carried', way.segments], ['read', way.reads]];
  lanes.forEach(([name, spans], at) => {
    const y = 4 + at * 31;
    sheet.append(drawn('text', { x: 0, y: y + 17, class: 'bar-name' }, name));
    for (const span of spans.filter((one) => one.to > first).slice(-130)) {
      const pieces = [];
      for (let which = sendAt(span.from); which < way.sends.length && way.sends[which].from < span.to; which += 1) {
        const send = way.sends[which];
        pieces.push({ from: Math.max(send.from, span.from), to: Math.min(send.to, span.to), which });
      }
      for (const { from, to, which } of pieces.length ? pieces : [{ ...span, which: -1 }]) {
        const piece = { from, to };
        sheet.append(drawn('rect', { x: across(piece.from), y, width: Math.max(1, (piece.to - piece.from) * scale - 1), height: 24, class: which < 0 ? 'paint none' : `paint paint-${which % 8}` }));
      }
      const width = (span.to - span.from) * scale;
      const said = at === 1 ? `#${span.row.number}${span.again ? ' again' : ''}${span.row.lost ? ' lost' : ''}` : `${span.to - span.from}`;
      if (width > said.length * 8) sheet.append(drawn('text', { x: across(span.from) + width / 2, y: y + 17, 'text-anchor': 'middle', class: 'bar-text' }, said));
      sheet.append(drawn('rect', { x: across(span.from), y, width: Math.max(1, width - 1), height: 24, class: span.row.lost ? 'frame broken' : 'frame' }));
    }
  });
  return sheet;
}

function texts(way) {
  const list = element('ol', 'sends');
  way.sends.slice(-60).forEach((send, at) => {
    const number = way.sends.length - Math.min(60, way.sends.length) + at;
    list.append(element('li', '', element('span', `swatch paint-${number % 8}`, `${number + 1}`), element('code', '', `${send.row.process}: ${send.row.name}`), ` ${counted(send.to - send.from, 'byte')} `, element('q', '', (send.row.data || '').slice(0, 400))));
  });
  return list;
}

const PLOTS = {
  seq: ['sequence numbers', 'bytes'], window: ['window and bytes in flight', 'bytes'], rtt: ['round-trip time', 'ms'], cwnd: ['congestion window', 'segments'],
};
let plotted = 'seq';

function drawPlot() {
  const panel = byId('panel-plot');
  const conversation = conversationShown();
  const key = `${plotted} ${conversation ? conversation.key + conversation.packets.length : ''} ${model.samples.length}`;
  if (panel.key === key) return;
  panel.key = key;
  if (!panel.choice) {
    panel.choice = element('select', '', ...Object.entries(PLOTS).map(([name, [words]]) => { const one = element('option', '', words); one.value = name; return one; }));
    panel.choice.setAttribute('aria-label', 'what is plotted');
    panel.choice.addEventListener('change', () => { plotted = panel.choice.value; drawPlot(); });
    panel.sheet = element('div', '');
    panel.replaceChildren(element('p', '', panel.choice), panel.sheet);
  }
  if (!conversation || conversation.protocol !== 'tcp') {
    panel.sheet.replaceChildren(element('p', 'empty', 'No TCP conversation yet.'));
    return;
  }
  const series = plotSeries(conversation);
  const points = series.flatMap((one) => one.points);
  panel.sheet.replaceChildren(element('h3', '', titleOfConversation(conversation)), points.length ? plot(series, PLOTS[plotted][1]) : element('p', 'empty', plotted === 'cwnd' ? 'The kernel has not been asked yet: only it knows the congestion window.' : 'No packet says it yet.'));
}

function plotSeries(conversation) {
  const carried = [0, 0];
  for (const row of conversation.packets) carried[isForward(row, conversation) ? 0 : 1] += row.event['tcp.len'] || 0;
  const forward = carried[0] >= carried[1];
  const start = conversation.packets[0].start;
  const own = conversation.packets.filter((row) => isForward(row, conversation) === forward);
  const back = conversation.packets.filter((row) => isForward(row, conversation) !== forward);
  const points = (rows, value) => rows.map((row) => [row.start - start, value(row)]).filter((point) => point[1] !== undefined && point[1] !== null);
  if (plotted === 'seq') {
    return [
      { name: 'sent (last byte of each segment)', mark: 'dot', points: points(own, (row) => row.event['tcp.len'] ? row.event['tcp.seq'] + row.event['tcp.len'] - 1 : null) },
      { name: 'acknowledged', mark: 'step', points: points(back, (row) => row.event['tcp.flags'] & 16 ? row.event['tcp.ack'] - 1 : null) },
      { name: 'lost or sent again', mark: 'cross', points: points(own.filter((row) => row.lost || (row.event['tcp.analysis.flags'] || []).includes('retransmission')), (row) => row.event['tcp.seq'] + (row.event['tcp.len'] || 0) - 1) },
    ];
  }
  if (plotted === 'window') {
    return [
      { name: 'offered by the receiver', mark: 'step', points: points(back, (row) => row.event['tcp.window_size']) },
      { name: 'in flight', mark: 'dot', points: points(own, (row) => row.event['tcp.analysis.bytes_in_flight']) },
    ];
  }
  if (plotted === 'rtt') return [{ name: 'from a segment to its acknowledgment', mark: 'dot', points: points(back, (row) => row.event['tcp.analysis.ack_rtt'] === undefined ? null : row.event['tcp.analysis.ack_rtt'] * 1000) }];
  const [local, peer] = forward ? [conversation.client, conversation.server] : [conversation.server, conversation.client];
  const samples = model.samples.filter((one) => one.local === local && one.peer === peer);
  return [
    { name: 'congestion window', mark: 'step', points: samples.map((one) => [one.at - start, one.cwnd]) },
    { name: 'slow start threshold', mark: 'dot', points: samples.filter((one) => one.ssthresh !== null && one.ssthresh < 1e6).map((one) => [one.at - start, one.ssthresh]) },
  ];
}

function ticksOf(most) {
  const rough = most / 4 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const ticks = [];
  for (let at = 0; at <= most * 1.0001; at += step) ticks.push(at);
  return ticks;
}

function plot(series, unit) {
  const all = series.flatMap((one) => one.points);
  const most = [0, 1].map((axis) => all.reduce((high, point) => Math.max(high, point[axis]), 0) || 1);
  const x = (value) => 64 + (Math.max(0, value) / most[0]) * 520;
  const y = (value) => 260 - (value / most[1]) * 240;
  const sheet = drawn('svg', { viewBox: '0 0 600 300', class: 'plot', role: 'img', 'aria-label': series.map((one) => `${one.name}: ${counted(one.points.length, 'point')}`).join(', ') });
  for (const tick of ticksOf(most[0])) {
    sheet.append(drawn('line', { x1: x(tick), y1: 20, x2: x(tick), y2: 260, class: 'grid' }));
    sheet.append(drawn('text', { x: x(tick), y: 278, 'text-anchor': 'middle' }, duration(tick)));
  }
  for (const tick of ticksOf(most[1])) {
    sheet.append(drawn('line', { x1: 64, y1: y(tick), x2: 584, y2: y(tick), class: 'grid' }));
    sheet.append(drawn('text', { x: 58, y: y(tick) + 5, 'text-anchor': 'end' }, tick >= 10000 ? `${tick / 1000}k` : String(Number(tick.toFixed(3)))));
  }
  sheet.append(drawn('text', { x: 64, y: 12 }, unit));
  series.forEach((one, at) => {
    if (!one.points.length) return;
    let path = '';
    one.points.forEach(([across, up], place) => {
      const [px, py] = [x(across).toFixed(1), y(up).toFixed(1)];
      if (one.mark === 'step') path += place ? `H${px}V${py}` : `M${px} ${py}`;
      else if (one.mark === 'cross') path += `M${px - 5} ${py - 5}l10 10m0 -10l-10 10`;
      else path += `M${px - 3} ${py - 3}h6v6h-6z`;
    });
    sheet.append(drawn('path', { d: path, class: `series series-${at} ${one.mark}` }));
  });
  const legend = element('ul', 'legend', ...series.map((one, at) => element('li', `series-${at}`, `${{ dot: '■', step: '┘', cross: '×' }[one.mark]} ${one.name}`)));
  return element('figure', '', sheet, legend);
}
