// The whole story in Chromium: log in, a text arrives, close, review, cooling-off, receipt. Every page on the way is
// looked at: axe-core, width, script errors, requests that leave.
import { closeBrowser, logIn, look, openWindow } from './chromium.mjs';
import { contains, equal, run, test } from './tap.mjs';
import { startDemo } from './violet.mjs';

const ways = [
  { language: 'en', size: 'desktop', script: true },
  { language: 'zh-CN', size: 'phone', script: true },
  { language: 'en', size: 'phone', script: false },
  { language: 'zh-CN', size: 'desktop', script: false },
];

/** Presses the button that posts to this action, and waits for the page that answers. */
async function press(page, action) {
  const own = page.locator(`button[formaction="${action}"]`);
  const button = (await own.count()) ? own
    : page.locator(`form[action="${action}"] button:not([type=button]):not([formaction])`);
  await Promise.all([page.waitForNavigation(), button.first().click()]);
}

async function follow(page, href) {
  await Promise.all([page.waitForNavigation(), page.locator(`main a[href^="${href}"]`).first().click()]);
}

async function newestCode(page) {
  await page.goto('/demo/mail');
  return (await page.locator('main').innerText()).match(/\b\d{6}\b/)[0];
}

async function secretLink(page, reference) {
  for (const mail of await page.locator('main a[href^="/demo/mail/"]').evaluateAll((links) => links.map((a) => a.href))) {
    await page.goto(mail);
    const text = await page.locator('main').innerText();
    const link = text.match(/\/closure\/VC-[0-9A-Z-]+\?key=[^\s]+/);
    if (text.includes(reference) && link) return link[0];
  }
  throw new Error(`no mail with the link of ${reference}`);
}

for (const way of ways) {
  const name = `${way.language}-${way.size}-${way.script ? 'script' : 'plain'}`;
  test(`a subscriber leaves: ${name}`, async () => {
    const demo = await startDemo();
    try {
      await story(demo, way, name);
    } finally {
      await demo.stop();
    }
  });
}

async function story(demo, way, name) {
  const ann = demo.login('subscriber');
  const page = await openWindow(demo.url, way);
  const shot = async (what) => look(page, `${name}-${what}`);
  await page.goto('/login');
  await shot('login');
  await logIn(page, ann);
  await page.goto('/inbox');
  await shot('inbox');
  equal(await page.locator('html').getAttribute('lang'), way.language, 'language');
  for (const place of ['numbers', 'services', 'inbox/settings', 'wallet', 'settings/security', 'settings', 'help', 'tickets', 'cancel']) {
    await page.goto(`/${place}`);
    await shot(place.replace('/', '-'));
  }
  await page.goto('/numbers');
  await page.goto(await page.locator('a[href$="/port"]').first().getAttribute('href'));
  await shot('number-port');
  await page.goto('/settings');
  await follow(page, '/close');
  await shot('close-check');
  await follow(page, '/close/unbind');
  await shot('close-unbind');
  await follow(page, '/close/save');
  await shot('close-save');
  await follow(page, '/close/confirm');
  await shot('close-confirm');
  await press(page, '/close/code');
  const other = await page.context().newPage();
  const code = await newestCode(other);
  await page.fill('input[name=password]', ann.password);
  await page.fill('input[name=code]', code);
  await press(page, '/close/submit');
  await shot('closure-fresh');
  const reference = (await page.locator('main').innerText()).match(/VC-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}/)[0];
  await other.goto('/demo/mail');
  const link = await secretLink(other, reference);
  await review(demo, way, name, reference);
  const guest = await openWindow(demo.url, way);
  await guest.goto(link);
  await look(guest, `${name}-closure-cooling`);
  for (const hours of [72, 1]) await moveClock(other, hours);
  await eventually(async () => {
    await guest.goto(link);
    return (await guest.locator('main a[href*="/receipt"]').count()) > 0;
  });
  await look(guest, `${name}-closure-closed`);
  await follow(guest, new URL(link, demo.url).pathname + '/receipt');
  contains(await guest.locator('main').innerText(), reference);
  await look(guest, `${name}-receipt`);
  await guest.context().close();
  await page.context().close();
}

async function review(demo, way, name, reference) {
  const desk = await openWindow(demo.url, { ...way, size: 'desktop' });
  await logIn(desk, demo.login('reviewer'));
  await desk.goto('/desk/reviews');
  await look(desk, `${name}-desk-reviews`);
  for (const place of ['numbers', 'numbers/12025550143', 'registry']) {
    await desk.goto(`/desk/${place}`);
    await look(desk, `${name}-desk-${place.split('/')[0]}`);
  }
  await desk.goto('/desk/reviews');
  await Promise.all([desk.waitForNavigation(), desk.locator(`a:has-text("${reference}")`).first().click()]);
  await look(desk, `${name}-desk-review`);
  await Promise.all([desk.waitForNavigation(), desk.locator('form[action$="/approve"] button').first().click()]);
  await desk.context().close();
}

async function moveClock(page, hours) {
  await page.goto('/demo/clock');
  await Promise.all([page.waitForNavigation(), page.locator(`button[name=hours][value="${hours}"]`).first().click()]);
}

async function eventually(question, milliseconds = 10_000) {
  const end = Date.now() + milliseconds;
  while (!(await question())) {
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

await run(closeBrowser);
