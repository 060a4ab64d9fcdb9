import { expect, it } from '@jest/globals';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { Absent } from './absent.ts';

const fail = (fault: Error) => () => Promise.reject(fault);
const missing = new Rejected({ code: 'order.erp_missing', what: 'no such country', fix: 'Make it' });

it('what is missing is told before a refusal that comes of it, and before nothing else', async () => {
  const absent = new Absent();
  expect(await absent.of(fail(missing))).toBeUndefined();
  const refused = new Rejected({ code: 'order.erp_refused', what: 'bad filter', fix: 'See' });
  await expect(absent.of(fail(refused))).rejects.toMatchObject({ fault: missing.fault });
  const down = new Unavailable({ code: 'erp.down', what: 'down', fix: 'Wait' });
  await expect(absent.of(fail(down))).rejects.toBe(down);
  await expect(new Absent().of(fail(refused))).rejects.toBe(refused);
});
