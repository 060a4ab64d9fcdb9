import { beforeEach, describe, expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { SideWatch } from './side-watch.ts';

const log = { warn: () => undefined, info: () => undefined, error: () => undefined };
const fault = {
  code: 'magento.unreachable',
  what: 'Magento did not answer',
  why: 'ECONNREFUSED',
  fix: 'Look',
};

let bus: RecordingBus;
let answer: () => { skewMs: number } | null;
let changes: number;
let asked: number;
beforeEach(() => {
  bus = new RecordingBus();
  answer = () => null;
  [changes, asked] = [0, 0];
});

function watch(side: 'shop' | 'ERP' = 'shop'): SideWatch {
  const { clock } = bus;
  const onChange = () => void (changes += 1);
  const probe = () => {
    asked += 1;
    return new Promise<{ skewMs: number } | null>((resolve) => resolve(answer()));
  };
  const made = new SideWatch({ side, probe, clock, onChange, log });
  made.start();
  return made;
}

describe('a side', () => {
  it('that does not answer twice is told, since the first time, until it answers again', async () => {
    const side = watch();
    await bus.clock.pass(60_000);
    expect([side.trouble(), changes]).toEqual([null, 0]);
    const failingFrom = bus.clock.now();
    answer = () => {
      throw new Unavailable(fault);
    };
    await bus.clock.pass(30_000);
    expect(side.trouble()).toBe(null);
    await bus.clock.pass(5_000);
    expect(side.trouble()).toMatchObject({
      code: 'magento.unreachable',
      what: 'Magento did not answer (ECONNREFUSED)',
      section: 'Server errors',
    });
    const { since } = side.trouble()!;
    expect([since > failingFrom, since <= failingFrom + 30_000]).toEqual([true, true]);
    await bus.clock.pass(300_000);
    expect([side.trouble()?.since, changes]).toEqual([since, 1]);
    answer = () => null;
    await bus.clock.pass(30_000);
    expect([side.trouble(), changes]).toEqual([null, 2]);
    const before = asked;
    side.stop();
    await bus.clock.pass(300_000);
    expect([asked, bus.clock.waits]).toEqual([before, 0]);
  });

  it('that refuses the credentials, or whose clock is wrong, is told with the section that says what to do', async () => {
    answer = () => {
      throw new Unavailable(fault, { needsOperator: true });
    };
    const side = watch();
    await bus.clock.pass(5_000);
    expect(side.trouble()?.section).toBe('Credentials of the shop');
    answer = () => ({ skewMs: -61_000 });
    await bus.clock.pass(30_000);
    expect(side.trouble()).toMatchObject({
      what: 'Its clock is -61 s apart from ours',
      section: 'Clock of the shop',
    });
    answer = () => ({ skewMs: 59_000 });
    await bus.clock.pass(30_000);
    expect(side.trouble()).toBe(null);
    side.stop();
  });

  it('that refuses the question is there, if it is the ERP', async () => {
    answer = () => {
      throw new Rejected(fault);
    };
    const [erp, shop] = [watch('ERP'), watch('shop')];
    await bus.clock.pass(60_000);
    expect([erp.trouble(), shop.trouble()?.code]).toEqual([null, fault.code]);
    erp.stop();
    shop.stop();
  });

  it('that cannot be asked for a fault of ours is in trouble, and is asked again', async () => {
    answer = () => {
      throw new TypeError('streams is not iterable');
    };
    const side = watch();
    await bus.clock.pass(60_000);
    expect(side.trouble()?.what).toContain('streams is not iterable');
    answer = () => null;
    await bus.clock.pass(30_000);
    expect(side.trouble()).toBe(null);
    side.stop();
  });

  it('whose answer does not come keeps nobody from stopping, and is told no more', async () => {
    let fail = (_error: Error) => {};
    const probe = () => new Promise<null>((_resolve, reject) => void (fail = reject));
    const { clock } = bus;
    const side = new SideWatch({ side: 'ERP', probe, clock, onChange: () => void (changes += 1), log });
    side.start();
    fail(new Unavailable(fault));
    await bus.clock.pass(5_000);
    side.stop();
    fail(new Unavailable(fault));
    await bus.clock.pass(60_000);
    expect([side.trouble(), changes, bus.clock.waits]).toEqual([null, 0, 0]);
  });
});
