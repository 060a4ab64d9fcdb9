/** The recipe that the guide writes from an empty file, as it stands there, on a stand-in for the ERP that it makes up. */
import { guideRecipe } from '../erp-orders/guide-recipe.ts';
import { KontorErp } from '../sandbox/http-erp/kontor-erp.ts';
import { recipeOf } from '../sandbox/http-erp/recipes.ts';
import { customersSuite } from './customers-suite.ts';
import { httpCustomers } from './http-customers.ts';

customersSuite('the ERP of the guide', () => {
  const erp = new KontorErp(['MUG', 'CUP']);
  const recipe = (url: string) => recipeOf(guideRecipe, { KONTOR_URL: url, KONTOR_KEY: 'key' });
  return httpCustomers(erp.standIn, recipe, {
    partners: () =>
      erp.partners.map(({ account, ref, name, places }) => {
        const [website = '', email = ''] = ref?.split('/') ?? [];
        // Place 0 is that of the bills.
        const cities = Object.fromEntries([...places].filter(([place]) => place > 0));
        return { key: account ?? '', website, email, name: name ?? 'erased', cities };
      }),
    buyers: () => erp.sales.map(({ partner }) => erp.partners.findIndex(({ code }) => code === partner)),
    makes: ({ method, path }) => method === 'POST' && path === '/api/partners',
  });
});
