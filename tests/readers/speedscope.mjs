// Opens traces in speedscope: node speedscope.mjs FILE [PICTURE].

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, open } from './chromium.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/speedscope/dist/release');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

const [file, picture] = process.argv.slice(2);
const server = createServer(async (request, response) => {
  try {
    const asked = normalize(decodeURIComponent(new URL(request.url, 'http://x/').pathname));
    const path = asked === '/' ? '/index.html' : asked;
    const data = await readFile(join(folder, path));
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
    response.end(data);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const { browser, page, problems } = await open({ viewport: { width: 1100, height: 300 } });
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.locator('input[type=file]').setInputFiles(file);
await page.waitForFunction(() => document.querySelector('canvas') !== null && !document.body.innerText.includes('Browse'));
await page.waitForTimeout(500);
const text = await page.evaluate(() => document.body.innerText);
if (picture) await page.screenshot({ path: picture });
check(text.includes('exchanges'), `the process has no name: ${text}`);
const errors = problems.filter(problem => !problem.includes('favicon') && !problem.includes('404'));
check(errors.length === 0, errors.join('\n'));
console.log(`${basename(file)}: ${text.split('\n').filter(line => line.trim()).slice(0, 8).join(' | ')}`);
await browser.close();
server.close();
