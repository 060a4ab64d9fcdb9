/** ERPs over HTTP that are read: one with the habits of OData, one with those of JSON-RPC. */
import { JsonRpcErp } from '../sandbox/http-erp/json-rpc-erp.ts';
import { ODataErp } from '../sandbox/http-erp/odata-erp.ts';
import type { StandIn } from '../sandbox/http-erp/stand-in.ts';
import type { ErpUnderTest } from './source-suite.ts';

const timing = { kind: 'http', intervalMs: 40, overlapMs: 10_000, compareEveryMs: 700 };

/** By number; tokens by client credentials; lists in pages with a link to the next. */
export const odata = (url: string) => ({
  source: {
    ...timing,
    api: {
      url: `${url}/v2`,
      secrets: { id: 'cartage', secret: 'secret' },
      session: {
        open: {
          url,
          send: 'POST /oauth/token',
          form: {
            grant_type: 'client_credentials',
            client_id: '=$secrets.id',
            client_secret: '=$secrets.secret',
          },
          take: '=body.access_token ? { "token": body.access_token, "lastsS": body.expires_in }',
        },
        expiresInS: '=$session.lastsS',
        headers: { authorization: '="Bearer " & $session.token' },
      },
    },
    lists: {
      items: {
        send: 'GET /items',
        query: { $filter: '=$since ? "lastModifiedDateTime ge " & $since' },
        take: '=body.value',
        next: '=body.`@odata.nextLink`',
        id: '=id',
        version: '=lastModifiedDateTime',
      },
    },
  },
  streams: {
    stock: {
      topic: 'erp.stock',
      key: { number: 'text' },
      watch: [{ table: 'items', key: 'number' }],
      http: {
        get: {
          send: 'GET /items',
          query: { $filter: `="number eq '" & $replace($key, "'", "''") & "'"` },
          take: '=body.value',
        },
        all: { send: 'GET /items', take: '=body.value', next: '=body.`@odata.nextLink`' },
        rows: '={ "number": number, "sku": number, "source": "main", "quantity": $string(inventory) }',
        version: '=lastModifiedDateTime',
      },
      find: '=$records.sku',
    },
  },
});

const searchRead = (named: string) =>
  `=["shop", 2, $secrets.key, "product.product", "search_read", [], $merge([{ "fields": ["default_code", "qty_available", "write_date"], "order": "id" }, ${named}])]`;

/** By its own id, several in one call; errors come with status 200; times are whole seconds, without a zone. */
export const jsonRpc = (url: string) => ({
  source: {
    ...timing,
    api: {
      url,
      secrets: { key: 'key' },
      request: {
        send: 'POST /jsonrpc',
        body: {
          jsonrpc: '2.0',
          method: 'call',
          params: { service: 'object', method: 'execute_kw', args: '=$call' },
        },
        result: '=body.result',
      },
      answers: [{ when: '=$exists(body.error)', is: 'wait' }],
    },
    lists: {
      products: {
        call: searchRead(
          '{ "domain": $since ? [["write_date", ">=", $replace($substring($since, 0, 19), "T", " ")]] : [] }',
        ),
        id: '=id',
        version: '=write_date',
      },
    },
  },
  streams: {
    stock: {
      topic: 'erp.stock',
      key: { id: 'int' },
      watch: [{ table: 'products', key: 'id' }],
      http: {
        keysPerCall: 10,
        get: {
          call: searchRead('{ "domain": [["id", "in", [$keys.$number($)]]] }'),
        },
        all: { call: searchRead('{ "domain": [] }') },
        find: {
          call: searchRead('{ "domain": [["default_code", "in", [$records.sku]]] }'),
        },
        rows: '={ "id": id, "sku": default_code, "source": "main", "quantity": $string(qty_available) }',
        version: '=write_date',
      },
      find: '=result.id',
    },
  },
});

interface Read {
  standIn: StandIn;
  stock(sku: string, quantity: number | null): void;
}

export async function httpErp(erp: Read, configured: (url: string) => object): Promise<ErpUnderTest> {
  await erp.standIn.start();
  return {
    config: configured(erp.standIn.url),
    put: async (quantities) => {
      for (const [sku, quantity] of Object.entries(quantities)) erp.stock(sku, quantity);
    },
    sever: () => Promise.resolve(),
    remove: () => erp.standIn.stop(),
  };
}

export const odataErp = () => httpErp(new ODataErp([]), odata);

/** Without the two that its orders need. */
export function jsonRpcErp(): Promise<ErpUnderTest> {
  const erp = new JsonRpcErp([]);
  erp.rows['product.product'] = [];
  return httpErp(erp, jsonRpc);
}
