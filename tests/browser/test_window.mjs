// The browser tests' own tools, tried on pages that are known to be good or bad.
import { createServer } from 'node:http';
import { closeBrowser, look, openWindow } from './chromium.mjs';
import { contains, equal, run, test } from './tap.mjs';

const good = '<!doctype html><html lang=en><link rel=icon href=data:,><title>Good</title><main><h1>Good</h1><p>Text</p></main></html>';
const bad = '<!doctype html><html><title>Bad</title><main><h1>Bad</h1><img src=data:,><div style="width:3000px">w</div></main></html>';
const pages = { '/good': good, '/bad': bad };
const server = createServer((request, answer) => {
  answer.writeHead(request.url in pages ? 200 : 404, { 'Content-Type': 'text/html' });
  answer.end(pages[request.url] ?? '');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

for (const script of [true, false])
  test(`a good page is found good ${script ? 'with' : 'without'} script`, async () => {
    const page = await openWindow(url, { script, size: 'phone' });
    await page.goto('/good');
    await look(page, `self-good-${script}`);
    await page.context().close();
  });

test('a page without language, with an unnamed picture and too wide is found bad', async () => {
  const page = await openWindow(url, { size: 'phone' });
  await page.goto('/bad');
  const problem = await look(page, 'self-bad').then(() => null, (error) => error.message);
  equal(problem !== null, true, 'the look at it');
  for (const part of ['html-has-lang', 'image-alt', 'wider than the window']) contains(problem, part);
  await page.context().close();
});

await run(async () => { await closeBrowser(); server.close(); });
