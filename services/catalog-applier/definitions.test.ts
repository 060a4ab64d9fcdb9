/** Real: how options are added. A double: the shop, which makes twins of what is asked for at the same instant. */
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { AttributeOption, Attributes } from '../magento/attributes.ts';
import { optionOf } from '../magento/attributes.ts';
import { VirtualClock } from '../platform/flow/testing/virtual-clock.ts';
import { Definitions } from './definitions.ts';
import { attributeOf } from './testing/attribute.ts';

/** @param made in which order, and with which turns of the loop between, the options of two processes can be seen */
function twoProcesses(seenAfter: readonly number[]) {
  const clock = new VirtualClock();
  const options: AttributeOption[] = [];
  const removed: string[] = [];
  let next = 0;
  const shop = {
    ofSet: async () => [{ ...attributeOf('color', 'select', 'int'), options: [...options] }],
    options: async () => {
      await turn();
      return [...options];
    },
    addOption: async (_code: string, label: string) => {
      const value = String(10 + next);
      const turns = seenAfter[next]!;
      next += 1;
      for (let passed = 0; passed <= turns; passed += 1) await turn();
      options.push({ label, value });
      return value;
    },
    removeOption: async (_code: string, value: string) => {
      await turn();
      removed.push(value);
      options.splice(
        options.findIndex((option) => option.value === value),
        1,
      );
    },
  } as unknown as Attributes;
  const processes = [0, 1].map(() => new Definitions(shop, clock));
  const add = async (definitions: Definitions) => {
    await definitions.set(4);
    return definitions.addOption(4, 'color', 'Red', () => undefined);
  };
  const all = async () => {
    const values = Promise.all(processes.map(add));
    // Past all turns of the double, and the wait for a twin to go.
    for (let second = 0; second < 10; second += 1) {
      for (let passed = 0; passed < 20; passed += 1) await turn();
      await clock.pass(1_000);
    }
    return values;
  };
  return { all, options, removed };
}

describe('an option that two processes make at the same instant', () => {
  it.each([
    ['both see both', [0, 0], '10'],
    ['the first has looked before the second can be seen', [0, 9], '10'],
    ['the second, before the first can be seen', [9, 0], '11'],
  ])('is one in the end, and both take it, where %s', async (_name, seenAfter, kept) => {
    const { all, options, removed } = twoProcesses(seenAfter);
    expect(await all()).toEqual([kept, kept]);
    expect(removed).toHaveLength(1);
    expect(options).toEqual([{ label: 'Red', value: kept }]);
  });

  it('is, where a twin was left, the one that was made first for all', () => {
    const attribute = attributeOf('color', 'select', 'int');
    attribute.options = [
      { label: 'Red', value: '12' },
      { label: 'RED', value: '9' },
    ];
    expect(optionOf(attribute, 'red')).toBe('9');
  });
});
