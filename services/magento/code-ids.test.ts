import { expect, it } from '@jest/globals';
import { assertCurrent, underFence } from '../platform/fence.ts';
import { CodeIds } from './code-ids.ts';

it('asks for a list when it is needed, once for all who wait, and again for what is unknown or old, but not all the time', async () => {
  let asked = 0;
  let now = 0;
  const list = [{ id: 1, code: 'default' }];
  const ask = async () => {
    asked += 1;
    await Promise.resolve();
    return [...list];
  };
  const ids = new CodeIds(ask, { now: () => now });
  expect(ids.knownCode(1)).toBeUndefined();
  expect(await Promise.all([ids.idOf('default'), ids.codeOf(1), ids.idOf('nowhere')])).toEqual([
    1,
    'default',
    null,
  ]);
  expect([asked, ids.knownCode(1), ids.knownCodes()]).toEqual([1, 'default', ['default']]);
  list.push({ id: 2, code: 'second' });
  expect([await ids.idOf('second'), asked]).toEqual([null, 1]);
  now = 5_000;
  expect([await ids.idOf('second'), await ids.codeOf(2), asked]).toEqual([2, 'second', 2]);
  list[0]!.code = 'renamed';
  now = 605_000;
  expect(ids.knownCode(1)).toBeUndefined();
  expect([await ids.codeOf(1), await ids.idOf('default'), asked]).toEqual(['renamed', null, 3]);
});

it('knows what was kept before a restart, until the shop is asked', async () => {
  const ids = new CodeIds(
    async () => [{ id: 1, code: 'default' }],
    { now: () => 0 },
    () => ({ 1: 'default', 2: 'gone' }),
  );
  expect([ids.knownCode(1), ids.knownCode(2)]).toEqual(['default', 'gone']);
  expect(await ids.codeOf(2)).toBeNull();
  expect([ids.knownCode(1), ids.knownCode(2)]).toEqual(['default', undefined]);
});

it('asks for all: who waits for the list does not lose it with the lease of whoever asked first', async () => {
  const fence = { current: true, isCurrent: () => fence.current };
  const ask = async () => {
    await Promise.resolve();
    assertCurrent('the list');
    return [{ id: 1, code: 'default' }];
  };
  const ids = new CodeIds(ask, { now: () => 0 });
  const first = underFence(fence, () => ids.codeOf(1));
  const second = ids.codeOf(1);
  fence.current = false;
  expect(await Promise.all([first, second])).toEqual(['default', 'default']);
});
