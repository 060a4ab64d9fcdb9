import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FrameReader } from './frames.ts';

function frame(type: string, body: Uint8Array): Buffer {
  const header = Buffer.from(`${type}\0\0\0\0`, 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function readAll(chunks: Buffer[]): [type: string, body: string][] {
  const reader = new FrameReader();
  const frames: [string, string][] = [];
  for (const chunk of chunks) {
    reader.read(chunk, (type, buffer, start, end) => {
      frames.push([String.fromCharCode(type), buffer.toString('hex', start, end)]);
    });
  }
  return frames;
}

describe('the byte stream', () => {
  it('is cut into the same messages however it arrives', () => {
    const message = fc.tuple(fc.constantFrom('d', 'E', 'w'), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.nat(400), { maxLength: 30 }),
        (messages, cuts) => {
          const bytes = Buffer.concat(messages.map(([type, body]) => frame(type, body)));
          const places = [
            0,
            ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
            bytes.length,
          ];
          const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
          expect(readAll(chunks)).toEqual(
            messages.map(([type, body]) => [type, Buffer.from(body).toString('hex')]),
          );
        },
      ),
    );
  });

  it('whose boundary is lost is not believed', () => {
    expect(() => readAll([Buffer.from([0x64, 0, 0, 0, 3, 0])])).toThrow('boundary');
    expect(() => readAll([Buffer.from([0x64, 0xff, 0xff, 0xff, 0xff, 0])])).toThrow('boundary');
  });
});
