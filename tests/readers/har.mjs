// Reads HAR files: node har.mjs FILE... validates them; node har.mjs --replay FILE URL opens the page from the file.

import { readFileSync } from 'node:fs';
import validator from 'har-validator/lib/promise.js';
import { check, open } from './chromium.mjs';

async function validate(path) {
  const har = JSON.parse(readFileSync(path));
  try {
    await validator.har(har);
  } catch (error) {
    throw new Error(`${path}: ${error.message}: ${JSON.stringify(error.errors)}`);
  }
  for (const entry of har.log.entries) {
    const { blocked, dns, connect, send, wait, receive } = entry.timings;
    const sum = [blocked, dns, connect, send, wait, receive].filter(time => time > 0).reduce((a, b) => a + b, 0);
    check(Math.abs(sum - entry.time) < 0.001, `${path}: the time ${entry.time} is not the sum ${sum}`);
  }
  return har.log.entries.length;
}

async function replay(path, url) {
  const { browser, context, page, problems } = await open();
  await context.routeFromHAR(path, { notFound: 'abort' });
  await page.goto(url);
  await page.waitForFunction(() => document.images.length > 0 && document.images[0].complete);
  const seen = await page.evaluate(() => ({
    title: document.title, text: document.body.innerText.trim(), width: document.images[0].naturalWidth,
  }));
  await browser.close();
  check(problems.length === 0, problems.join('\n'));
  return seen;
}

const args = process.argv.slice(2);
if (args[0] === '--replay') {
  console.log(JSON.stringify(await replay(args[1], args[2])));
} else {
  for (const path of args) console.log(`${await validate(path)} valid entries`);
}
