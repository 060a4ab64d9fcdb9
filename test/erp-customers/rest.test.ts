/** The recipe for ERPNext that ships, on a stand-in with its habits. */
import { expect, it } from '@jest/globals';
import { connectRecipe } from '../../services/erp/recipe/connect.ts';
import { anAddress } from '../../services/order-exporter/customers/testing/a-customer.ts';
import { faultsSuite } from '../erp-orders/faults-suite.ts';
import type { HttpBackend } from '../erp-orders/faults-suite.ts';
import { hurried } from '../erp-orders/http-backend.ts';
import { restRecipe } from '../erp-orders/rest-recipe.ts';
import { RestErp, refusal } from '../sandbox/http-erp/rest-erp.ts';
import { anInputOf, customersSuite } from './customers-suite.ts';
import { httpCustomers } from './http-customers.ts';

type Text = string | null | undefined;

const isLinkedTo = (links: unknown, name: unknown) =>
  (links as { link_name: unknown }[]).some(({ link_name }) => link_name === name);

customersSuite('a REST ERP', () => {
  const erp = new RestErp('token key:secret', ['MUG', 'CUP']);
  const book = (key: Text) =>
    erp
      .all('Address')
      .filter(
        ({ custom_shop_address, disabled }) => String(custom_shop_address).startsWith(`${key}/`) && !disabled,
      );
  return httpCustomers(erp.standIn, restRecipe, {
    partners: () =>
      erp.all('Customer').map((customer) => {
        const [key, party] = [customer.custom_shop_customer as Text, customer.custom_shop_party as Text];
        const [website = '', email = ''] = party?.split('/') ?? [];
        const cities = book(key).map(({ custom_shop_address, city }) => [
          String(custom_shop_address).split('/').at(-1),
          city,
        ]);
        const ofContact = erp.all('Contact').find(({ links }) => isLinkedTo(links, customer.name));
        // What ERPNext keeps of a person beside the customer goes with it.
        const { first_name, last_name } = ofContact ?? {};
        const name = [
          customer.customer_name,
          ...(ofContact ? [[first_name, last_name].filter(Boolean).join(' ')] : []),
        ]
          .filter((one, index, all) => all.indexOf(one) === index)
          .join(', ');
        // What it mails to, and not only what it is known by.
        const mailedTo = (customer.email_id ?? email) as string;
        return {
          key: key ?? '',
          website,
          email: mailedTo === email ? email : `${email}, ${mailedTo}`,
          name,
          cities: Object.fromEntries(cities) as Record<string, string>,
        };
      }),
    buyers: () =>
      erp
        .all('Sales Order')
        .map((order) => erp.all('Customer').findIndex(({ name }) => name === order.customer)),
    makes: ({ method, path }) => method === 'POST' && path.endsWith('/Customer'),
  });
});

const input = anInputOf({ addresses: [anAddress(1, { isDefaultBilling: true }), anAddress(2)] });

it('takes nothing for its own whose key is only like its', async () => {
  const erp = new RestErp('token key:secret', []);
  await erp.standIn.start();
  const { customers, close } = connectRecipe({ recipe: restRecipe(erp.standIn.url), clock: hurried });
  try {
    const other = { name: 'other', custom_shop_address: `${input.key.toUpperCase()}/9`, city: 'Bern' };
    erp.all('Address').push({ ...other });
    await customers!.upsert(input);
    await customers!.upsert(anInputOf({ addresses: [anAddress(1)] }));
    await customers!.erase({ key: input.key, website: 'base', email: '' });
    const [untouched, ...own] = erp.all('Address');
    expect(untouched).toEqual(other);
    expect(own).toMatchObject([{ address_title: 'erased' }, { address_title: 'erased' }]);
  } finally {
    await close();
    await erp.standIn.stop();
  }
});

/** As the suite of faults knows it: what is brought is a customer, its lines are addresses. */
async function startFaulty(): Promise<HttpBackend> {
  const erp = new RestErp('token key:secret', []);
  await erp.standIn.start();
  return {
    standIn: erp.standIn,
    open(deadlineMs = 10_000) {
      const recipe = { ...restRecipe(erp.standIn.url), deadlineMs };
      const { customers, orders, close } = connectRecipe({ recipe, clock: hurried });
      const create = async () => ({ ...(await customers!.upsert(input)).partner, created: true });
      return Object.assign(orders, { create, close });
    },
    held: () =>
      Promise.resolve(
        erp.all('Customer').map(({ customer_name }) => ({
          state: String(customer_name),
          lines: erp.all('Address').length,
        })),
      ),
    beside: () => ({ customers: erp.all('Customer').length }),
    loseAnswer: () => undefined,
    close: () => erp.standIn.stop(),
  };
}

faultsSuite('a customer into a REST ERP', {
  start: startFaulty,
  accepted: 'Jane Doe',
  canceled: null,
  refusesSecond: true,
  logsIn: false,
  locked: { said: refusal('QueryDeadlockError', 'Deadlock found') },
  loggedOut: { said: refusal('AuthenticationError', 'Who are you?') },
  refused: { said: refusal('ValidationError', 'The territory is frozen') },
});
