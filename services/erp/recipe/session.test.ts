import { describe, expect, it } from '@jest/globals';
import { LeaseLost, underFence } from '../../platform/fence.ts';
import { asked, withCannedErp } from './testing/canned-erp.ts';

const session = {
  open: {
    send: 'POST /login',
    body: { password: '=$secrets.password' },
    take: '={ "token": body.token, "lastsS": body.lastsS }',
  },
  expiresInS: '=$session.lastsS',
  headers: { authorization: '="Bearer " & $session.token' },
};

/** An ERP that knows one token at a time. */
function erpWithTokens() {
  const made = withCannedErp({ secrets: { password: 'right' }, session });
  let [current, count] = ['', 0];
  made.erp.answer = ({ path, body, headers }) => {
    if (path === '/login') {
      if (!body?.includes('right')) return { status: 401 };
      current = `t${(count += 1)}`;
      return { body: { token: current, lastsS: 600 } };
    }
    return headers?.authorization === `Bearer ${current}` ? { body: [] } : { status: 401 };
  };
  return { ...made, endSession: () => (current = '') };
}

describe('a session', () => {
  it('is opened once, however many wait for it', async () => {
    const { erp, orders } = erpWithTokens();
    await Promise.all([1, 2, 3, 4].map(() => orders.lookup('a/b/1')));
    expect(asked(erp).filter((one) => one === 'POST /login')).toHaveLength(1);
  });

  it('is opened for all of them, though the first one has lost its lease: only what that one asks for is not called', async () => {
    const { erp, orders } = erpWithTokens();
    const lost = underFence({ isCurrent: () => false }, () => orders.lookup('a/b/1'));
    const others = underFence({ isCurrent: () => true }, () => orders.lookup('a/b/2'));
    await expect(lost).rejects.toBeInstanceOf(LeaseLost);
    await others;
    expect(asked(erp)).toEqual(['POST /login', 'GET /orders?ref=a%2Fb%2F2']);
  });

  it('that the ERP has ended is opened again, once, and the call is repeated', async () => {
    const { erp, orders, endSession } = erpWithTokens();
    await orders.lookup('a/b/1');
    endSession();
    await Promise.all([1, 2, 3].map(() => orders.lookup('a/b/1')));
    expect(asked(erp).filter((one) => one === 'POST /login')).toHaveLength(2);
  });

  it('that another call has opened meanwhile is not ended by a late answer to the one before', async () => {
    const { erp, orders, endSession } = erpWithTokens();
    await orders.lookup('a/b/1');
    endSession();
    const late = Promise.withResolvers<void>();
    const request = erp.request.bind(erp);
    erp.request = async (call) => {
      const given = request(call);
      if (call.path.endsWith('late') && call.headers?.authorization === 'Bearer t1') await late.promise;
      return given;
    };
    const slow = orders.lookup('a/b/late');
    await orders.lookup('a/b/1');
    late.resolve();
    await slow;
    expect(asked(erp).filter((one) => one === 'POST /login')).toHaveLength(2);
  });

  it('that ends by itself is left before its end', async () => {
    const { erp, orders, clock } = erpWithTokens();
    await orders.lookup('a/b/1');
    clock.nowMs += 539_000;
    await orders.lookup('a/b/1');
    expect(asked(erp).filter((one) => one === 'POST /login')).toHaveLength(1);
    clock.nowMs += 2_000;
    await orders.lookup('a/b/1');
    expect(asked(erp).filter((one) => one === 'POST /login')).toHaveLength(2);
  });

  it('that is refused stops the flow with the cause, is tried every 30 seconds, and with the secret as it is then', async () => {
    const { erp, orders, clock, secrets } = erpWithTokens();
    secrets.password = 'wrong';
    const refused = {
      name: 'Unavailable',
      needsOperator: true,
      outcome: 'none',
      fault: { code: 'erp.log_in' },
    };
    for (let tries = 0; tries < 3; tries += 1)
      await expect(orders.lookup('a/b/1')).rejects.toMatchObject(refused);
    expect(asked(erp)).toEqual(['POST /login']);
    secrets.password = 'right';
    await expect(orders.lookup('a/b/1')).rejects.toMatchObject({ ...refused, retryAfterMs: 30_000 });
    clock.nowMs += 30_000;
    expect(await orders.lookup('a/b/1')).toBeNull();
  });

  it('that is refused right after a new one was given stops the flow too, and no password is tried meanwhile', async () => {
    const { erp, orders } = withCannedErp({
      secrets: { token: 't' },
      session: { headers: { authorization: '=$secrets.token' } },
    });
    erp.answer = () => ({ status: 401 });
    const refused = { name: 'Unavailable', needsOperator: true, fault: { code: 'erp.session' } };
    await expect(orders.lookup('a/b/1')).rejects.toMatchObject(refused);
    await expect(orders.lookup('a/b/1')).rejects.toMatchObject(refused);
    expect(erp.calls).toHaveLength(2);
  });

  it('whose log-in the ERP cannot answer just now is waited for', async () => {
    const { erp, orders } = erpWithTokens();
    erp.answer = () => ({ status: 503 });
    await expect(orders.lookup('a/b/1')).rejects.toMatchObject({ name: 'Unavailable', needsOperator: false });
    await expect(orders.lookup('a/b/1')).rejects.toMatchObject({ name: 'Unavailable' });
    expect(erp.calls).toHaveLength(2);
  });
});
