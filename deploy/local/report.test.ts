import { expect, it } from '@jest/globals';
import type { Part } from './part.ts';
import { textReport } from './report.ts';
import { StartFailure } from './start-failure.ts';

const attack = 'SO/1\u001b[2J\u009b1m\u202e';
const shown = String.raw`SO/1\x1b[2J\u009b1m\u202e`;

it('shows what shop, ERP and processes say, and never obeys it', () => {
  let text = '';
  const report = textReport({ write: (more) => (text += more), live: false });
  report.say(`Order ${attack}`);
  const part = { name: 'erp', title: 'ERP', needs: [] } as unknown as Part;
  report.died(part, { code: 1, signal: null }, [attack]);
  report.close();
  expect(text).toContain(`Order ${shown}\n`);
  expect(text.split(shown)).toHaveLength(3);
  expect(text).not.toContain('\u001b');
  expect(new StartFailure('ERP', 'exit code 1', { lastLines: [attack] }).message).toContain(shown);
});
