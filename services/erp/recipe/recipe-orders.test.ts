/** Real: an order's way through a recipe. Double: the ERP, as answers in turn; time. */
import { describe, expect, it } from '@jest/globals';
import { LeaseLost, underFence } from '../../platform/fence.ts';
import type { HttpCall } from '../../platform/http/client.ts';
import { asked, withCannedErp } from './testing/canned-erp.ts';

const input = (order: object = {}) => ({
  key: 'main/b/1',
  order: { state: 'processing', ...order },
  codes: {},
  buyer: {},
});

/** A list of documents that its tests write into. */
function erpOf(recipe: Parameters<typeof withCannedErp>[0], documents: Record<string, unknown>[] = []) {
  const made = withCannedErp(recipe);
  const act: Record<string, (call: HttpCall) => object | Error> = {};
  made.erp.answer = (call) => {
    const own = act[`${call.method} ${call.path.split('?')[0]}`];
    if (own !== undefined) return own(call);
    if (call.method === 'GET') return { body: documents };
    documents.push({
      id: documents.length + 1,
      state: 'draft',
      ...(JSON.parse(call.body ?? '{}') as object),
    });
    return { status: 201, body: {} };
  };
  return { ...made, documents, act };
}

const document = { id: '=id', reference: '=number', state: '=state', total: '=total' };
const advance = { done: ['open'], steps: [{ from: ['draft'], send: 'POST /open/{$document.id}' }] };

describe('the look-up', () => {
  it('takes only what carries exactly the key, whatever the ERP gives', async () => {
    const { orders } = erpOf({}, [{ id: 7, ref: 'MAIN/b/1' }, { id: 8, ref: 'main/b/10' }, { id: 9 }]);
    expect(await orders.lookup('main/b/1')).toBeNull();
  });

  it.each([[''], [false], [null]])('finds nothing where the ERP says %j', async (none) => {
    const { orders, erp } = erpOf({ orders: { carries: '=true', document } });
    erp.answer = () => ({ body: none });
    expect(await orders.lookup('main/b/1')).toBeNull();
  });

  it('names all of several, and takes none', async () => {
    const { orders, erp } = erpOf({ orders: { document } }, [
      { id: 1, ref: 'main/b/1', number: 'SO1' },
      { id: 2, ref: 'main/b/1', number: 'SO2' },
    ]);
    await expect(orders.create(input())).rejects.toMatchObject({
      fault: { code: 'order.lookup_ambiguous', what: expect.stringContaining('SO1, SO2') },
    });
    expect(asked(erp)).toEqual(['GET /orders?ref=main%2Fb%2F1']);
  });

  it('goes through all pages and all lists', async () => {
    const lookup = [
      { send: 'GET /orders?ref={$key}', take: '=body.items', next: '=body.next' },
      { send: 'GET /posted', next: '=$page < 3 ? "/posted?page=" & ($page + 1)' },
    ];
    const { orders, erp } = erpOf({ url: 'http://127.0.0.1/api', orders: { lookup, document } });
    erp.answer = ({ path }) => {
      if (path === '/api/orders?ref=main%2Fb%2F1')
        return { body: { items: [], next: 'http://127.0.0.1/api/orders?skip=2' } };
      if (path === '/api/orders?skip=2') return { body: { items: [{ id: 1 }] } };
      return { body: path === '/posted?page=3' ? { id: 5, ref: 'main/b/1', number: 'P5' } : [] };
    };
    expect(await orders.lookup('main/b/1')).toMatchObject({ id: '5', reference: 'P5' });
    expect(erp.calls.slice(2).map(({ path }) => path)).toEqual([
      '/api/posted',
      '/posted?page=2',
      '/posted?page=3',
    ]);
  });

  it('asks the same again, with what leads on in its body, where next gives no path', async () => {
    const lookup = [
      {
        send: 'POST /find',
        body: { ref: '=$key', after: '=$next.cursor' },
        take: '=body.items',
        next: '=body.cursor ? { "cursor": body.cursor }',
      },
      { send: 'POST /posted', body: { from: '=$next ? $next : 0' }, next: '=$page < 3 ? $page * 50' },
    ];
    const { orders, erp } = erpOf({ orders: { lookup, document } });
    erp.answer = ({ path, body }) =>
      path === '/find'
        ? { body: { items: [], cursor: body?.includes('after') ? null : 'c:/2' } }
        : { body: [] };
    expect(await orders.lookup('main/b/1')).toBeNull();
    expect(erp.calls.map(({ body }) => JSON.parse(body!) as unknown)).toEqual([
      { ref: 'main/b/1' },
      { ref: 'main/b/1', after: 'c:/2' },
      { from: 0 },
      { from: 50 },
      { from: 100 },
    ]);
  });

  it.each([
    ['another host', '="https://evil.example/orders"', 'another host'],
    ['no end', '="/orders"', 'more than 100 pages'],
    ['no end that is no path', '=true', 'more than 100 pages'],
  ])('follows no page to %s', async (_name, next, problem) => {
    const { orders } = erpOf({ orders: { lookup: [{ send: 'GET /orders', next }] } });
    await expect(orders.lookup('main/b/1')).rejects.toThrow(problem);
  });

  it('reads the whole document where the list has not all of it', async () => {
    const read = { send: 'GET /whole/{$document.id}', take: '=body' };
    const { orders, act } = erpOf({ orders: { document, read, advance } }, [{ id: 1, ref: 'main/b/1' }]);
    act['GET /whole/1'] = () => ({ body: { id: 1, number: 'SO1', state: 'open' } });
    expect(await orders.lookup('main/b/1')).toEqual({ id: '1', reference: 'SO1', isDone: true });
  });

  it('of an ERP that makes documents where nobody finds them stops after the first', async () => {
    const { orders } = erpOf({ orders: { carries: '=reference = $key' } });
    await expect(orders.create(input())).rejects.toMatchObject({ fault: { code: 'order.lookup_blind' } });
  });
});

describe('a document', () => {
  it('that is half done is continued, and nothing is made anew', async () => {
    const { orders, erp, documents, act } = erpOf({ orders: { document, advance } }, [
      { id: 1, ref: 'main/b/1', state: 'draft' },
    ]);
    act['POST /open/1'] = () => ({ body: { state: (documents[0]!.state = 'open') } });
    expect(await orders.lookup('main/b/1')).toMatchObject({ isDone: false });
    expect(await orders.create(input())).toMatchObject({ created: true });
    expect(asked(erp).filter((one) => one.startsWith('POST'))).toEqual(['POST /open/1']);
    expect(await orders.lookup('main/b/1')).toMatchObject({ isDone: true });
  });

  it('that differs stays a draft, and both numbers are told', async () => {
    const verify = [
      { name: 'total', ours: '=$order.total', theirs: '=$minor($document.total, 2)' },
      { name: 'number', ours: '=7', theirs: '="7"' },
      { name: 'lines', ours: '=2', theirs: '=$document.lines' },
      { name: 'weight', ours: '=$order.weight', theirs: '=$document.weight' },
    ];
    const { orders, erp } = erpOf({ orders: { document, advance, verify } }, [
      { id: 1, ref: 'main/b/1', state: 'draft', total: 36.4 },
    ]);
    await expect(orders.create(input({ total: 3639 }))).rejects.toMatchObject({
      fault: {
        code: 'order.erp_differs',
        what: expect.stringContaining(
          'total: 3639 in the shop, 3640 in the ERP; lines: 2 in the shop, nothing in the ERP; weight: nothing in the shop, nothing in the ERP',
        ),
      },
    });
    expect(asked(erp).some((one) => one.includes('/open/'))).toBe(false);
  });

  it('is compared later by what is verified of a new one, and by whether it is canceled', async () => {
    const verify = [{ name: 'total', ours: '=$order.total', theirs: '=$minor($document.total, 2)' }];
    const { orders } = erpOf({ orders: { document, verify, canceled: ['cancel'] } }, [
      { id: 1, ref: 'main/b/1', state: 'open', total: 36.4 },
      { id: 2, ref: 'main/b/2', state: 'cancel', total: 0 },
    ]);
    const asked = ['main/b/1', 'main/b/2', 'main/b/3'].map((key) => ({ ...input({ total: 3639 }), key }));
    expect(await orders.compare(asked)).toEqual(
      new Map([
        [
          'main/b/1',
          [
            { name: 'total', ours: '3639', theirs: '3640' },
            { name: 'canceled', ours: 'false', theirs: 'false' },
          ],
        ],
        ['main/b/2', [{ name: 'canceled', ours: 'false', theirs: 'true' }]],
      ]),
    );
  });

  it('whose button answers and does nothing is not taken for done', async () => {
    const { orders, act } = erpOf({ orders: { document, advance } });
    act['POST /open/1'] = () => ({ body: 'null' });
    await expect(orders.create(input())).rejects.toMatchObject({ fault: { code: 'order.erp_no_progress' } });
  });

  it('whose button is not answered is looked at later', async () => {
    const { orders, act } = erpOf({ orders: { document, advance } });
    act['POST /open/1'] = () => ({ status: 503 });
    await expect(orders.create(input())).rejects.toMatchObject({ name: 'Unavailable', outcome: 'unknown' });
  });

  it('whose button is refused because somebody else has pressed it is done', async () => {
    const { orders, documents, act } = erpOf({ orders: { document, advance } });
    act['POST /open/1'] = () => {
      documents[0]!.state = 'open';
      return { status: 422 };
    };
    expect(await orders.create(input())).toMatchObject({ created: true });
  });

  it('in a state that the recipe does not know is left to a person', async () => {
    const given = { document, advance: { ...advance, else: '="somebody put it " & $document.state' } };
    const { orders } = erpOf({ orders: given }, [{ id: 1, ref: 'main/b/1', state: 'aside' }]);
    await expect(orders.create(input())).rejects.toMatchObject({
      fault: {
        code: 'order.erp_state',
        what: expect.stringContaining('in state aside'),
        why: 'somebody put it aside',
      },
    });
  });

  it.each<[string, object, object | null]>([
    ['is a refusal', {}, { fault: { code: 'order.erp_canceled' } }],
    ['is no document, where the recipe says so', { ifCanceled: 'create' }, null],
  ])('that is canceled, while the order is not, %s', async (_name, given, refusal) => {
    const { orders, documents } = erpOf({ orders: { document, canceled: ['dead'], ...given } }, [
      { id: 1, ref: 'main/b/1', state: 'dead' },
    ]);
    if (refusal === null) {
      expect(await orders.lookup('main/b/1')).toBeNull();
      expect(await orders.create(input())).toMatchObject({ id: '2', created: true });
      expect(documents).toHaveLength(2);
      return;
    }
    expect(await orders.lookup('main/b/1')).toMatchObject({ isDone: true });
    // There already, as the look-up says: where no change is configured nothing more is asked of it.
    expect(await orders.create(input())).toMatchObject({ id: '1', created: false });
    expect(documents).toHaveLength(1);
    await expect(orders.change(input())).rejects.toMatchObject(refusal);
    expect(await orders.change(input({ state: 'canceled' }))).toMatchObject({ changed: false });
  });
});

describe('an ERP that works through a queue', () => {
  const given = { document, advance, visibleWithinMs: 5_000 };

  /** Shows a write only so long after it. */
  function slow(afterMs: number) {
    const made = erpOf({ orders: given });
    const { clock, act, documents } = made;
    const due: { atMs: number; show: () => void }[] = [];
    const later = (show: () => void) => {
      due.push({ atMs: clock.nowMs + afterMs, show });
      return { status: 202 };
    };
    act['GET /orders'] = () => {
      for (const one of due.splice(0))
        if (one.atMs > clock.nowMs) due.push(one);
        else one.show();
      return { body: documents };
    };
    act['POST /orders'] = () => later(() => documents.push({ id: 1, ref: 'main/b/1', state: 'draft' }));
    act['POST /open/1'] = () => later(() => (documents[0]!.state = 'open'));
    return made;
  }

  it('is waited for after each write, and nothing is written twice', async () => {
    const { orders, erp, documents } = slow(3_000);
    expect(await orders.create(input())).toMatchObject({ id: '1', created: true });
    expect(asked(erp).filter((one) => one.startsWith('POST'))).toEqual(['POST /orders', 'POST /open/1']);
    expect(documents).toMatchObject([{ state: 'open' }]);
  });

  it('that takes longer than it may is an error, and still nothing is written twice', async () => {
    const { orders, erp } = slow(9_000);
    await expect(orders.create(input())).rejects.toMatchObject({ fault: { code: 'order.lookup_blind' } });
    expect(asked(erp).filter((one) => one.startsWith('POST'))).toEqual(['POST /orders']);
  });
});

describe('a change', () => {
  const change = [
    {
      when: '=$order.state = "holded"',
      done: '=hold = true',
      steps: [{ from: '=true', send: 'POST /hold/{$document.id}' }],
    },
    {
      when: '=$order.state = "canceled"',
      done: ['dead', 'gone'],
      steps: [{ from: ['open'], send: 'DELETE /orders/{$document.id}' }],
      else: 'cancel it by hand',
    },
  ];
  const given = { document: { ...document, hold: '=hold' }, advance, change };

  it('goes the first way whose condition is true, and a second time does nothing', async () => {
    const { orders, documents, act } = erpOf({ orders: given }, [{ id: 1, ref: 'main/b/1', state: 'open' }]);
    act['POST /hold/1'] = () => ({ body: (documents[0]!.hold = true) });
    expect(await orders.change(input({ state: 'holded' }))).toMatchObject({ changed: true });
    expect(await orders.change(input({ state: 'holded' }))).toMatchObject({ changed: false });
    expect(await orders.change(input())).toMatchObject({ changed: false });
  });

  it('that deletes the document is done when it is gone', async () => {
    const { orders, documents, act } = erpOf({ orders: given }, [{ id: 1, ref: 'main/b/1', state: 'open' }]);
    act['DELETE /orders/1'] = () => ({ status: 204, body: '', gone: documents.pop() });
    expect(await orders.change(input({ state: 'canceled' }))).toMatchObject({ changed: true });
    expect(await orders.change(input({ state: 'canceled' }))).toBeNull();
  });

  it('makes what belongs to it, once, and says so', async () => {
    const parts = [
      {
        name: 'noted',
        find: { send: 'GET /notes', take: '={ "sums": [body.sum] }' },
      },
      { name: 'note', when: '=$not(5 in $noted.sums)', value: '=5', write: { send: 'POST /notes/{$found}' } },
    ];
    const paidBack = { when: '=$order.state = "processing"', parts, done: '=true' };
    const { orders, erp, act } = erpOf({ orders: { document, change: [paidBack] } }, [
      { id: 1, ref: 'main/b/1' },
    ]);
    const notes: object[] = [];
    act['GET /notes'] = () => ({ body: notes });
    act['POST /notes/5'] = () => ({ body: {}, count: notes.push({ sum: 5 }) });
    expect(await orders.change(input())).toMatchObject({ changed: true });
    expect(await orders.change(input())).toMatchObject({ changed: false });
    expect(asked(erp).filter((call) => call.startsWith('POST'))).toEqual(['POST /notes/5']);
  });

  it('that the ERP cannot follow any more is told to a person, in the words of the recipe', async () => {
    const { orders } = erpOf({ orders: given }, [{ id: 1, ref: 'main/b/1', state: 'shipped' }]);
    await expect(orders.change(input({ state: 'canceled' }))).rejects.toMatchObject({
      fault: { why: 'cancel it by hand' },
    });
  });
});

describe('a run that begins again', () => {
  const answers = [
    { when: '=status = 409', is: 'exists' },
    { when: '=status = 423', is: 'again' },
  ];

  it('finds what the other one has made, and goes on with it', async () => {
    const { orders, documents, act } = erpOf({ answers });
    act['POST /orders'] = () => {
      documents.push({ id: 7, ref: 'main/b/1' });
      return { status: 409 };
    };
    expect(await orders.create(input())).toMatchObject({ id: '7', created: false });
  });

  it('looks again when it may not make one, in words that mean nothing to the recipe', async () => {
    const { orders, documents, act } = erpOf({ answers });
    act['POST /orders'] = () => {
      documents.push({ id: 7, ref: 'main/b/1' });
      return { status: 417 };
    };
    expect(await orders.create(input())).toMatchObject({ id: '7', created: false });
  });

  it.each([
    ['exists', 409, { name: 'Rejected', fault: { code: 'order.exists_unseen' } }],
    ['again', 423, { name: 'Unavailable', outcome: 'none', fault: { code: 'erp.locked' } }],
  ])('ends after five times of "%s", with pauses that double', async (_is, status, fault) => {
    const { orders, clock, act } = erpOf({ answers });
    let tries = 0;
    act['POST /orders'] = () => ({ status, tries: (tries += 1) });
    const before = clock.nowMs;
    await expect(orders.create(input())).rejects.toMatchObject(fault);
    expect([tries, clock.nowMs - before]).toEqual([6, 50 * (1 + 2 + 4 + 8 + 16)]);
  });
});

it('whoever has lost the order begins nothing more', async () => {
  const { orders, erp, act } = erpOf({});
  let isCurrent = true;
  act['GET /orders'] = () => {
    isCurrent = false;
    return { body: [] };
  };
  const run = underFence({ isCurrent: () => isCurrent }, () => orders.create(input()));
  await expect(run).rejects.toBeInstanceOf(LeaseLost);
  expect(erp.calls).toHaveLength(1);
});
