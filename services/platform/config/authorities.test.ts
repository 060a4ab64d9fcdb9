/** Real: files, and what Node trusts. Double: the clock of the timers. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { followAuthorities } from './authorities.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-authorities-'));
const file = join(folder, 'ca.pem');
const atStart = tls.getCACertificates('default');
const [usual, first, second, third] = tls.rootCertificates as [string, string, string, string];

beforeEach(() => {
  jest.useFakeTimers();
  tls.setDefaultCACertificates([usual]);
});
afterEach(() => {
  jest.useRealTimers();
});
afterAll(() => {
  tls.setDefaultCACertificates(atStart);
  rmSync(folder, { recursive: true });
});

const namesOf = (...all: string[]) => all.map((one) => new X509Certificate(one).fingerprint256);
/** Those that Node was started with are replaced with the file. */
const beside = namesOf(usual).filter((name) => !namesOf(...tls.getCACertificates('extra')).includes(name));
const trusted = () => new Set(namesOf(...tls.getCACertificates('default')));

it('an authority that is replaced in its file is trusted from then on beside the usual ones, the old one no longer', () => {
  writeFileSync(file, first);
  const problems: string[] = [];
  followAuthorities((error) => problems.push(String(error)), { NODE_EXTRA_CA_CERTS: file });
  jest.advanceTimersByTime(10_000);
  expect(trusted()).toEqual(new Set(namesOf(usual)));
  writeFileSync(file, `${second}\n${third}\n`);
  jest.advanceTimersByTime(4_000);
  expect(trusted()).toEqual(new Set(namesOf(usual)));
  jest.advanceTimersByTime(1_000);
  expect(trusted()).toEqual(new Set([...beside, ...namesOf(second, third)]));
  writeFileSync(file, third);
  jest.advanceTimersByTime(5_000);
  expect(trusted()).toEqual(new Set([...beside, ...namesOf(third)]));
  // What is no good changes nothing, and is told each time.
  writeFileSync(file, 'no certificate');
  jest.advanceTimersByTime(5_000);
  rmSync(file);
  jest.advanceTimersByTime(5_000);
  expect(problems).toEqual([
    expect.stringContaining(`${file}, which holds no certificate`),
    expect.stringContaining('ENOENT'),
  ]);
  expect(trusted()).toEqual(new Set([...beside, ...namesOf(third)]));
});

it('nothing is followed where there is no file, and one that cannot be read is told at the start', () => {
  followAuthorities(() => undefined, {});
  expect(jest.getTimerCount()).toBe(0);
  const missing = { NODE_EXTRA_CA_CERTS: join(folder, 'none.pem') };
  expect(() => followAuthorities(() => undefined, missing)).toThrow('ENOENT');
});
