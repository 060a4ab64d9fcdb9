import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { loadConfig } from './load.ts';
import { Configuration } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-reread-'));
const file = join(folder, 'cartage.yaml');
const secret = join(folder, 'password');
writeFileSync(
  file,
  'instance: main\nkafka: { brokers: "127.0.0.1:9092", sasl: { mechanism: plain, username: me, password: "${PASSWORD}" }, registry: { url: "http://127.0.0.1:8081" } }',
);

function opened() {
  let nowMs = 0;
  let loads = 0;
  const problems: string[] = [];
  writeFileSync(secret, 'first\n');
  const configuration = new Configuration(
    file,
    (read) => {
      loads += 1;
      return loadConfig(file, [], { PASSWORD_FILE: secret }, read);
    },
    () => nowMs,
  );
  configuration.reportTo((problem) => problems.push(problem));
  const password = () => configuration.current().kafka.sasl?.password;
  return { configuration, problems, password, loads: () => loads, pass: (ms: number) => (nowMs += ms) };
}

it('follows a secret file that changes, and gives the same object while nothing does', () => {
  const { configuration, password, loads, pass } = opened();
  const before = configuration.current();
  pass(5_000);
  expect(configuration.current()).toBe(before);
  // Parsing it would hold up a busy process.
  expect(loads()).toBe(1);
  writeFileSync(secret, 'second\n');
  expect(password()).toBe('first');
  pass(5_000);
  expect(password()).toBe('second');
  expect(configuration.config.kafka.sasl?.password).toBe('first');
});

it('goes on with what it knows while the file is gone or no good, says so once, and takes it up again', () => {
  const { problems, password, pass } = opened();
  rmSync(secret);
  for (let times = 0; times < 3; times += 1) {
    pass(5_000);
    expect(password()).toBe('first');
  }
  expect(problems).toEqual([expect.stringContaining('kafka.sasl.password')]);
  writeFileSync(secret, 'third');
  pass(5_000);
  expect(password()).toBe('third');
  writeFileSync(secret, '');
  pass(5_000);
  expect(password()).toBe('third');
  expect(problems).toHaveLength(2);
});
