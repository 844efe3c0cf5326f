// Runs the tests of a file one after the other and prints TAP.
const tests = [];

/** Adds a test; its name is a sentence. */
export function test(name, run) {
  tests.push({ name, run });
}

/** Fails with both values where they differ. */
export function equal(found, expected, what = '') {
  if (found !== expected) throw new Error(`${what}: found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
}

export function contains(text, part, what = '') {
  if (!text.includes(part)) throw new Error(`${what}: ${JSON.stringify(part)} is not in ${JSON.stringify(text.slice(0, 1500))}`);
}

/** Runs what was added, then finish(); the process ends with 1 where one failed. */
export async function run(finish = async () => {}) {
  const chosen = tests.filter(({ name }) => name.includes(process.argv[2] ?? ''));
  let failed = 0;
  console.log(`1..${chosen.length}`);
  for (const [index, { name, run: act }] of chosen.entries()) {
    const begin = Date.now();
    try {
      await act();
      console.log(`ok ${index + 1} - ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
    } catch (problem) {
      failed += 1;
      console.log(`not ok ${index + 1} - ${name}`);
      for (const line of String(problem.stack ?? problem).split('\n').slice(0, 14)) console.log(`# ${line}`);
    }
  }
  await finish();
  process.exit(failed || !chosen.length ? 1 : 0);
}
