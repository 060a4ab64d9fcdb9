import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Database } from './database.ts';

describe('the state file', () => {
  let folder = '';
  let path = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shop-state-'));
    path = join(folder, 'state.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const item = (quantity: number) => ({ sku: 'A', source_code: 'default', quantity, status: 1 });

  it('resumes with what was committed, removals included, and forgets what was not', () => {
    const first = new Database(path);
    expect(first.isNew).toBe(true);
    first.compact();
    first.sourceItems.save(item(5));
    first.sourceItems.save({ ...item(1), sku: 'B' });
    expect(first.next('order')).toBe(1);
    first.commit();
    first.sourceItems.remove({ ...item(1), sku: 'B' });
    first.commit();
    first.sourceItems.save(item(99));

    const second = new Database(path);
    expect(second.isNew).toBe(false);
    expect(second.sourceItems.all()).toEqual([item(5)]);
    expect(second.sourceItems.lookup('a')).toEqual([item(5)]);
    expect(second.next('order')).toBe(2);
  });

  it('ignores a line that a crash has torn', () => {
    const first = new Database(path);
    first.compact();
    first.sourceItems.save(item(5));
    first.commit();
    appendFileSync(path, '{"table":"source_items","key":"default a","row":{"sku":"A","quan');
    expect(new Database(path).sourceItems.all()).toEqual([item(5)]);
  });

  it('sums reservations again after a restart', () => {
    const first = new Database(path);
    first.compact();
    const metadata = { event_type: 'order_placed', object_id: '', object_increment_id: '1' };
    first.reservations.save({ reservation_id: 1, stock_id: 1, sku: 'A', quantity: -2.5, metadata });
    first.commit();
    expect(new Database(path).reservationIndex.quantity('a', 1)).toBe(-2.5);
  });
});
