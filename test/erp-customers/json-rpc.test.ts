/** The recipes for Odoo that ship, on a stand-in with its habits. */
import { JsonRpcErp } from '../sandbox/http-erp/json-rpc-erp.ts';
import { shippedRecipe } from '../sandbox/http-erp/recipes.ts';
import { customersSuite } from './customers-suite.ts';
import { httpCustomers } from './http-customers.ts';

const variables = { ODOO_API_KEY: 'key', ODOO_DATABASE: 'shop', ODOO_USER: 'cartage' };
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function start(recipe: string) {
  const erp = new JsonRpcErp(['MUG', 'CUP']);
  const contacts = erp.rows['res.partner']!;
  const partners = () => contacts.filter(({ parent_id }) => !parent_id);
  return httpCustomers(erp.standIn, (url) => shippedRecipe(recipe, { ...variables, ODOO_URL: url }), {
    partners: () =>
      partners().map(({ id, ref, x_cartage_key, name }) => {
        const [website = '', email = ''] = textOf(ref).split('/');
        // Those that orders have made bear no key.
        const cities = contacts
          .filter((one) => one.parent_id === id && one.x_cartage_key && one.active !== false)
          .map((one) => [textOf(one.x_cartage_key).split('/').at(-1), one.city]);
        return {
          key: textOf(x_cartage_key),
          website,
          email,
          name: textOf(name),
          cities: Object.fromEntries(cities) as Record<string, string>,
        };
      }),
    buyers: () =>
      // Shown by id and name.
      erp.rows['sale.order']!.map(({ partner_id }) => {
        const [buyer] = partner_id as [number, string];
        return partners().findIndex(({ id }) => id === buyer);
      }),
    makes: ({ path, text }) =>
      path.endsWith('res.partner/create') || /"res\.partner","(method":")?create"/.test(text),
  });
}

customersSuite('Odoo over JSON-2', () => start('odoo-json-2.yaml'));
customersSuite('Odoo over JSON-RPC', () => start('odoo-json-rpc.yaml'));
