// What goes on: events from the server or from this file, the keyboard, the choices; one drawing a frame.

let scheduled = false;

function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    drawAll();
  });
}

let sideDrawn = 0;

function drawAll() {
  drawLadder();
  const now = performance.now();
  // The views beside it cost more and change less: four times a second.
  if (now - sideDrawn < 250) {
    setTimeout(schedule, 260 - (now - sideDrawn));
    return;
  }
  sideDrawn = now;
  drawStates();
  drawPanel();
  drawChoices();
  const air = model.rows.slice(-2000).filter((row) => row.held).length;
  byId('counts').textContent = [counted(model.packets.size, 'packet'), counted(model.calls, 'call'), air ? `${air} in the air` : '', model.stops.size ? `${model.stops.size} stopped` : '', model.lost ? `${model.lost} lost` : ''].filter(Boolean).join(' · ');
}

function drawChoices() {
  const select = byId('conversation');
  if (select.options.length === model.conversations.size + 1 && select.shifted === model.changed) return;
  const size = `${model.conversations.size} ${[...model.conversations.values()].slice(-3).map(titleOfConversation).join()}`;
  if (select.key === size || document.activeElement === select) return;
  select.key = size;
  const everything = element('option', '', 'everything');
  everything.value = '';
  const newest = [...model.conversations.values()].slice(-200).map((one) => {
    const option = element('option', '', titleOfConversation(one));
    option.value = one.key;
    return option;
  });
  select.replaceChildren(everything, ...newest);
  select.value = ladder.conversation;
}

function setFollow(follows) {
  ladder.follows = follows;
  byId('follow').setAttribute('aria-pressed', String(follows));
  byId('follow').textContent = follows ? 'Following' : 'Follow';
  schedule();
}

function choose(row, opens) {
  ladder.chosen = row;
  if (row && row.kind === 'packet' && opens) openPacket(row);
  schedule();
}

function moveChoice(step) {
  setFollow(false);
  const rows = ladder.shown;
  if (!rows.length) return;
  const at = ladder.chosen ? rows.indexOf(ladder.chosen) : -1;
  const to = at < 0 ? rows.length - 1 : Math.max(0, Math.min(rows.length - 1, at + step));
  const box = byId('ladder');
  const head = byId('lanes').offsetHeight;
  const [top, bottom] = [ladder.tops[to], ladder.tops[to + 1]];
  if (top < box.scrollTop) box.scrollTop = top;
  if (bottom + head > box.scrollTop + box.clientHeight) box.scrollTop = bottom + head - box.clientHeight + 8;
  choose(rows[to], openTab === 'packet');
}

function wireUp() {
  const box = byId('ladder');
  box.addEventListener('scroll', () => {
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 4;
    if (ladder.follows && !atEnd && ladder.touched) setFollow(false);
    else if (!ladder.follows && atEnd && ladder.touched) setFollow(true);
    schedule();
  }, { passive: true });
  const touched = () => { ladder.touched = true; };
  for (const name of ['wheel', 'touchmove', 'pointerdown', 'keydown']) box.addEventListener(name, touched, { passive: true });
  box.addEventListener('click', (event) => {
    const made = event.target.closest('.row');
    if (made) choose(made.row, true);
  });
  box.addEventListener('keydown', (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9 };
    if (steps[event.key] !== undefined) moveChoice(steps[event.key]);
    else if (event.key === 'Enter' || event.key === ' ') { if (ladder.chosen) choose(ladder.chosen, true); }
    else if (event.key === 'End' || event.key === 'Escape') { ladder.chosen = null; setFollow(true); }
    else return;
    event.preventDefault();
  });
  byId('follow').addEventListener('click', () => setFollow(!ladder.follows));
  byId('newest').addEventListener('click', () => setFollow(true));
  byId('conversation').addEventListener('change', (event) => {
    ladder.conversation = event.target.value;
    ladder.anew = true;
    schedule();
  });
  const list = document.querySelector('.tabs');
  list.addEventListener('click', (event) => { const tab = event.target.closest('[role=tab]'); if (tab) showTab(tab.id.slice(4)); });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const name = TABS[(TABS.indexOf(openTab) + step + TABS.length) % TABS.length];
    showTab(name);
    byId(`tab-${name}`).focus();
  });
  new ResizeObserver(() => { ladder.anew = true; schedule(); }).observe(box);
  wireTheme();
}

function wireTheme() {
  const themes = ['', 'light', 'dark'];
  const button = byId('theme');
  const set = (theme) => {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    button.textContent = `Colours: ${theme || 'as the system'}`;
  };
  let theme = '';
  try { theme = localStorage.getItem('socklab-theme') || ''; } catch { /* A file may have no storage. */ }
  set(theme);
  button.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    set(theme);
    try { localStorage.setItem('socklab-theme', theme); } catch { /* The choice holds for this page alone. */ }
  });
}

function say(text, kind) {
  const status = byId('status');
  status.textContent = text;
  status.className = `status ${kind}`;
}

function watch() {
  setFollow(true);
  const source = new EventSource('events');
  source.addEventListener('open', () => say('live', 'live'));
  source.addEventListener('message', (message) => {
    for (const event of JSON.parse(message.data)) {
      if (event.event === 'anew') ladder.anew = true;
      apply(event);
    }
    schedule();
  });
  source.addEventListener('end', () => {
    source.close();
    say('the lab has ended', 'over');
  });
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) say('no connection, trying again', 'broken');
    else say('the lab has ended', 'over');
  });
}

// A saved page: its events stand in it, one in a line. They are taken in pieces, so that the page can be used meanwhile.
function unfold(events) {
  say('saved session', 'over');
  setFollow(false);
  ladder.saved = true;
  byId('follow').hidden = true;
  let at = 0;
  const step = () => {
    const end = performance.now() + 25;
    for (; at < events.length && performance.now() < end; at += 1) if (events[at]) apply(JSON.parse(events[at]));
    schedule();
    if (at < events.length) setTimeout(step, 0);
  };
  step();
}

wireUp();
showTab('sockets');
const kept = byId('events');
if (kept) unfold(kept.textContent.split('\n'));
else watch();
