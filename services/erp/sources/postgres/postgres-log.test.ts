/** Double: the database, which is a standby. */
import { expect, it } from '@jest/globals';
import { PostgresLog } from './postgres-log.ts';
import type { PostgresLogOptions } from './postgres-log.ts';

it('a standby is refused, with the way out, before anything else is asked of it', async () => {
  const asked: string[] = [];
  const query = async (text: string) => {
    asked.push(text);
    return { rows: [{ standby: true }] };
  };
  const source = new PostgresLog({ pool: { query } } as unknown as PostgresLogOptions);
  await expect(source.open(null, () => Promise.resolve())).rejects.toMatchObject({
    name: 'Unavailable',
    needsOperator: true,
    fault: { code: 'erp.standby', fix: expect.stringContaining('erp.connection.url') as unknown },
  });
  expect(asked).toHaveLength(1);
});
