// Opens pages of limpid in Chromium: node page.mjs FILE... Each must show its requests with its own style, run nothing
// else, load nothing, and be usable with the keyboard alone.

import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { check, open } from './chromium.mjs';

async function background(page) {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}

async function read(path) {
  const { browser, page, problems } = await open({ viewport: { width: 1200, height: 800 }, colorScheme: 'light' });
  const url = pathToFileURL(resolve(path)).href;
  const loaded = [];
  page.on('request', request => loaded.push(request.url()));
  page.on('dialog', dialog => problems.push(`a dialog: ${dialog.message()}`));
  await page.goto(url);
  const rows = page.locator('.rows > li');
  const count = await rows.count();
  check(count > 0, 'there are no rows');
  const title = await page.title();

  // The hash of the style is right, and so is that of the script.
  check(await rows.first().locator('summary').evaluate(row => getComputedStyle(row).display) === 'grid', 'no style');
  check(await page.locator('#filter').isVisible(), 'the script does not run');

  // The keyboard alone: to the first row, down, open, close.
  await page.locator('#filter').focus();
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => [...document.querySelectorAll('summary')].indexOf(document.activeElement));
  check(await focused() === 0, 'Tab does not lead to the first row');
  await page.keyboard.press('End');
  check(await focused() === count - 1, 'End does not lead to the last row');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  check(await rows.first().locator('details').evaluate(row => row.open), 'Enter does not open a row');
  check(await rows.first().getByRole('heading', { name: 'Request', exact: true }).isVisible(), 'no details');
  await page.keyboard.press('ArrowLeft');
  check(!await rows.first().locator('details').evaluate(row => row.open), 'the left arrow does not close it');

  // What a screen reader says of a row.
  const said = await rows.first().locator('summary').evaluate(row => row.innerText.replace(/\s+/g, ' '));
  for (const word of ['status', 'size', 'time', 'connection']) check(said.includes(word), `no ${word}: ${said}`);

  // The filter.
  await page.keyboard.press('/');
  await page.keyboard.type('no row has this text');
  check(await rows.filter({ visible: true }).count() === 0, 'the filter hides nothing');
  await page.locator('#filter').fill('');

  for (const row of (await page.locator('summary').all()).slice(0, 20)) {
    await row.click();
    await row.hover();
  }
  const shape = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth > innerWidth, scripts: document.scripts.length,
    images: document.images.length, handlers: document.querySelectorAll('[onerror],[onload],[onmouseover]').length,
  }));
  check(!shape.wide && shape.scripts === 1 && shape.images === 0 && shape.handlers === 0, JSON.stringify(shape));
  const light = await background(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  check(await background(page) !== light, 'dark looks like light');
  await page.setViewportSize({ width: 360, height: 640 });
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it is too wide for a phone');
  check(await page.title() === title && !title.includes('owned'), `the title is ${await page.title()}`);
  check(loaded.length === 1 && loaded[0] === url, `it loads ${loaded}`);
  check(problems.length === 0, problems.join('\n'));
  await browser.close();
  return `${count} rows`;
}

for (const path of process.argv.slice(2)) {
  try {
    console.log(await read(path));
  } catch (error) {
    throw new Error(`${path}: ${error.message}`);
  }
}
