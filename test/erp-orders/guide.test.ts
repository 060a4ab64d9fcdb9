/** The recipe that the guide writes from an empty file, as it stands there, on a stand-in for the ERP that it makes up. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { trialProblems } from '../../services/erp/recipe/trial.ts';
import { loadConfig } from '../../services/platform/config/load.ts';
import type { SectionName } from '../../services/platform/config/schema.ts';
import { KontorErp, blocked, locked } from '../sandbox/http-erp/kontor-erp.ts';
import { recipeOf } from '../sandbox/http-erp/recipes.ts';
import { anInput } from './an-input.ts';
import { faultsSuite } from './faults-suite.ts';
import type { HttpBackends } from './faults-suite.ts';
import { blocksUnder, guideRecipe } from './guide-recipe.ts';
import { anywhere, httpBackend } from './http-backend.ts';
import { ordersSuite } from './orders-suite.ts';

const recipe = recipeOf(guideRecipe, { KONTOR_URL: anywhere, KONTOR_KEY: 'key' });

const kontor: HttpBackends = {
  start() {
    const erp = new KontorErp(['MUG', 'CUP']);
    return httpBackend(erp.standIn, recipe, {
      held: (key) =>
        Promise.resolve(
          erp.sales
            .filter(({ external }) => external === key)
            .map(({ status, lines }) => ({ state: status, lines: lines.length })),
        ),
      beside: () => ({ customers: erp.partners.length }),
      writes: ({ method, path }) => method === 'POST' && path === '/api/sales',
    });
  },
  accepted: 'booked',
  canceled: 'void',
  refusesSecond: true,
  logsIn: false,
  locked: { said: locked },
  loggedOut: { said: { status: 403 } },
  refused: { said: blocked },
};

ordersSuite('the ERP of the guide', kontor);
faultsSuite('an order into the ERP of the guide', kontor);

describe('an order of which a part is canceled', () => {
  it.each([1, 2])('has the pieces that are left in the ERP of the guide: of %i lines', async (count) => {
    const erp = new KontorErp(['MUG', 'CUP']);
    const { standIn } = erp;
    const backend = await httpBackend(standIn, recipe, {
      held: () => Promise.resolve([]),
      beside: () => ({}),
      writes: () => false,
    });
    const orders = backend.open();
    const lines = anInput().order.lines.slice(0, count);
    const [mugs, ...others] = lines;
    const totals = { ...anInput().order.totals, grandTotalMinor: count === 1 ? 3_639 : 4_720 };
    await orders.create(anInput({ lines, totals }));
    const canceled = anInput({ lines: [{ ...mugs!, quantityCanceled: '1.0000' }, ...others], totals });
    expect(await orders.change(canceled)).toMatchObject({ changed: true });
    expect(erp.sales[0]!.lines[0]).toEqual({ sku: 'MUG', pieces: 1, net: '14.50' });
    const asked = standIn.asked.length;
    expect(await orders.change(canceled)).toMatchObject({ changed: false });
    expect(standIn.asked.slice(asked)).toEqual(['GET /api/sales']);
    await orders.close();
    await backend.close();
  });
});

describe('the guide', () => {
  it('writes a recipe that makes sense with any order', async () => {
    expect(await trialProblems(recipe)).toEqual([]);
  });

  it('shows a log-in that can be used', () => {
    const [session = ''] = blocksUnder('Log-in');
    const withLogIn = recipeOf(
      guideRecipe.replace(/^session:\n(?: .*\n)+/m, session).replace('key:', 'id: a\n  secret:'),
      {
        KONTOR_URL: 'https://kontor.example',
        KONTOR_KEY: 'key',
      },
    );
    expect(withLogIn.session).toMatchObject({ open: { send: 'POST /oauth2/token' } });
  });

  it('shows a configuration with which a recipe can be tried', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cartage-guide-'));
    const configuration = blocksUnder('Trying it').find((block) => block.startsWith('instance:'))!;
    const kafka = 'kafka: { brokers: [127.0.0.1:9092], registry: { url: "http://127.0.0.1:8081" } }\n';
    writeFileSync(join(folder, 'my-erp.yaml'), guideRecipe);
    writeFileSync(join(folder, 'recipe-trial.yaml'), configuration + kafka);
    const sections: SectionName[] = ['orders', 'customers', 'stock', 'catalog', 'fulfilments', 'erp'];
    const environment = { KONTOR_URL: 'https://kontor.example', KONTOR_KEY: 'key' };
    const { erp } = loadConfig(join(folder, 'recipe-trial.yaml'), sections, environment);
    expect(erp.recipe?.orders.create.send).toBe('POST /api/sales');
    rmSync(folder, { recursive: true });
  });
});
