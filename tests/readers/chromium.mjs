// A page of headless Chromium that reaches no network.

import { chromium } from 'playwright-core';

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function open(options = {}) {
  const { existsSync } = await import('node:fs');
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? programs.find(path => existsSync(path)),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', '--no-first-run'],
  });
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', error => problems.push(String(error)));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return { browser, context, page, problems };
}

export function check(holds, what) {
  if (!holds) throw new Error(what);
}
