import { expect, it } from '@jest/globals';
import { SeenKeys } from './seen-keys.ts';

it('finds the newest keys that hold a text, each once, and forgets the oldest', () => {
  const seen = new SeenKeys();
  for (const key of ['WH/MUG-1', 'WH/MUG-2', 'WH/POT', 'WH/MUG-1']) seen.add('erp.stock', key);
  expect(seen.like('MUG').map(({ key }) => key)).toEqual(['WH/MUG-1', 'WH/MUG-2']);
  for (let count = 0; count < 20_000; count += 1) seen.add('erp.stock', `WH/S${count}`);
  expect(seen.like('MUG')).toEqual([]);
  expect(seen.like('S')).toHaveLength(20);
  expect(seen.like('S')[0]!.key).toBe('WH/S19999');
});
