/**
 * A stand-in for an ERP over OData, as Business Central is: tokens by client credentials that end, entities with ETags that
 * each write must name, lists in pages, lines by calls of their own, posted orders in another list. It refuses no second
 * order of one key, and keeps of a key no more than 35 characters.
 */
import { randomUUID } from 'node:crypto';
import { StandIn } from './stand-in.ts';
import type { Asked, Said } from './stand-in.ts';

type Entity = Record<string, unknown> & { id: string; version: number };
type EntitySet = 'customers' | 'items' | 'salesOrders' | 'salesInvoices' | 'salesOrderLines';

const keyLengthMax = 35;
const pageSize = 2;

class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function odataError(status: number, code: string, message: string): Said {
  return { status, body: { error: { code, message } } };
}

export class ODataErp {
  readonly standIn = new StandIn((asked) => this.#answer(asked));
  readonly sets: Record<EntitySet, Entity[]> = {
    customers: [],
    items: [],
    salesOrders: [],
    salesInvoices: [],
    salesOrderLines: [],
  };
  readonly #tokens = new Set<string>();
  #count = 0;

  constructor(skus: readonly string[]) {
    for (const number of skus) this.#insert('items', { number });
  }

  /** What is in stock of an item, and when that changed; null takes the item away. */
  stock(number: string, inventory: number | null): void {
    const known = this.sets.items.find((item) => item.number === number);
    if (known && inventory === null) this.#remove('items', known);
    if (inventory === null) return;
    const item = known ?? this.#insert('items', { number });
    Object.assign(item, {
      inventory,
      version: item.version + 1,
      lastModifiedDateTime: new Date().toISOString(),
    });
  }

  linesOf(orderId: string): Entity[] {
    return this.sets.salesOrderLines.filter(({ documentId }) => documentId === orderId);
  }

  /** The order becomes an invoice, and is no order any more. */
  post(order: Entity): void {
    this.#remove('salesOrders', order);
    this.sets.salesInvoices.push({ ...order, status: 'Open' });
  }

  #answer(asked: Asked): Said {
    try {
      if (asked.path === '/oauth/token') return this.#token(new URLSearchParams(asked.text));
      const token = (asked.headers.authorization ?? '').replace('Bearer ', '');
      if (!this.#tokens.has(token)) throw new Refused(401, 'Unauthorized', 'The token has ended');
      return this.#entities(asked);
    } catch (error) {
      if (error instanceof Refused) return odataError(error.status, error.code, error.message);
      throw error;
    }
  }

  #token(form: URLSearchParams): Said {
    if (form.get('client_secret') !== 'secret' || form.get('grant_type') !== 'client_credentials')
      throw new Refused(401, 'invalid_client', 'Unknown client');
    const access_token = randomUUID();
    this.#tokens.add(access_token);
    return { status: 200, body: { access_token, expires_in: 3600 } };
  }

  #entities({ method, path, query, headers, json }: Asked): Said {
    const [, set, id, rest] = /^\/v2\/([a-zA-Z]+)(?:\(([^)]+)\))?(?:\/(.+))?$/.exec(path) as unknown as [
      string,
      EntitySet,
      string?,
      string?,
    ];
    if (id === undefined && method === 'GET')
      return this.#page(this.sets[set].filter(filterOf(query)), path, query);
    if (id === undefined) return this.#saying(201, this.#insert(set, json));
    const entity = this.sets[set].find((one) => one.id === id);
    if (entity === undefined) throw new Refused(404, 'NotFound', 'No such entity');
    if (rest === 'salesOrderLines' && method === 'GET') return this.#page(this.linesOf(id), path, query);
    if (rest === 'salesOrderLines') return this.#saying(201, this.#addLine(entity, json));
    if (headers['if-match'] !== etagOf(entity))
      throw new Refused(409, 'Request_EntityChanged', 'Another user has changed the record');
    if (method === 'DELETE') this.#remove(set, entity);
    else this.#act(entity, rest);
    return { status: 204 };
  }

  #act(order: Entity, action: string | undefined): void {
    const [from, to] = action === 'Microsoft.NAV.release' ? ['Draft', 'Open'] : ['Open', 'Draft'];
    if (order.status !== from) throw new Refused(400, 'Application_Dialog', `Status must be ${from}`);
    Object.assign(order, { status: to, version: order.version + 1 });
  }

  #insert(set: EntitySet, given: Record<string, unknown>): Entity {
    if (textOf(given.externalDocumentNumber).length > keyLengthMax)
      throw new Refused(400, 'Application_StringExceededLength', 'externalDocumentNumber is too long');
    this.#count += 1;
    const own =
      set === 'salesOrders'
        ? { number: `SO-${this.#count}`, status: 'Draft', total: given.shipping ?? 0 }
        : {};
    const entity = { ...given, ...own, id: randomUUID(), version: 1 };
    this.sets[set].push(entity);
    return entity;
  }

  #addLine(order: Entity, line: Record<string, unknown>): Entity {
    if (!this.sets.items.some(({ number }) => number === line.lineObjectNumber))
      throw new Refused(400, 'Internal_InvalidTableRelation', 'The item does not exist');
    const amount = Number(line.quantity) * Number(line.unitPrice) + Number(line.taxAmount);
    Object.assign(order, {
      version: order.version + 1,
      total: Math.round((Number(order.total) + amount) * 100) / 100,
    });
    return this.#insert('salesOrderLines', { ...line, documentId: order.id });
  }

  #remove(set: EntitySet, entity: Entity): void {
    this.sets[set] = this.sets[set].filter((one) => one !== entity);
  }

  #saying(status: number, entity: Entity): Said {
    return { status, body: { '@odata.etag': etagOf(entity), ...entity } };
  }

  #page(entities: readonly Entity[], path: string, query: URLSearchParams): Said {
    const skipped = Number(query.get('$skip') ?? 0);
    const value = entities
      .slice(skipped, skipped + pageSize)
      .map((one) => ({ '@odata.etag': etagOf(one), ...one }));
    const next = new URLSearchParams({ ...Object.fromEntries(query), $skip: String(skipped + pageSize) });
    const more = skipped + pageSize < entities.length && {
      '@odata.nextLink': `${this.standIn.url}${path}?${next.toString()}`,
    };
    return { status: 200, body: { value, ...more } };
  }
}

const etagOf = ({ id, version }: Entity) => `W/"${id}-${version}"`;

/** `name eq 'text'`, without regard to case, as SQL Server compares; or `name ge time`. */
function filterOf(query: URLSearchParams): (entity: Entity) => boolean {
  const [, field, from] = /^(\w+) ge (\d{4}-[\dT:.Z-]+)$/.exec(query.get('$filter') ?? '') ?? [];
  if (field !== undefined) return (entity) => Date.parse(textOf(entity[field])) >= Date.parse(from!);
  const [, name, quoted] = /^(\w+) eq '(.*)'$/.exec(query.get('$filter') ?? '') ?? [];
  if (name === undefined) return () => true;
  const wanted = quoted!.replaceAll("''", "'").toLowerCase();
  return (entity) => textOf(entity[name]).toLowerCase() === wanted;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
