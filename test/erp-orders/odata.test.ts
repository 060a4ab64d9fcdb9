/** A recipe for an ERP over OData, on a stand-in: tokens, ETags, pages, lines by calls of their own, no unique key. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { ownFunctions } from '../../services/platform/expressions/functions.ts';
import { ODataErp, odataError } from '../sandbox/http-erp/odata-erp.ts';
import { recipeOf } from '../sandbox/http-erp/recipes.ts';
import { faultsSuite } from './faults-suite.ts';
import type { HttpBackends } from './faults-suite.ts';
import { anywhere, httpBackend } from './http-backend.ts';
import { ordersSuite } from './orders-suite.ts';

const text = readFileSync(join(projectFolder, 'test/sandbox/http-erp/odata-recipe.yaml'), 'utf8');
const recipe = recipeOf(text, { ERP_URL: anywhere });

const odata: HttpBackends = {
  start() {
    const erp = new ODataErp(['MUG', 'CUP']);
    return httpBackend(erp.standIn, recipe, {
      held: (key) =>
        Promise.resolve(
          erp.sets.salesOrders
            .filter(({ externalDocumentNumber }) => externalDocumentNumber === ownFunctions.digest(key))
            .map(({ id, status }) => ({ state: String(status), lines: erp.linesOf(id).length })),
        ),
      beside: () => ({ customers: erp.sets.customers.length }),
      writes: ({ method, path }) => method === 'POST' && path === '/v2/salesOrders',
    });
  },
  accepted: 'Open',
  canceled: null,
  refusesSecond: false,
  logsIn: true,
  locked: { said: odataError(409, 'Request_EntityChanged', 'Another user has changed the record') },
  loggedOut: { said: odataError(401, 'Unauthorized', 'The token has ended') },
  refused: { said: odataError(400, 'Application_Dialog', 'The customer is blocked') },
};

ordersSuite('an OData ERP', odata);
faultsSuite('an order into an OData ERP', odata);
