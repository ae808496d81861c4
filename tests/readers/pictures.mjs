// Takes pictures of a page of limpid: node pictures.mjs PAGE FOLDER writes page.png and row.png.

import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';
import { check, open } from './chromium.mjs';

const [file, folder] = process.argv.slice(2);
const { browser, page } = await open({ viewport: { width: 1100, height: 480 }, colorScheme: 'light' });
await page.goto(pathToFileURL(resolve(file)).href);
check(await page.locator('.rows > li').count() > 3, 'there are too few rows');
await page.screenshot({ path: join(folder, 'page.png'), fullPage: true });
await page.setViewportSize({ width: 1100, height: 900 });
await page.locator('summary', { hasText: '/slow' }).click();
await page.emulateMedia({ colorScheme: 'dark' });
await page.screenshot({ path: join(folder, 'row.png') });
await browser.close();
