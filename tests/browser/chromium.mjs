// Debian's Chromium through playwright-core: windows in every size, language and with or without script.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const shots = new URL('./shots/', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(shots, { recursive: true });

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };

let browser;

/** Starts the browser with a new empty profile; closeBrowser ends it. */
async function openBrowser() {
  browser ??= await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-proxy-server',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/** A window of its own cookies. Every request that leaves url's origin, every error of the page's script and
 * every refusal by its content security policy is kept in page.mistakes. */
export async function openWindow(url, { size = 'desktop', language = 'en', script = true, dark = false } = {}) {
  const context = await (await openBrowser()).newContext({
    viewport: sizes[size], locale: language, javaScriptEnabled: script, timezoneId: 'UTC',
    colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', isMobile: size === 'phone', baseURL: url,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.mistakes = [];
  page.scripted = script;
  page.on('request', (request) => {
    const address = request.url();
    if (!address.startsWith(url) && !address.startsWith('data:') && !address.startsWith('blob:'))
      page.mistakes.push(`asks elsewhere: ${address}`);
  });
  page.on('pageerror', (problem) => page.mistakes.push(`script: ${problem.message}`));
  page.on('console', (line) => { if (line.type() === 'error') page.mistakes.push(`console: ${line.text()}`); });
  page.on('response', (answer) => { if (answer.status() >= 500) page.mistakes.push(`${answer.status()} ${answer.url()}`); });
  return page;
}

/** Logs in with one of the demo's log-ins. */
export async function logIn(page, login) {
  await page.goto(login.role === 'subscriber' ? '/login' : '/desk/login');
  await page.fill('input[name=name]', login.name);
  await page.fill('input[name=password]', login.password);
  await Promise.all([page.waitForNavigation(), page.click('form:has(input[name=password]) button[type=submit], form:has(input[name=password]) button:not([type])')]);
}

/** Fails where axe-core finds a violation of WCAG 2.2 AA on the page, where the page is wider than the window, or
 * where it made a mistake of openWindow's list. axe needs script in the page; without it the rest is checked. */
export async function look(page, name) {
  await page.screenshot({ path: `${shots}${name}.png`, fullPage: true });
  const found = [...page.mistakes.splice(0)];
  if (page.scripted) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 1) found.push(`${wide} pixels wider than the window`);
    const result = await page.evaluate(`(async () => { ${axe}; return await axe.run(document, { runOnly:
      ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }); })()`);
    for (const { id, nodes } of result.violations)
      for (const { html, failureSummary } of nodes.slice(0, 5)) found.push(`axe ${id}: ${html} ${failureSummary}`);
  }
  if (found.length) throw new Error(`${name} (${page.url()}): ${found.length} findings\n${found.join('\n')}`);
}
