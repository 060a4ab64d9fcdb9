import { expect, it } from '@jest/globals';
import { ByteWriter } from './byte-writer.ts';

/** What it begins with. */
const placeBytes = 16 * 1024;

it.each([
  ['int8', 1],
  ['int16', 2],
  ['int32', 4],
  ['int64', 8],
] as const)('finds room for an %s wherever its place ends', (kind, sizeBytes) => {
  for (let left = 0; left < sizeBytes; left += 1) {
    const writer = new ByteWriter();
    writer.skip(placeBytes - left);
    writer[kind](7);
    const written = writer.copy();
    expect([written.length, written.at(-1)]).toEqual([placeBytes - left + sizeBytes, 7]);
  }
});
