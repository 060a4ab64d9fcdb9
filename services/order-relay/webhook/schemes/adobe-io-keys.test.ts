import { expect, it } from '@jest/globals';
import { AdobeIoKeys } from './adobe-io-keys.ts';
import { firstKey, secondKey } from './testing/vectors.ts';

const hourMs = 3_600_000;

class Adobe {
  now = 0;
  readonly asked: string[] = [];
  readonly failures: unknown[] = [];
  has: Record<string, string> = { '/a': firstKey, '/b': secondKey };
  readonly keys = new AdobeIoKeys({
    fetchPem: (path) => {
      this.asked.push(path);
      const pem = this.has[path];
      return pem === undefined ? Promise.reject(new Error('403')) : Promise.resolve(pem);
    },
    onFailure: (error) => this.failures.push(error),
    monotonicMs: () => this.now,
  });

  /** Whether the key is known; what is then asked is answered. */
  async knows(path: string): Promise<boolean> {
    const known = this.keys.at(path) !== null;
    await new Promise((resolve) => setImmediate(resolve));
    return known;
  }
}

it('a key is asked for once, and known from then on', async () => {
  const adobe = new Adobe();
  expect(await adobe.knows('/a')).toBe(false);
  expect(await adobe.knows('/a')).toBe(true);
  adobe.now = 11 * hourMs;
  expect(await adobe.knows('/a')).toBe(true);
  expect(adobe.asked).toEqual(['/a']);
});

it('is renewed in good time, and not believed for longer than a day', async () => {
  const adobe = new Adobe();
  await adobe.knows('/a');
  adobe.now = 13 * hourMs;
  expect(await adobe.knows('/a')).toBe(true);
  expect(adobe.asked).toEqual(['/a', '/a']);
  adobe.has = {};
  adobe.now += 25 * hourMs;
  expect(await adobe.knows('/a')).toBe(false);
  expect(adobe.failures).toHaveLength(1);
});

it('whoever names paths that are not there makes us ask for one in five seconds', async () => {
  const adobe = new Adobe();
  for (let n = 0; n < 1_000; n += 1) {
    adobe.now += 20;
    await adobe.knows(`/${n}`);
  }
  expect(adobe.asked).toHaveLength(4);
  adobe.now += 5_000;
  await adobe.knows('/a');
  expect(await adobe.knows('/a')).toBe(true);
});
