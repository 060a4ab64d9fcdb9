/**
 * What may be confirmed, against a model that keeps every transaction and its fate: nothing unacknowledged may lie at or
 * before the position reached, an idle reader has reached all that the server has said, and nothing is confirmed unasked.
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

  it('may follow the keepalive while the reader is idle, and stands at the last acknowledgement while it is busy', () => {
    const status = new LogStatus(100n);
    status.keepalive(150n);
    expect([status.reached, status.confirmed]).toEqual([150n, 100n]);
    status.acknowledge(status.reached);
    status.begin();
    status.keepalive(180n);
    expect([status.reached, status.confirmed]).toEqual([150n, 150n]);
    status.commit(200n, false);
    status.keepalive(250n);
    expect([status.reached, status.isIdle]).toEqual([150n, false]);
    status.acknowledge(200n);
    expect([status.reached, status.confirmed, status.isIdle]).toEqual([250n, 200n, true]);
  });

  it('is not moved by a position that was never handed over', () => {
    const status = new LogStatus(100n);
    status.begin();
    status.commit(200n, false);
    expect(() => status.acknowledge(201n)).toThrow(
      'cannot be acknowledged: nothing is known of the log beyond 0/C8',
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
      status.acknowledge(acknowledged ?? status.reached);
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
    const { confirmed, reached } = status;
    expect(confirmed).toBeGreaterThanOrEqual(before);
    if (step !== 'acknowledge') expect(confirmed).toBe(before);
    if (unacknowledged[0] !== undefined) expect(reached).toBeLessThan(unacknowledged[0]);
    if (unacknowledged.length === 0 && !isOpen) expect(reached).toBeGreaterThanOrEqual(walEnd);
    expect(reached).toBeGreaterThanOrEqual(confirmed);
    expect(reached).toBeLessThanOrEqual(position);
    before = confirmed;
  }
}
