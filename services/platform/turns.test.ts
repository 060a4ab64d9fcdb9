import { expect, it } from '@jest/globals';
import { Turns } from './turns.ts';

it('lets some run side by side, and one alone between them, whatever becomes of each', async () => {
  const turns = new Turns();
  const said: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => async () => {
    said.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    said.push(`${name} ends`);
    if (name === 'a') throw new Error('a fails');
    return name;
  };
  const a = turns.together(work('a'));
  const b = turns.together(work('b'));
  const alone = turns.alone(work('alone'));
  const c = turns.together(work('c'));
  const settle = () => new Promise(setImmediate);
  await settle();
  ends.get('a')!();
  await expect(a).rejects.toThrow('a fails');
  await settle();
  expect(said).toEqual(['a begins', 'b begins', 'a ends']);
  ends.get('b')!();
  expect(await b).toBe('b');
  await settle();
  expect(said.slice(3)).toEqual(['b ends', 'alone begins']);
  ends.get('alone')!();
  expect(await alone).toBe('alone');
  await settle();
  ends.get('c')!();
  expect(await c).toBe('c');
  expect(said.slice(5)).toEqual(['alone ends', 'c begins', 'c ends']);
});
