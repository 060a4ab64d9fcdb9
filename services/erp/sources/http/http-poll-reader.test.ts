import { describe, expect, it } from '@jest/globals';
import { sourceSection } from '../../../platform/config/sections/erp-source.ts';
import type { HttpSource } from '../../../platform/config/sections/erp-source.ts';
import { asked, withCannedApi } from '../../recipe/testing/canned-erp.ts';
import { HttpPollReader } from './http-poll-reader.ts';
import { ReadingCaller } from './reading-caller.ts';

function readerOf(more: object = {}) {
  const { erp, clock, caller } = withCannedApi();
  const list = {
    send: 'GET /items',
    query: { since: '=$since' },
    take: '=result.value',
    next: '=result.next',
    id: '=no',
    version: '=write_date',
    ...more,
  };
  const { lists } = sourceSection.parse({
    kind: 'http',
    api: { url: 'http://127.0.0.1' },
    lists: { items: list },
  }) as HttpSource;
  return {
    erp,
    clock,
    reader: new HttpPollReader({ caller: new ReadingCaller(caller, clock), lists, clock }),
  };
}

describe('a list over HTTP', () => {
  it('is read page by page from a version on, and each item must be answered as new as it is', async () => {
    const { erp, reader } = readerOf();
    const first = { value: [{ no: 1, write_date: '2026-01-02 03:04:05' }], next: '/items?page=2' };
    erp.answer = ({ path }) => ({ body: path.endsWith('2') ? { value: [] } : first });
    const pages = await Array.fromAsync(reader.pages('items', '2026-01-01T00:00:00Z'));
    expect(asked(erp)).toEqual(['GET /items?since=2026-01-01T00%3A00%3A00Z', 'GET /items?page=2']);
    const [row] = pages.flat();
    expect(row).toEqual({ id: '1', version: '2026-01-02T03:04:05', columns: first.value[0] });
    expect(reader.markOf(row!)).toBe('2026-01-02T03:04:05');
  });

  it('of all leaves the version out', async () => {
    const { erp, reader } = readerOf();
    erp.answer = () => ({ body: { value: [] } });
    await Array.fromAsync(reader.pages('items', null));
    expect(asked(erp)).toEqual(['GET /items']);
  });

  it('begins now where versions are times, and with everything where they are numbers', async () => {
    const { clock, reader } = readerOf();
    expect(await reader.newest('items')).toBe(new Date(clock.now()).toISOString());
    expect(await readerOf({ versions: 'numbers' }).reader.newest('items')).toBeUndefined();
  });

  it.each([
    [{ id: '=none' }, 'lists.items.id'],
    [{ version: '=no & "x"' }, 'lists.items.version'],
  ])('whose items are not named or have no version is refused: %p', async (more, field) => {
    const { erp, reader } = readerOf(more);
    erp.answer = () => ({ body: { value: [{ no: 1, write_date: '2026-01-02 03:04:05' }] } });
    await expect(Array.fromAsync(reader.pages('items', null))).rejects.toMatchObject({
      fault: { code: 'erp.poll_version', what: expect.stringContaining(field) },
    });
  });
});
