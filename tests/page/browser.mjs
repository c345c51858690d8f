// The page in Chromium: a saved session and a live one, at three sizes, light and dark, by keyboard alone, before axe. Fails with what it saw.
// Usage: node browser.mjs SAVED.html URL [FOLDER FOR SCREENSHOTS]

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import puppeteer from 'puppeteer-core';

const [, , saved, live, shots] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const wrong = [];
const holds = (what, fact) => { if (!fact) wrong.push(what); };

const browser = await puppeteer.launch({ executablePath: 'chromium', args: ['--no-sandbox', '--disable-gpu'], headless: true })
  .catch(() => puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'], headless: true }));

async function open(url, [width, height], theme) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => wrong.push(`${url}: ${error.message}`));
  page.on('dialog', (dialog) => { wrong.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()}`); });
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith('data:') && !asked.startsWith(new URL('.', url).href)) wrong.push(`it asks for ${asked}`);
  });
  await page.setViewport({ width, height, isMobile: width < 500 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }, { name: 'prefers-reduced-motion', value: 'reduce' }]);
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForFunction(() => document.querySelectorAll('#sheet .row').length > 5, { timeout: 20000 });
  return page;
}

const count = (page, selector) => page.$$eval(selector, (found) => found.length);
const text = (page, selector) => page.$eval(selector, (found) => found.textContent);

async function examine(page, name) {
  holds(`${name}: nothing is wider than the window`, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  holds(`${name}: no element of a payload`, await page.evaluate(() => !document.querySelector('#sheet img, #sheet script, .panel script, .panel img')));
  holds(`${name}: the title is the page's own`, (await page.title()).startsWith('A socklab session'));
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run());
  for (const one of found.violations) {
    if (['serious', 'critical'].includes(one.impact)) wrong.push(`${name}: axe: ${one.id}: ${one.nodes[0].html.slice(0, 200)} ${one.nodes[0].failureSummary}`);
  }
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` });
}

const file = pathToFileURL(saved).href;
for (const size of [[1920, 1080], [1200, 800], [390, 844]]) {
  for (const theme of ['light', 'dark']) {
    const page = await open(file, size, theme);
    await page.setBypassCSP(true);
    holds('the ladder has hosts', (await text(page, '#lanes')).includes('client') && (await text(page, '#lanes')).includes('server'));
    holds('nothing is in the air when the wire holds nothing', !(await text(page, '#counts')).includes('in the air'));
    await examine(page, `saved-${size[0]}-${theme}`);
    await page.close();
  }
}

// By keyboard alone: to the ladder, up to a packet, its fields and bytes.
const page = await open(file, [1200, 800], 'light');
await page.setBypassCSP(true);
await page.keyboard.press('Tab');
await page.keyboard.press('Enter');
await page.focus('#ladder');
for (let step = 0; step < 400 && !(await page.$('#panel-packet .tree li')); step += 1) {
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await page.evaluate(() => new Promise(requestAnimationFrame));
}
holds('a packet is opened by keys', (await count(page, '#panel-packet .tree li')) > 10);
await page.focus('#panel-packet .tree li');
for (let step = 0; step < 8; step += 1) await page.keyboard.press('ArrowDown');
holds('a field lights its bytes', (await count(page, '.byte.lit')) > 0);
await examine(page, 'packet-1200-light');
await page.focus('#tab-packet');
await page.keyboard.press('ArrowLeft');
holds('a tab is reached by keys', await page.$eval('#panel-plot', (panel) => !panel.hidden));
holds('a plot is drawn', (await count(page, '#panel-plot svg path')) > 0);
await page.select('#conversation', 'tcp 0');
await page.focus('#tab-plot');
await page.keyboard.press('ArrowLeft');
holds('the stream is painted by sends', (await count(page, '#panel-stream .paint-0')) > 2);
await page.$eval('#ladder', (box) => { box.scrollTop = 0; });
await page.waitForFunction(() => document.getElementById('sheet').textContent.includes('socket('), { timeout: 5000 }).catch(() => {});
const ladder = await text(page, '#sheet');
holds('calls are there', ladder.includes('socket('));
const stream = await text(page, '#panel-stream');
holds('bidi controls are shown as numbers', !/[\u202a-\u202e\u2066-\u2069]/.test(await page.evaluate(() => document.body.textContent.replace(document.getElementById('events').textContent, ''))));
holds('markup is text', stream.includes('<script>'));
await page.close();

const watched = await open(live, [1200, 800], 'dark');
await watched.waitForFunction(() => document.getElementById('states').textContent.includes('ESTABLISHED'), { timeout: 20000 });
holds('it says that it is live', (await text(watched, '#status')) === 'live');
await watched.waitForFunction(() => document.querySelectorAll('#panel-sockets tbody tr').length >= 3, { timeout: 20000 });
holds('it follows', await watched.$eval('#ladder', (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 8));
await watched.waitForFunction(() => document.getElementById('sheet').textContent.includes('stopped before accept('), { timeout: 20000 }).catch(() => {});
holds('a program is shown where it is stopped, and no longer where it was', (await watched.$$eval('#sheet .stopped', (rows) => rows.map((row) => row.textContent).join())).match(/^stepped stopped before accept\(3\)/));
holds('a connection that nobody has accepted is in the queue', (await text(watched, '#states')).includes('in the queue of s'));
await examine(watched, 'live-1200-dark');

await browser.close();
for (const one of wrong) console.error(one);
console.log(wrong.length ? `${wrong.length} things are wrong` : 'all of it holds');
process.exit(wrong.length ? 1 : 0);
