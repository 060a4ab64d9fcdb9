/**
 * What may be confirmed, against a model that keeps every transaction and its fate: nothing unacknowledged may lie at or
 * before the confirmed position, and an idle reader confirms all that the server has said.
 */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { LogStatus } from './status.ts';

type Step = 'transaction' | 'empty' | 'begin' | 'keepalive' | 'acknowledge';

describe('the confirmed position', () => {
  it('covers what was acknowledged, never more, and follows the server when idle', () => {
    const steps = fc.array(
      fc.record({
        step: fc.constantFrom<Step>(
          'transaction',
          'transaction',
          'empty',
          'begin',
          'keepalive',
          'acknowledge',
        ),
        skip: fc.nat(3),
      }),
      { maxLength: 60 },
    );
    fc.assert(fc.property(steps, (list) => runAgainstModel(list)));
  });

  it('of an idle reader stands at the keepalive, of a busy one at the last acknowledgement', () => {
    const status = new LogStatus(100n);
    status.keepalive(150n);
    expect(status.confirmed).toBe(150n);
    status.begin();
    status.keepalive(180n);
    expect(status.confirmed).toBe(150n);
    status.commit(200n, false);
    status.keepalive(250n);
    expect([status.confirmed, status.isIdle]).toEqual([150n, false]);
    status.acknowledge(200n);
    expect([status.confirmed, status.isIdle]).toEqual([250n, true]);
  });

  it('is not moved by a position that was never handed over', () => {
    const status = new LogStatus(100n);
    status.begin();
    status.commit(200n, false);
    expect(() => status.acknowledge(201n)).toThrow(
      'cannot be acknowledged: the last transaction received ends at 0/C8',
    );
    expect(status.confirmed).toBe(100n);
  });
});

function runAgainstModel(list: { step: Step; skip: number }[]): void {
  const status = new LogStatus(0n);
  const unacknowledged: bigint[] = [];
  let position = 0n;
  let walEnd = 0n;
  let isOpen = false;
  let before = 0n;
  for (const { step, skip } of list) {
    if (step === 'keepalive') status.keepalive((walEnd = position));
    else if (step === 'acknowledge') {
      const [acknowledged] = unacknowledged.splice(0, Math.min(skip + 1, unacknowledged.length)).slice(-1);
      if (acknowledged !== undefined) status.acknowledge(acknowledged);
    } else if (step === 'begin') {
      if (!isOpen) status.begin();
      isOpen = true;
    } else {
      if (!isOpen) status.begin();
      isOpen = false;
      position += 10n;
      status.commit(position, step === 'empty');
      if (step === 'transaction') unacknowledged.push(position);
    }
    const { confirmed } = status;
    expect(confirmed).toBeGreaterThanOrEqual(before);
    if (unacknowledged[0] !== undefined) expect(confirmed).toBeLessThan(unacknowledged[0]);
    if (unacknowledged.length === 0 && !isOpen) expect(confirmed).toBeGreaterThanOrEqual(walEnd);
    expect(confirmed).toBeLessThanOrEqual(position);
    before = confirmed;
  }
}
