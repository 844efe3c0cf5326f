// Starts `violet demo` on a free port, and ends it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const binary = process.env.VIOLET ?? new URL('../../build/src/cmd/violet', import.meta.url).pathname;
const startMilliseconds = 30_000;

/** Resolves to { url, logins, login(role), stop() } when the doors are open. */
export async function startDemo() {
  const data = mkdtempSync(join(tmpdir(), 'violet-browser-'));
  const child = spawn(binary, ['demo', '--listen', '127.0.0.1:0', '--data', join(data, 'demo'), '--json'],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  let talk = '';
  child.stderr.on('data', (piece) => { talk = (talk + piece).slice(-4000); });
  const greeting = await firstLine(child, () => talk);
  const { url, logins } = JSON.parse(greeting);
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', () => child.kill('SIGKILL'));
  const login = (role) => {
    const found = logins.find((one) => one.role === role);
    if (!found) throw new Error(`no log-in for ${role}`);
    return found;
  };
  return { url: url.replace(/\/$/, ''), logins, login, stop };
}

function firstLine(child, talk) {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why) => reject(new Error(`violet demo did not start: ${why}; ${talk()}`));
    const late = setTimeout(() => { child.kill('SIGKILL'); fail('too slow'); }, startMilliseconds);
    child.once('error', (problem) => fail(problem.message));
    child.once('exit', (status) => fail(`ended with ${status}`));
    child.stdout.on('data', (piece) => {
      text += piece;
      if (!text.includes('\n')) return;
      clearTimeout(late);
      resolve(text.slice(0, text.indexOf('\n')));
    });
  });
}
