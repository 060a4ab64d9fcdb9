/** The recipe for ERPNext that ships, on a stand-in with its habits. */
import { RestErp, refusal } from '../sandbox/http-erp/rest-erp.ts';
import { faultsSuite } from './faults-suite.ts';
import type { HttpBackends } from './faults-suite.ts';
import { anywhere, httpBackend } from './http-backend.ts';
import { ordersSuite } from './orders-suite.ts';
import { restRecipe } from './rest-recipe.ts';

const recipe = restRecipe(anywhere);

const rest: HttpBackends = {
  start() {
    const erp = new RestErp('token key:secret', ['MUG', 'CUP', 'REFUND']);
    const ofKey = (key: string) => erp.all('Sales Order').filter((order) => order.custom_shop_key === key);
    return httpBackend(erp.standIn, recipe, {
      held: (key) =>
        Promise.resolve(
          ofKey(key).map(({ docstatus, items }) => ({
            state: String(docstatus),
            lines: (items as []).length,
          })),
        ),
      credits: () => Promise.resolve(erp.all('Sales Invoice').map(({ grand_total }) => -Number(grand_total))),
      beside: () => ({ customers: erp.all('Customer').length, addresses: erp.all('Address').length }),
      writes: ({ method, path }) => method === 'POST' && path.endsWith('/Sales Order'),
    });
  },
  accepted: '1',
  canceled: '2',
  refusesSecond: true,
  hasCreditNotes: true,
  logsIn: false,
  locked: { said: refusal('QueryDeadlockError', 'Deadlock found') },
  loggedOut: { said: refusal('AuthenticationError', 'Who are you?') },
  refused: { said: refusal('ValidationError', 'Credit limit has been crossed') },
};

ordersSuite('a REST ERP', rest);
faultsSuite('an order into a REST ERP', rest);
