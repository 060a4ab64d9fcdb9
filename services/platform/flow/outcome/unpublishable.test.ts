/** Records of which nothing can be told the usual way: the broker takes none of what is published about them. */
import { describe, expect, it } from '@jest/globals';
import { outcomes, parked } from '../../../../schemas/topics.ts';
import { Rejected } from '../../errors.ts';
import type { Bus } from '../../kafka/types.ts';
import { flowOf } from '../testing/plain-flow.ts';
import { plains } from '../testing/records.ts';

const limitBytes = 1_000_000;
const hugeKey = 'k'.repeat(350_000);

/** As `wire.ts` does: counted with the key, before anything is sent. */
function limited(bus: Bus, refuses: (topic: string) => boolean): void {
  const publish = bus.publish.bind(bus);
  bus.publish = async (contract, publication) => {
    const key = contract.key(publication.value);
    const sizeBytes = key.length + JSON.stringify(publication.value).length;
    if (sizeBytes > limitBytes || refuses(contract.topic))
      throw new Rejected({ code: 'record.too_large', what: 'Too large', fix: 'Make it smaller' });
    return publish(contract, publication);
  };
}

describe('a record with a key of 350 kB', () => {
  const bad = (keys: string[]) =>
    keys.includes(hugeKey)
      ? new Rejected({
          code: 'plain.bad',
          what: `Bad: ${hugeKey.repeat(3)}`,
          fix: `Refresh ${hugeKey.repeat(3)}`,
        })
      : null;

  it('is parked under a shortened key, and its offset moves on', async () => {
    const { world, member, broker, clock, send, stillParked } = await flowOf({ fail: bad });
    limited(member.bus, () => false);
    broker.append(plains, hugeKey, { key: hugeKey, text: '' });
    send('a');
    world.assignAll();
    await clock.pass(30_000);
    expect(stillParked()).toMatchObject([
      { code: 'plain.bad', key: expect.stringMatching(/^k{200}…sha256:/) },
    ]);
    expect(broker.values(outcomes).map(({ key, status }) => `${key.length} ${status}`)).toContain(
      '272 rejected',
    );
    expect(broker.committed(0).offset).toBe(2);
  });

  it('clears what was parked for it when it is written later', async () => {
    let isBad = true;
    const { world, member, broker, clock, stillParked } = await flowOf({
      fail: (keys) => (isBad ? bad(keys) : null),
    });
    limited(member.bus, () => false);
    broker.append(plains, hugeKey, { key: hugeKey, text: '' });
    world.assignAll();
    await clock.pass(10_000);
    expect(stillParked()).toHaveLength(1);
    isBad = false;
    broker.append(plains, hugeKey, { key: hugeKey, text: '' });
    await clock.pass(10_000);
    expect(stillParked()).toEqual([]);
  });
});

describe('what no broker will ever take', () => {
  it.each([outcomes.topic, parked.topic])(
    'on %s is told by one line, and holds nothing back',
    async (topic) => {
      const { world, member, broker, clock, send } = await flowOf({
        fail: () => new Rejected({ code: 'plain.bad', what: 'Bad', fix: 'Mend it' }),
      });
      limited(member.bus, (one) => one === topic);
      send('a');
      world.assignAll();
      await clock.pass(30_000);
      expect(broker.committed(0).offset).toBe(1);
      const lines = world.lines.filter(
        ({ level, message }) => level === 'error' && message.includes('cannot be published'),
      );
      expect(lines).toMatchObject([{ fields: { code: 'record.too_large' } }]);
    },
  );
});
