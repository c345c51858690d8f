// A packet's fields beside its bytes: each field lights its bytes, each byte its field.

async function openPacket(row) {
  const panel = byId('panel-packet');
  showTab('packet');
  const said = words(row);
  const head = element('h3', '', `#${row.number} ${said.name} `, element('span', 'numbers', said.numbers));
  const facts = [row.cause, row.from && row.to ? `from ${row.from} to ${row.to}` : null, row.held ? 'the wire holds it' : row.lost ? 'it was lost' : null, counted(row.length, 'byte')].filter(Boolean);
  panel.replaceChildren(head, element('p', 'facts', facts.join(' · ')));
  panel.number = row.number;
  const details = await detailsOf(row.number);
  if (panel.number !== row.number) return;
  panel.append(details ? treeAndBytes(details) : element('p', 'empty', 'The fields of this packet are not kept.'));
}

async function detailsOf(number) {
  if (byId('details')) {
    if (!model.details.size) apply(JSON.parse(byId('details').textContent));
  } else if (!model.details.has(number)) {
    try {
      const answer = await fetch(`packet/${number}`);
      if (answer.ok) apply(await answer.json());
    } catch {
      return null;
    }
  }
  return model.details.get(number) || null;
}

function treeAndBytes(details) {
  const tree = element('ul', 'tree');
  tree.setAttribute('role', 'tree');
  tree.setAttribute('aria-label', 'fields');
  const dump = element('div', 'dump');
  dump.setAttribute('role', 'group');
  dump.tabIndex = 0;
  dump.setAttribute('aria-label', 'bytes of the frame in hexadecimal');
  const cells = [];
  const count = details.bytes.length / 2;
  for (let start = 0; start < count; start += 16) {
    const line = element('div', 'bytes', element('span', 'offset', start.toString(16).padStart(4, '0')));
    const text = element('span', 'text');
    for (let at = start; at < Math.min(start + 16, count); at += 1) {
      const value = parseInt(details.bytes.substr(at * 2, 2), 16);
      const hex = element('span', 'byte', details.bytes.substr(at * 2, 2));
      const character = element('span', 'char', value > 32 && value < 127 ? String.fromCharCode(value) : '·');
      cells.push([hex, character]);
      hex.at = at;
      character.at = at;
      line.append(hex);
      text.append(character);
    }
    line.append(text);
    dump.append(line);
  }
  const rows = [];
  for (let at = 0; at < details.tree.length; at += 5) {
    const [depth, text, name, from, to] = details.tree.slice(at, at + 5);
    const item = element('li', depth === 0 ? 'layer' : 'field', element('span', '', details.texts[text]), element('code', '', details.texts[name]));
    item.style.setProperty('--depth', depth);
    item.setAttribute('role', 'treeitem');
    item.setAttribute('aria-level', String(depth + 1));
    item.setAttribute('aria-selected', 'false');
    item.tabIndex = rows.length ? -1 : 0;
    item.range = [from, to];
    rows.push(item);
    tree.append(item);
  }
  wireTree(tree, dump, rows, cells);
  const shown = details.length > count ? element('p', 'facts', `${counted(details.length - count, 'byte')} more are not shown`) : null;
  return element('div', 'packet-views', tree, element('div', '', dump, shown));
}

function wireTree(tree, dump, rows, cells) {
  const light = (item, fixes) => {
    for (const other of rows) {
      other.classList.toggle('lit', other === item);
      if (fixes) {
        other.setAttribute('aria-selected', String(other === item));
        other.tabIndex = other === item ? 0 : -1;
      }
    }
    const [from, to] = item ? item.range : [0, 0];
    cells.forEach((pair, at) => pair.forEach((cell) => cell.classList.toggle('lit', at >= from && at < to)));
    if (fixes && cells[from]) cells[from][0].scrollIntoView({ block: 'nearest' });
  };
  const itemOf = (target) => target.closest('li');
  tree.addEventListener('mouseover', (event) => { const item = itemOf(event.target); if (item) light(item, false); });
  tree.addEventListener('click', (event) => { const item = itemOf(event.target); if (item) { light(item, true); item.focus({ preventScroll: true }); } });
  tree.addEventListener('focusin', (event) => { const item = itemOf(event.target); if (item) light(item, true); });
  tree.addEventListener('keydown', (event) => {
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[to].focus();
  });
  dump.addEventListener('mouseover', (event) => {
    const at = event.target.at;
    if (at === undefined) return;
    const fits = rows.filter((item) => item.range[0] <= at && at < item.range[1]);
    fits.sort((one, other) => one.range[1] - one.range[0] - (other.range[1] - other.range[0]));
    if (fits[0]) {
      light(fits[0], false);
      fits[0].scrollIntoView({ block: 'nearest' });
    }
  });
}
