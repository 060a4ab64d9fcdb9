import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Change } from '../sources/changes.ts';
import { Handover } from './handover.ts';

const limits = { partChangesMax: 2, partBytesMax: 2_000, heldBytesMax: 10_000 };
const change = (id: string): Change => ({ table: 't', kind: 'insert', old: null, new: { id } });
const at = new Date(5);

let handover: Handover;
beforeEach(() => {
  handover = new Handover(limits);
});

/** A transaction of these changes, each of so many bytes. */
function put(xid: number, ids: string[], sizeBytes = 10): boolean {
  handover.begin(xid, BigInt(xid), at);
  for (const id of ids) handover.change(change(id), sizeBytes);
  return handover.commit(BigInt(xid) + 1n);
}
const shown = async () => {
  const part = await handover.take();
  return part && [part.xid, part.changes.map(({ new: row }) => row!.id), part.last, part.endLsn];
};

describe('changes on their way to the owner', () => {
  it('come in parts of so many, the end with the last one alone', async () => {
    expect(put(7, ['a', 'b', 'c', 'd', 'e'])).toBe(true);
    expect([await shown(), await shown(), await shown()]).toEqual([
      [7, ['a', 'b'], false, null],
      [7, ['c', 'd'], false, null],
      [7, ['e'], true, 8n],
    ]);
  });

  it('come in parts of so many bytes, what each change costs besides counted', async () => {
    handover = new Handover({ ...limits, partChangesMax: 100 });
    put(7, ['a', 'b', 'c'], 700);
    expect([await shown(), await shown()]).toEqual([
      [7, ['a', 'b'], false, null],
      [7, ['c'], true, 8n],
    ]);
  });

  it('of nothing are not handed over, of what was given in parts their end is', async () => {
    expect(put(7, [])).toBe(false);
    handover.begin(8, 8n, at);
    handover.change(change('a'), 10);
    expect(handover.commit(9n)).toBe(true);
    expect(put(9, [])).toBe(false);
    expect(await handover.take()).toMatchObject({ xid: 8, commitLsn: 8n, commitTime: at });
  });

  it('are counted while they are held, and no more when they are taken', async () => {
    const eachBytes = 10 + 300;
    handover.begin(7, 7n, at);
    handover.change(change('a'), 10);
    expect(handover.heldBytes).toBe(eachBytes);
    handover.commit(8n);
    put(8, ['b', 'c', 'd']);
    expect(handover.heldBytes).toBe(4 * eachBytes);
    await handover.take();
    expect(handover.heldBytes).toBe(3 * eachBytes);
    await handover.take();
    await handover.take();
    expect(handover.heldBytes).toBe(0);
  });

  it('are full from the limit on, of what is open as of what waits', () => {
    handover.begin(7, 7n, at);
    handover.change(change('a'), 9_699);
    expect(handover.isFull).toBe(false);
    handover.change(change('b'), 0);
    expect(handover.isFull).toBe(true);
    handover.commit(8n);
    expect(handover.isFull).toBe(true);
  });

  it('are handed over before they end where one alone is more than may be held', async () => {
    handover.begin(7, 7n, at);
    handover.change(change('a'), 20_000);
    expect(handover.isFull).toBe(true);
    const taken = await shown();
    expect([taken, handover.isFull]).toEqual([[7, ['a'], false, null], false]);
    expect(handover.commit(8n)).toBe(true);
    expect(await shown()).toEqual([7, [], true, 8n]);
  });

  it('are waited for', async () => {
    const waiting = shown();
    put(7, ['a']);
    expect(await waiting).toEqual([7, ['a'], true, 8n]);
    const again = shown();
    put(8, ['b']);
    expect(await again).toEqual([8, ['b'], true, 9n]);
  });

  it('stay in order however many wait', async () => {
    for (let xid = 1; xid <= 3_000; xid += 1) put(xid, ['a']);
    const seen: number[] = [];
    while (seen.length < 2_000) seen.push((await handover.take())!.xid);
    put(3_001, ['b']);
    while (seen.length < 3_001) seen.push((await handover.take())!.xid);
    expect(seen).toEqual(Array.from({ length: 3_001 }, (_, index) => index + 1));
  });

  it('end at once with a failure, the first of them, and with the close', async () => {
    put(7, ['a']);
    handover.fail(new Error('first'));
    handover.fail(new Error('second'));
    await expect(handover.take()).rejects.toThrow('first');
    handover = new Handover(limits);
    const failing = handover.take();
    handover.fail(new Error('lost'));
    await expect(failing).rejects.toThrow('lost');
    handover = new Handover(limits);
    const closing = handover.take();
    handover.close();
    expect(await closing).toBeUndefined();
    put(8, ['b']);
    expect(await handover.take()).toBeUndefined();
  });

  it('do not come outside of a transaction', () => {
    expect(() => handover.change(change('a'), 1)).toThrow('outside a transaction');
    expect(() => handover.commit(1n)).toThrow('outside a transaction');
  });
});
