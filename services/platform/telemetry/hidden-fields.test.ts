import { describe, expect, it } from '@jest/globals';
import { withoutHidden } from './hidden-fields.ts';

describe('the fields of a line', () => {
  it('are what they are', () => {
    const at = new Date(0);
    const err = new Error('secret');
    const line = { key: 'us/default/1', attempts: 2, cause: undefined, codes: ['a', 1], at, err, n: null };
    expect(withoutHidden(line)).toEqual(line);
    expect(withoutHidden(line).err).toBe(err);
  });

  it('are blanked by their names, at every depth and in lists', () => {
    const line = {
      email: 'jane@example.com',
      buyer: { lastName: 'Doe', group: 1 },
      sent: { headers: { authorization: 'Basic x', accept: '*/*' } },
      orders: [{ street: ['High Street 1'], id: 7 }],
    };
    expect(withoutHidden(line)).toEqual({
      email: '[hidden]',
      buyer: { lastName: '[hidden]', group: 1 },
      sent: { headers: { authorization: '[hidden]', accept: '*/*' } },
      orders: [{ street: '[hidden]', id: 7 }],
    });
  });

  it('are not followed for ever: what lies deeper is not told', () => {
    expect(withoutHidden({ a: { b: { c: { email: 'jane@example.com' } } } })).toEqual({
      a: { b: { c: '[deeper]' } },
    });
  });

  it('are blanked in a copy: whoever gave them may still need them', () => {
    const headers = { authorization: 'Basic x' };
    withoutHidden({ headers });
    expect(headers.authorization).toBe('Basic x');
  });
});
