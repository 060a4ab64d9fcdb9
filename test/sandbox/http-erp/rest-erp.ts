/**
 * A stand-in for an ERP with a REST interface: documents of a type are created as drafts (docstatus 0), submitted (1) and
 * canceled (2) by writing that field, as in ERPNext. It computes totals of its own, checks what a document refers to, and
 * refuses a second value of a unique field, errors by status and by the name of an exception.
 */
import { StandIn } from './stand-in.ts';
import type { Asked, Said } from './stand-in.ts';

type Document = Record<string, unknown>;

/** ERPNext's names of what went wrong, and the status that goes with each. */
const exceptions = {
  AuthenticationError: 401,
  PermissionError: 403,
  DoesNotExistError: 404,
  UniqueValidationError: 417,
  QueryDeadlockError: 500,
  ValidationError: 417,
  LinkValidationError: 417,
  LinkExistsError: 417,
  DocstatusTransitionError: 417,
  CharacterLengthExceededError: 417,
  TimestampMismatchError: 417,
};

/** Custom fields that are unique, by the type of the document. */
const uniqueFields: Readonly<Record<string, readonly string[]>> = {
  'Sales Order': ['custom_shop_key'],
  'Sales Invoice': ['custom_shop_refund'],
  Customer: ['custom_shop_customer', 'custom_shop_party'],
  Address: ['custom_shop_address'],
};

/** Of a field of type Data. */
const dataMax = 140;

/** Of each item, where a document says nothing of its own. */
const listPrice = 14.5;

class Refused extends Error {
  readonly type: keyof typeof exceptions;
  constructor(type: keyof typeof exceptions, message: string) {
    super(message);
    this.type = type;
  }
}

export function refusal(type: keyof typeof exceptions, message: string): Said {
  return {
    status: exceptions[type],
    body: { exc_type: type, exception: `frappe.exceptions.${type}: ${message}` },
  };
}

export class RestErp {
  readonly documents = new Map<string, Document[]>();
  /** A delivery stands in the way of canceling. */
  isDelivered = false;
  /** Added to every total: an ERP that rounds in its own way. */
  roundedBy = 0;
  readonly standIn: StandIn;
  #count = 0;

  constructor(authorization: string, items: readonly string[]) {
    this.documents.set(
      'Item',
      items.map((item_code) => ({ name: item_code, item_code, stock_uom: 'Nos' })),
    );
    this.documents.set('Country', [
      { name: 'United States', code: 'us' },
      { name: 'Germany', code: 'de' },
    ]);
    this.documents.set('Company', [{ name: 'Mugs Ltd', default_currency: 'USD' }]);
    this.standIn = new StandIn((asked) => {
      try {
        if (asked.headers.authorization !== authorization)
          throw new Refused('AuthenticationError', 'Who are you?');
        return this.#handle(asked);
      } catch (error) {
        if (error instanceof Refused) return refusal(error.type, error.message);
        throw error;
      }
    });
  }

  all(type: string): Document[] {
    const known = this.documents.get(type) ?? [];
    this.documents.set(type, known);
    return known;
  }

  #handle({ method, path, query, json }: Asked): Said {
    const [, , , type = '', ...rest] = path.split('/');
    const name = rest.join('/');
    if (name === '' && method === 'GET') return { status: 200, body: { data: this.#list(type, query) } };
    if (name === '' && method === 'POST') return { status: 200, body: { data: this.#insert(type, json) } };
    const document = this.all(type).find((one) => one.name === name);
    if (document === undefined) throw new Refused('DoesNotExistError', `${type} ${name} not found`);
    if (method === 'DELETE') {
      this.documents.set(
        type,
        this.all(type).filter((one) => one !== document),
      );
      return { status: 202, body: { data: 'ok' } };
    }
    if (method === 'PUT') this.#update(type, document, json);
    return { status: 200, body: { data: document } };
  }

  #list(type: string, query: URLSearchParams): Document[] {
    const filters = JSON.parse(query.get('filters') ?? '[]') as Filter[];
    const anyOf = JSON.parse(query.get('or_filters') ?? '[]') as Filter[];
    const fields = JSON.parse(query.get('fields') ?? '["name"]') as string[];
    return this.all(type)
      .filter((document) => filters.every((filter) => fits(document, filter)))
      .filter((document) => anyOf.length === 0 || anyOf.some((filter) => fits(document, filter)))
      .slice(0, Number(query.get('limit_page_length') ?? 20))
      .map((document) => Object.fromEntries(fields.map((field) => [field, document[field] ?? null])));
  }

  #insert(type: string, given: Document): Document {
    this.#count += 1;
    const document: Document = {
      ...given,
      name: `${type === 'Sales Order' ? 'SAL-ORD' : type}-${this.#count}`,
    };
    this.#refuseUnfit(type, document);
    if (type.startsWith('Sales ')) this.#compute(document);
    this.all(type).push(document);
    // An address without one is in its own.
    if (type === 'Address') document.country ??= 'United States';
    // Of its own, for each customer that has an e-mail, which is read from there ever after.
    if (type === 'Customer' && given.email_id) {
      const [first_name, last_name] = String(given.customer_name).split(' ');
      this.#insert('Contact', {
        first_name,
        last_name,
        is_primary_contact: 1,
        email_id: given.email_id,
        links: [{ link_doctype: 'Customer', link_name: document.name, link_title: given.customer_name }],
      });
    }
    return document;
  }

  #refuseUnfit(type: string, document: Document): void {
    for (const [field, value] of Object.entries(document))
      if (typeof value === 'string' && value.length > dataMax)
        throw new Refused('CharacterLengthExceededError', `${field} will get truncated`);
    for (const field of uniqueFields[type] ?? [])
      if (document[field] != null)
        for (const other of this.all(type))
          if (other.name !== document.name && other[field] === document[field])
            throw new Refused('UniqueValidationError', `${field} must be unique`);
  }

  #compute(order: Document): void {
    const { items, taxes } = order as unknown as { items: Document[]; taxes: Document[] };
    if (!this.all('Customer').some(({ name }) => name === order.customer))
      throw new Refused('LinkValidationError', `Could not find Customer: ${String(order.customer)}`);
    for (const { item_code } of items)
      if (!this.all('Item').some(({ name }) => name === item_code))
        throw new Refused('LinkValidationError', `Could not find Item: ${String(item_code)}`);
    const net = items.reduce((sum, item) => sum + cents(Number(item.qty) * cents(rateOf(item))), 0);
    const added = (taxes ?? []).reduce((sum, { tax_amount }) => sum + Number(tax_amount), 0);
    const total = net + added - Number(order.discount_amount ?? 0) + this.roundedBy;
    const currency = this.all('Company').find(({ name }) => name === order.company)?.default_currency;
    if (order.currency !== currency && !order.conversion_rate)
      throw new Refused('ValidationError', 'Exchange Rate is mandatory');
    Object.assign(order, {
      docstatus: order.docstatus ?? 0,
      total: net,
      grand_total: Math.round(total * 100) / 100,
    });
  }

  #update(type: string, document: Document, change: Document): void {
    const from = Number(document.docstatus ?? 0);
    const to = Number(change.docstatus ?? from);
    this.#refuseUnfit(type, { ...document, ...change });
    if (to !== from && to !== from + 1)
      throw new Refused('DocstatusTransitionError', `Cannot change docstatus from ${from} to ${to}`);
    if (to === 2 && this.isDelivered)
      throw new Refused('LinkExistsError', `${type} is linked with Delivery Note DN-1`);
    if (to === 2 && document.status === 'Closed')
      throw new Refused('ValidationError', 'Closed order cannot be cancelled. Unclose to cancel.');
    Object.assign(document, change);
    if (type === 'Sales Order') this.#compute(document);
    const [email] = (change.email_ids ?? []) as Document[];
    if (type === 'Contact') document.email_id = email?.email_id ?? '';
    const contact = this.#contactOf(document.name);
    if (type === 'Customer' && contact) document.email_id = contact.email_id;
  }

  #contactOf(customer: unknown): Document | undefined {
    return this.all('Contact').find(({ links }) =>
      (links as Document[]).some(({ link_name }) => link_name === customer),
    );
  }
}

/** A Currency has two digits; halves go to the even one, unless the site says otherwise. */
function cents(amount: number): number {
  const exact = Math.round(amount * 1e8) / 1e6;
  const isHalf = Math.abs((exact % 1) - 0.5) < 1e-6;
  return (isHalf ? 2 * Math.round(exact / 2) : Math.round(exact)) / 100;
}

/** What is free costs what the list says, unless the list says so too. */
const rateOf = ({ rate, price_list_rate }: Document): number =>
  Number(rate || (price_list_rate ?? listPrice));

/** Of the document, or of another type: that of its items. */
type Filter =
  [field: string, operator: string, value: unknown] | [type: string, ...filter: [string, string, unknown]];

/** `=`, `!=`, and `like` with a text that ends in `%`, for which any letter is a `_`, and small and large ones are the same. */
function fits(document: Document, filter: Filter): boolean {
  if (filter.length === 4) {
    const [type, ...own] = filter;
    const table = type === 'Dynamic Link' ? 'links' : type.endsWith(' Item') ? 'items' : null;
    const rows = table === null ? [document] : ((document[table] ?? []) as Document[]);
    return rows.some((row) => fits(row, own));
  }
  const [field, operator, value] = filter;
  const held = document[field] ?? null;
  if (operator === '!=') return held !== value;
  if (operator !== 'like') return held === value;
  if (typeof held !== 'string') return false;
  const like = String(value).toLowerCase().replace(/%$/, '').split('');
  const begins = held.toLowerCase();
  return like.every((letter, at) => at < begins.length && (letter === '_' || letter === begins[at]));
}
