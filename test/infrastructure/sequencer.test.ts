import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import LongestFirst, { longest } from './sequencer.ts';

describe('the order of the test files', () => {
  const at = (file: string) => ({ path: join(projectFolder, file) });

  it('is: the longest, then what needs broker and database, then the quick ones', () => {
    const quick = at('services/platform/clock.test.ts');
    const some = at('test/contracts/history.test.ts');
    const [first, second] = longest.map(at);
    expect(new LongestFirst().sort([quick, second!, some, first!])).toEqual([first, second, some, quick]);
  });

  it('names files that there are', () => {
    expect(longest.filter((file) => !existsSync(join(projectFolder, file)))).toEqual([]);
  });
});
