import { describe, expect, it } from '@jest/globals';
import { Telling } from './telling.ts';

describe('stories that are being told', () => {
  it('are one for each reader, and so many of all', async () => {
    const telling = new Telling(2);
    const { promise, resolve } = Promise.withResolvers<string>();
    const told = () => promise;
    const first = telling.to('ada', told);
    // However often she asks, there is room for another, and the newest is told her next.
    const again = [telling.to('ada', told), telling.to('ada', async () => 'the newest')];
    const second = telling.to('bob', told);
    expect(await telling.to('cyd', told)).toBeNull();
    resolve('a story');
    expect(await Promise.all([first, ...again])).toEqual(['a story', null, 'the newest']);
    expect([await first, await second, await telling.to('ada', told)]).toEqual(Array(3).fill('a story'));
  });

  it('make room also when they cannot be told', async () => {
    const telling = new Telling(1);
    await expect(telling.to('ada', () => Promise.reject(new Error('no broker')))).rejects.toThrow(
      'no broker',
    );
    expect(await telling.to('ada', () => Promise.resolve('a story'))).toBe('a story');
  });
});
