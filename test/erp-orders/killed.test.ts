/**
 * Real: the engine as a process, which is killed (SIGKILL) at each of its calls in turn, before or after the ERP has carried
 * it out; another one takes over. Double: the ERP, a stand-in on loopback.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { RestErp } from '../sandbox/http-erp/rest-erp.ts';
import { anInput } from './an-input.ts';

/** @returns the signal that ended it, or its code */
async function ended(child: ChildProcess): Promise<number | string> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code!;
}

function engine(erp: RestErp): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'engine-process.ts'), erp.standIn.url], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

async function withErp(work: (erp: RestErp) => Promise<void>): Promise<void> {
  const erp = new RestErp('token key:secret', ['MUG', 'CUP']);
  await erp.standIn.start();
  try {
    await work(erp);
  } finally {
    await erp.standIn.stop();
  }
}

it('a process that is killed at any call leaves what the next one completes: one document, one customer', async () => {
  let calls = 0;
  await withErp(async (erp) => {
    expect(await ended(engine(erp))).toBe(0);
    calls = erp.standIn.asked.length;
  });
  expect(calls).toBeGreaterThan(5);
  // Every other one is killed before the ERP has carried the call out, the others after it.
  for (let number = 1; number <= calls; number += 1)
    await withErp(async (erp) => {
      const first = engine(erp);
      erp.standIn.misbehave(
        (_asked, at) => at === number && first.kill('SIGKILL'),
        number % 2 === 0 ? 'cut' : 'unsaid',
      );
      expect(await ended(first)).toBe('SIGKILL');
      expect(await ended(engine(erp))).toBe(0);
      const held = erp
        .all('Sales Order')
        .map(({ custom_shop_key, docstatus }) => [custom_shop_key, docstatus]);
      expect({ number, held, customers: erp.all('Customer').length }).toEqual({
        number,
        held: [[anInput().key, 1]],
        customers: 1,
      });
    });
});
