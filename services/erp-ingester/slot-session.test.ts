/** Double: the database, which is a standby. */
import { expect, it } from '@jest/globals';
import { takeSlot } from './slot-session.ts';
import type { SlotSessionOptions } from './slot-session.ts';

it('a standby is refused, with the way out, before anything else is asked of it', async () => {
  const asked: string[] = [];
  const query = async (text: string) => {
    asked.push(text);
    return { rows: [{ standby: true }] };
  };
  const options = { pool: { query }, streams: [], erp: { slot: 'cartage' } } as unknown as SlotSessionOptions;
  await expect(takeSlot(options)).rejects.toMatchObject({
    name: 'Unavailable',
    needsOperator: true,
    fault: { code: 'erp.standby', fix: expect.stringContaining('erp.connection.url') as unknown },
  });
  expect(asked).toHaveLength(1);
});
