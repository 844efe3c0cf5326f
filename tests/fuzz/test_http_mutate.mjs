// Two readers, one byte stream. Mutated requests go to Violet's HTTP server and to Node's own parser; where
// both accept, they must have understood the same requests: method, target, body, and how many of them.
//
//   node test_http_mutate.mjs [SERVER [COUNT [SEED]]]
//
// SERVER is the http-fuzz-server of this folder, by default the one of the build in $VIOLET_BUILD. The same
// seed makes the same requests.
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';

const [program = `${process.env.VIOLET_BUILD}/tests/fuzz/http-fuzz-server`, countText = '20000',
  seedText = '20261123'] = process.argv.slice(2);
const COUNT = Number(countText);
const SEED = Number(seedText);
const PARALLEL = 64;
const QUIET_MILLIS = 400; // silence after which an open connection has said all that it will
const SURE_MILLIS = 4000; // the same before a difference is believed: the machine may be busy

// mulberry32: small, and the same everywhere
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const random = generator(SEED);
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];

const SEEDS = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /a/b?c=d&e=%20f HTTP/1.1\r\nHost: a.example:8080\r\nAccept: */*\r\nCookie: a=b; c=d\r\n\r\n',
  'POST /form HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nname=a&b=cd',
  'PUT /a/b HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nX-Long: one two\tthree\r\n\r\nbody',
  'DELETE /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n',
  'GET /one HTTP/1.1\r\nHost: a\r\n\r\nPOST /two HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc' +
    'GET /three HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n',
];

const PIECES = [
  '\r\n', '\n', '\r', ' ', '\t', '\0', '\v', '\f', '\x7f', '\xff', ':', ';', ',', '+', '-', '0', '1', '9', 'a', '/', '?',
  '#', '%', '%00', '%0d%0a', '\r\n\r\n', '\r\n ', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'GET ', 'POST ', 'HEAD ',
  'Content-Length: 5\r\n', 'Content-Length: 0\r\n', 'Content-Length:\r\n', 'Content-Length: +5\r\n',
  'Content-Length: 5, 5\r\n', 'Content-Length : 5\r\n', 'content-length:5\r\n', 'Content-Length: 0x5\r\n',
  'Content-Length: 05\r\n', 'Content-Length: 18446744073709551621\r\n', 'Content_Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: identity\r\n', 'Transfer-Encoding:\tchunked\r\n',
  'Transfer-Encoding: xchunked\r\n', 'Transfer-Encoding : chunked\r\n', 'Transfer-Encoding: gzip, chunked\r\n',
  'Host: b\r\n', 'Host:\r\n', 'Connection: close\r\n', 'Connection: keep-alive\r\n', 'Connection: Content-Length\r\n',
  'Expect: 100-continue\r\n', 'Upgrade: h2c\r\n', 'X: y\r\n', ' X: y\r\n', 'X : y\r\n', ': y\r\n', 'X\r\n',
  '5\r\nhello\r\n', '0\r\n\r\n', 'http://b/', '*', 'GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n',
];

const MUTATIONS = [
  (text) => { const at = below(text.length + 1); return text.slice(0, at) + pick(PIECES) + text.slice(at); },
  (text) => { // a piece at the start of a line
    const lines = text.split('\r\n');
    const at = 1 + below(lines.length);
    return [...lines.slice(0, at), pick(PIECES) + (lines[at] ?? ''), ...lines.slice(at + 1)].join('\r\n');
  },
  (text) => { const at = below(text.length); return text.slice(0, at) + text.slice(at + 1 + below(4)); },
  (text) => { const at = below(text.length); return text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1); },
  (text) => { const from = below(text.length); const part = text.slice(from, from + 1 + below(40)); return text.slice(0, from) + part + part + text.slice(from + part.length); },
  (text) => { const lines = text.split('\r\n'); const at = below(lines.length); lines.splice(below(lines.length), 0, lines[at]); return lines.join('\r\n'); },
  (text) => text.replace(/: \d+/g, () => `: ${below(60)}`),
  (text) => text + pick(SEEDS),
  (text) => text.replace(/(?<!HTT?P?|HT?)[a-z]/g, (letter) => (below(12) === 0 ? (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()) : letter)),
];

function mutate() {
  let text = pick(SEEDS);
  for (let turns = 1 + below(3); turns > 0 && text.length > 0; turns--)
    text = pick(MUTATIONS)(text);
  return text.slice(0, 6000);
}

// The answers in what a server sent: [{status, echo}].
function answersOf(bytes) {
  const answers = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0 || bytes.slice(at, at + 9) !== 'HTTP/1.1 ') return answers;
    const head = bytes.slice(at, end);
    const status = Number(head.slice(9, 12));
    at = end + 4;
    if (status < 200) continue;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const wasHead = /\r\nx-head: 1/i.test(head);
    const body = wasHead ? '' : bytes.slice(at, at + length);
    at += body.length;
    answers.push({ status, head: wasHead, body });
    if (/\r\nconnection: close/i.test(head)) return answers;
  }
}

// Sends the text and gathers what comes until the end, or until nothing more comes.
function ask(port, text, quiet) {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    let bytes = '';
    let timer = setTimeout(() => socket.destroy(), quiet);
    let stayed = true;
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(text, 'latin1'));
    socket.on('data', (data) => {
      bytes += data;
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), quiet);
    });
    socket.on('end', () => { stayed = false; });
    socket.on('error', () => { stayed = false; });
    socket.on('close', () => { clearTimeout(timer); resolve({ bytes, answers: answersOf(bytes), stayed }); });
  });
}

// Node's reader, with the same echo; requests that it read whole, in order.
function startNode() {
  const server = http.createServer({ insecureHTTPParser: false, keepAliveTimeout: 5000, requireHostHeader: true });
  const answer = (request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (data) => { body += data; });
    request.on('end', () => {
      const echo = JSON.stringify({ method: request.method, target: request.url, body });
      if (request.method === 'HEAD') response.setHeader('X-Head', '1');
      response.setHeader('Content-Length', Buffer.byteLength(echo, 'latin1'));
      response.end(Buffer.from(echo, 'latin1'));
    });
  };
  server.on('request', answer);
  server.on('checkContinue', answer); // its own "100 Continue" would come out of turn
  server.on('checkExpectation', answer);
  server.on('clientError', (error, socket) => {
    // later, so that the answers to what came whole before it go out first
    setTimeout(() => socket.writable &&
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'), 20);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function startViolet() {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { child, port: Number(String(line)) };
}

// What each understood, as far as it accepted: the statuses by which Violet refuses the framing itself.
const REFUSED = new Set([400, 411, 413, 414, 431, 505]);

function understood(answers, refuses) {
  const list = [];
  for (const answer of answers) {
    if (refuses(answer)) return { list, refused: true };
    list.push(answer);
  }
  return { list, refused: false };
}

function echoOf(answer) {
  try {
    return JSON.parse(Buffer.from(answer.body, 'latin1').toString('utf8'));
  } catch {
    return null;
  }
}

// Bytes that are no UTF-8 come back replaced: those bodies are compared by their length in characters.
const plain = (text) => /^[\x20-\x7e\r\n\t]*$/.test(text);

// Before version 20 Node takes a CR alone for the end of a head (llhttp 6): it then answers what Violet waits for.
const TAKES_BARE_CR = Number(process.versions.node.split('.')[0]) < 20;

function difference(violet, node, text) {
  const ours = understood(violet.answers, (answer) => REFUSED.has(answer.status));
  const theirs = understood(node.answers, (answer) => answer.status === 400 || answer.status === 431 || answer.status === 408);
  const both = Math.min(ours.list.length, theirs.list.length);
  for (let i = 0; i < both; i++) {
    if (ours.list[i].head || theirs.list[i].head) continue;
    const a = echoOf(ours.list[i]);
    const b = echoOf(theirs.list[i]);
    if (a === null || b === null) return `answer ${i + 1} can't be read`;
    if (a.method !== b.method) return `method of ${i + 1}: ${a.method} / ${b.method}`;
    if (a.target !== b.target) return `target of ${i + 1}: ${a.target} / ${b.target}`;
    if (a.error === 'none' && plain(b.body) && a.body !== b.body) return `body of ${i + 1}`;
  }
  if (ours.refused || theirs.refused || both === 0) return '';
  if (TAKES_BARE_CR && ours.list.length < theirs.list.length && /\r(?!\n)/.test(text)) return '';
  if (ours.list.length !== theirs.list.length && violet.stayed && node.stayed)
    return `${ours.list.length} / ${theirs.list.length} requests`;
  return '';
}

// A server that refuses must close, and answer nothing afterwards.
function afterRefusal(violet) {
  const at = violet.answers.findIndex((answer) => REFUSED.has(answer.status) && echoOf(answer)?.error !== 'bad_form');
  if (at < 0) return '';
  const errors = ['bad_request'];
  const echo = echoOf(violet.answers[at]);
  if (echo !== null && errors.includes(echo.error) && /%/.test(echo.target)) return ''; // a target that is framed well
  if (at !== violet.answers.length - 1) return 'an answer after a refusal';
  return violet.stayed ? 'a refused connection stays open' : '';
}

const totals = { both: 0, ours: 0, theirs: 0, neither: 0 };
const failures = [];

function problemOf(violet, node, text) {
  return afterRefusal(violet) || difference(violet, node, text);
}

async function compare(violetPort, nodePort, text) {
  const askBoth = (quiet) => Promise.all([ask(violetPort, text, quiet), ask(nodePort, text, quiet)]);
  let [violet, node] = await askBoth(QUIET_MILLIS);
  if (problemOf(violet, node, text) !== '') [violet, node] = await askBoth(SURE_MILLIS);
  const ours = violet.answers.length > 0 && !REFUSED.has(violet.answers[0].status);
  const theirs = node.answers.length > 0 && node.answers[0].status < 400;
  totals[ours ? (theirs ? 'both' : 'ours') : theirs ? 'theirs' : 'neither']++;
  const problem = problemOf(violet, node, text);
  if (problem !== '') failures.push({ problem, text, violet: violet.bytes, node: node.bytes });
}

async function main() {
  const violet = await startViolet();
  const node = await startNode();
  let ended = false;
  violet.child.on('exit', () => { ended = true; });
  const requests = Array.from({ length: COUNT }, mutate);
  let next = 0;
  const worker = async () => {
    while (next < requests.length && !ended) await compare(violet.port, node.address().port, requests[next++]);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  const survived = !ended;
  violet.child.stdin.end();
  const [code] = ended ? [1] : await once(violet.child, 'exit');
  node.close();
  node.closeAllConnections();
  report(survived && code === 0, next);
}

function report(survived, done) {
  console.log(`# seed ${SEED}, ${done} requests: both accepted ${totals.both}, only Violet ${totals.ours}, ` +
    `only Node ${totals.theirs}, neither ${totals.neither}`);
  for (const { problem, text, violet, node } of failures.slice(0, 10)) {
    console.log(`# ${problem}: ${JSON.stringify(text)}`);
    console.log(`#   Violet ${JSON.stringify(violet.replace(/\r\nContent-Security[^]*?\r\n\r\n/g, '\r\n\r\n').slice(0, 600))}`);
    console.log(`#   Node ${JSON.stringify(node.slice(0, 600))}`);
  }
  const rows = [
    [failures.length === 0, 'where Violet and Node both accept, they frame the same requests'],
    [done === COUNT && totals.both > COUNT / 20 && totals.neither > COUNT / 20, 'the mutations reach both sides of the gate'],
    [survived, 'the server survives and stops cleanly'],
  ];
  console.log(`1..${rows.length}`);
  rows.forEach(([ok, what], at) => console.log(`${ok ? 'ok' : 'not ok'} ${at + 1} - ${what}`));
  process.exitCode = rows.every(([ok]) => ok) ? 0 : 1;
}

await main();
