// How elements are made. Text only ever becomes text: nothing that was received is read as HTML.

const byId = (id) => document.getElementById(id);

function element(tag, names, ...children) {
  const made = document.createElement(tag);
  if (names) made.className = names;
  for (const child of children) if (child !== null && child !== undefined) made.append(typeof child === 'string' ? plain(child) : child);
  return made;
}

function drawn(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  for (const child of children) made.append(typeof child === 'string' ? plain(child) : child);
  return made;
}

// Characters that turn writing round, or hide, are shown as their numbers.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function plain(text) {
  return String(text).replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function duration(seconds) {
  const size = Math.abs(seconds);
  if (size >= 1) return `${seconds.toFixed(size >= 10 ? 1 : 2)} s`;
  if (size >= 0.001) return `${(seconds * 1000).toFixed(size >= 0.01 ? 0 : 1)} ms`;
  return `${Math.round(seconds * 1e6)} µs`;
}

function counted(number, what) {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

function flagsOf(event) {
  const bits = event['tcp.flags'] || 0;
  const names = [[2, 'SYN'], [1, 'FIN'], [4, 'RST'], [8, 'PSH'], [32, 'URG'], [16, 'ACK']];
  return names.filter(([bit]) => bits & bit).map(([, name]) => name);
}

const ICMP = { 0: 'echo reply', 3: 'destination unreachable', 5: 'redirect', 8: 'echo request', 11: 'time exceeded' };
const ICMP6 = { 1: 'destination unreachable', 2: 'packet too big', 3: 'time exceeded', 128: 'echo request', 129: 'echo reply', 133: 'router solicitation', 134: 'router advertisement', 135: 'neighbor solicitation', 136: 'neighbor advertisement' };

// What a packet is, in a few words: its kind (for the colour), its name, and what its numbers say.
function words(row) {
  const event = row.event;
  if (event['tcp.flags'] !== undefined) {
    const flags = flagsOf(event);
    const length = event['tcp.len'] || 0;
    const kind = flags.includes('RST') ? 'rst' : flags.includes('SYN') ? 'syn' : flags.includes('FIN') ? 'fin' : length > 0 ? 'data' : 'ack';
    const numbers = [`seq ${event['tcp.seq']}`];
    if (flags.includes('ACK')) numbers.push(`ack ${event['tcp.ack']}`);
    const shown = flags.filter((name) => name !== 'PSH' || length === 0);
    const name = length > 0 ? `${counted(length, 'byte')}${shown.join() === 'ACK' ? '' : ` · ${shown.join(', ')}`}` : shown.join(', ') || 'no flag';
    return { kind, name, numbers: numbers.join('  '), marks: event['tcp.analysis.flags'] || [] };
  }
  if (event['udp.length'] !== undefined) return { kind: 'data', name: `UDP · ${counted(event['udp.length'] - 8, 'byte')}`, numbers: '', marks: [] };
  if (event['arp.opcode'] !== undefined) return { kind: 'other', name: event['arp.opcode'] === 1 ? 'ARP: who has it?' : 'ARP: I have it', numbers: '', marks: [] };
  if (event['icmp.type'] !== undefined) return { kind: event['icmp.type'] === 3 ? 'rst' : 'other', name: `ICMP ${ICMP[event['icmp.type']] || `type ${event['icmp.type']}`}`, numbers: '', marks: [] };
  if (event['icmpv6.type'] !== undefined) return { kind: 'other', name: `ICMPv6 ${ICMP6[event['icmpv6.type']] || `type ${event['icmpv6.type']}`}`, numbers: '', marks: [] };
  const protocol = event['ip.proto'] ?? event['ipv6.nxt'];
  return { kind: 'other', name: protocol !== undefined ? `IP protocol ${protocol}` : `frame of type 0x${(event['eth.type'] || 0).toString(16)}`, numbers: counted(row.length, 'byte'), marks: [] };
}

function spaced(name) {
  return String(name).replaceAll('_', ' ');
}
