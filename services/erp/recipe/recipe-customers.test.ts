/** Real: the engine. Doubles: an ERP that keeps partners, and time. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { recipeSection } from '../../platform/config/sections/recipe.ts';
import { RecipeCustomers } from './recipe-customers.ts';
import { asked, withCannedErp } from './testing/canned-erp.ts';

interface Partner {
  id: number;
  key: string | null | false;
  email: string;
  site?: string;
  number?: string | null;
  state?: string;
}

let partners: Partner[];
/** What is asked for after so many look-ups is to be seen. */
let hiddenFor: number;
let erp: ReturnType<typeof withCannedErp>['erp'];
let clock: ReturnType<typeof withCannedErp>['clock'];
beforeEach(() => {
  [partners, hiddenFor] = [[], 0];
});

function customers(more: object = {}) {
  const part = {
    lookup: [
      { send: 'GET /partners?key={$key}' },
      { send: 'GET /partners?email={$email}', when: '=$email != ""' },
    ],
    partner: {
      id: '=id',
      key: '=key',
      reference: '=number',
      email: '=email',
      website: '=site',
      state: '=state',
    },
    needs: [{ name: 'group', value: '="G"' }],
    create: { send: 'POST /partners', body: { key: '=$key', group: '=$group' } },
    update: { send: 'PUT /partners/{$partner.id}', body: { key: '=$key' } },
    parts: [
      {
        name: 'address',
        find: { send: 'GET /addresses/{$partner.id}' },
        make: { send: 'POST /addresses/{$partner.id}' },
      },
    ],
    erase: {
      parts: [
        {
          name: 'address',
          find: { send: 'GET /addresses/{$partner.id}' },
          write: { send: 'DELETE /addresses/{$partner.id}' },
        },
      ],
      done: ['gone'],
      steps: [{ from: '=$exists(state) = false', send: 'POST /partners/{$partner.id}/anonymize' }],
    },
    visibleWithinMs: 2_000,
    ...more,
  };
  const canned = withCannedErp();
  ({ erp, clock } = canned);
  erp.answer = ({ method, path, body }) => {
    if (path.startsWith('/addresses')) return { body: { id: 1 } };
    if (method === 'GET') {
      hiddenFor -= 1;
      return { body: hiddenFor >= 0 ? [] : partners };
    }
    const { key } = JSON.parse(body ?? '{}') as { key?: string };
    if (method === 'POST' && path === '/partners')
      partners.push({ id: 9, key: key!, email: 'a@b', site: 'base', number: null });
    const own = partners.find(({ id }) => path.includes(`/${id}`));
    if (method === 'PUT') own!.key = key!;
    if (path.endsWith('anonymize')) own!.state = 'gone';
    return {};
  };
  const recipe = recipeSection.parse({
    url: 'http://127.0.0.1',
    orders: {
      lookup: [{ send: 'GET /orders' }],
      carries: '=true',
      document: { id: '=id' },
      create: { send: 'POST /orders' },
    },
    customers: part,
    settleMs: 60_000,
  });
  return new RecipeCustomers(recipe.customers!, canned.caller, clock);
}

const who = { key: 'us/base/1', website: 'base', email: 'a@b' };
const input = { ...who, customer: {}, codes: {} };
const partner = (more: Partial<Partner> = {}): Partner => ({
  id: 7,
  key: null,
  email: ' A@b ',
  site: 'base',
  number: 'P7',
  ...more,
});
const writes = () => asked(erp).filter((call) => !call.startsWith('GET'));

describe('the partner of a customer', () => {
  it('is the one of its key, else the one of its website and e-mail', async () => {
    partners = [partner({ id: 8 }), partner({ key: who.key })];
    expect(await customers().lookup(who)).toEqual({ id: '7', reference: 'P7', key: who.key });
    partners = [partner({ id: 8, key: false, number: null })];
    expect(await customers().lookup(who)).toEqual({ id: '8', reference: null, key: null });
  });

  it.each([[partner({ site: 'other' })], [partner({ email: 'c@d' })]])(
    'is not another one: %j',
    async (other) => {
      partners = [other];
      expect(await customers().lookup(who)).toBeNull();
    },
  );

  it('is found by e-mail where the ERP has no websites, and not without an e-mail', async () => {
    const { site: _site, ...bare } = partner();
    partners = [bare];
    const part = { partner: { id: '=id', key: '=key', email: '=email' } };
    expect(await customers(part).lookup(who)).toMatchObject({ id: '7' });
    expect(await customers(part).lookup({ ...who, email: '' })).toBeNull();
    expect(asked(erp)).toHaveLength(1);
  });

  it('is made with what it needs, and its parts when it is to be seen', async () => {
    const engine = customers();
    hiddenFor = 6;
    expect(await engine.upsert(input)).toEqual({
      status: 'created',
      partner: { id: '9', reference: null, key: who.key },
    });
    expect(writes()).toEqual(['POST /partners']);
    expect(JSON.parse(erp.calls.find(({ method }) => method === 'POST')!.body!)).toEqual({
      key: who.key,
      group: 'G',
    });
    expect(asked(erp).at(-1)).toBe('GET /addresses/9');
    // Each of two lists, before it was made and after: then two more looks.
    expect(clock.nowMs).toBe(1_001_000);
  });

  it('that is never seen is an error, after as long as the ERP may take', async () => {
    const engine = customers();
    hiddenFor = Infinity;
    await expect(engine.upsert(input)).rejects.toMatchObject({
      fault: { code: 'customer.lookup_blind', what: expect.stringContaining('customers.create') },
    });
    expect(clock.nowMs).toBe(1_002_000);
  });

  it.each([
    ['adopted', partner()],
    ['updated', partner({ key: who.key })],
  ])('is %s where it is there', async (status, before) => {
    partners = [before];
    expect(await customers().upsert(input)).toEqual({
      status,
      partner: { id: '7', reference: 'P7', key: who.key },
    });
    expect(writes()).toEqual(['PUT /partners/7']);
  });

  it('of another customer is left alone', async () => {
    partners = [partner({ key: 'us/base/2' }), partner({ id: 8, key: who.key })];
    expect(await customers().upsert(input)).toEqual({
      status: 'taken',
      partner: { id: '7', reference: 'P7', key: 'us/base/2' },
    });
    expect(writes()).toEqual([]);
  });

  it.each([
    [[partner(), partner({ id: 8 })]],
    [[partner({ key: who.key }), partner({ id: 8 })]],
    [[partner({ key: who.key }), partner({ id: 8, key: who.key })]],
  ])('that is there twice is none: %j', async (both) => {
    partners = both;
    await expect(customers().upsert(input)).rejects.toMatchObject({
      fault: { code: 'customer.lookup_ambiguous', what: expect.stringContaining('2 partners') },
    });
    expect(writes()).toEqual([]);
  });

  it('is erased with its parts first, and again without an effect', async () => {
    partners = [partner({ key: who.key })];
    expect(await customers().erase(who)).toEqual({ id: '7', reference: 'P7', key: who.key });
    expect(writes()).toEqual(['DELETE /addresses/7', 'POST /partners/7/anonymize']);
    expect(await customers().erase(who)).toMatchObject({ id: '7' });
    expect(writes()).toEqual([]);
    partners = [partner()];
    expect(await customers().erase(who)).toBeNull();
  });
});
