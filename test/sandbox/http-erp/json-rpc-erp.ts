/**
 * A stand-in for an ERP of models and methods, as Odoo is: orders are led on by buttons, which answer `true` or the dialog
 * that a person would see. One model, three doors: JSON-RPC with user and key in each call, JSON-RPC in a session by cookie
 * (errors come with status 200 in both), and JSON-2 with a bearer key (errors by status).
 */
import { randomUUID } from 'node:crypto';
import { fits } from './odoo-domain.ts';
import type { Domain, Row } from './odoo-domain.ts';
import { StandIn } from './stand-in.ts';
import type { Asked, Said } from './stand-in.ts';

type Values = Record<string, unknown>;
interface Slice {
  offset?: number;
  limit?: number;
  context?: { active_test?: boolean };
}

/** Of prices as many decimals as the recipes ask for. */
const fieldsOf = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [name, name === 'price_unit' ? { digits: [16, 4] } : { type: 'char' }]),
  );

/** What the heads of the recipes have a database refuse. */
const indexes: Record<string, { name: string; field: string; holds: (row: Values) => boolean }[]> = {
  'sale.order': [{ name: 'cartage_one_per_order', field: 'client_order_ref', holds: () => true }],
  'account.move': [{ name: 'cartage_one_refund', field: 'ref', holds: () => true }],
  'res.partner': [
    { name: 'cartage_one_partner', field: 'x_cartage_key', holds: () => true },
    { name: 'cartage_one_partner_per_email', field: 'ref', holds: ({ parent_id }) => !parent_id },
  ],
};

/** Odoo's names of what went wrong, and the status that JSON-2 gives them. */
const exceptions = {
  'odoo.exceptions.UserError': 422,
  'odoo.exceptions.ValidationError': 422,
  'odoo.exceptions.AccessDenied': 401,
  'odoo.http.SessionExpiredException': 401,
  'psycopg2.errors.SerializationFailure': 500,
};
export type ExceptionName = keyof typeof exceptions;

class Refused extends Error {
  readonly type: ExceptionName;
  constructor(type: ExceptionName, message: string) {
    super(message);
    this.type = type;
  }
}

/** An error as JSON-RPC gives it, and as JSON-2 does. */
export function rpcError(name: ExceptionName, message: string): Said {
  return {
    status: 200,
    body: {
      jsonrpc: '2.0',
      id: null,
      error: { code: 200, message: 'Odoo Server Error', data: { name, message } },
    },
  };
}
export function json2Error(name: ExceptionName, message: string): Said {
  return { status: exceptions[name], body: { name, message, arguments: [message], context: {} } };
}

export class JsonRpcErp {
  readonly standIn = new StandIn((asked) => this.#handle(asked));
  readonly rows: Record<string, Row[]> = {
    'res.country': [{ id: 233, code: 'US' }],
    'res.country.state': [
      { id: 13, 'country_id.code': 'US', code: 'CA', name: 'California' },
      { id: 22, 'country_id.code': 'US', code: 'IL', name: 'Illinois' },
      { id: 31, 'country_id.code': 'US', code: 'MI', name: 'Michigan' },
    ],
    'product.pricelist': [{ id: 3, 'currency_id.name': 'USD' }],
    'account.tax': [
      { id: 5, type_tax_use: 'sale', amount_type: 'percent', amount: 8.25, price_include: false },
    ],
    'product.product': [],
    'res.partner': [],
    'sale.order': [],
    'account.move': [],
  };
  /** Those of the user: all that it sees. */
  readonly #companies = 1;
  /** A button that answers and does nothing. */
  isStuck = false;
  readonly #sessions = new Set<string>();
  #lastId = 100;

  constructor(skus: readonly string[]) {
    for (const default_code of [...skus, 'SHIPPING', 'DISCOUNT', 'FEES', 'BUNDLES'])
      this.#insert('product.product', { default_code });
  }

  /** What is in stock of a product, and when that changed; null takes the product away. */
  stock(default_code: string, qty_available: number | null): void {
    const rows = this.rows['product.product']!;
    const others = rows.filter((row) => row.default_code !== default_code);
    const known = rows.find((row) => row.default_code === default_code);
    const write_date = new Date().toISOString().slice(0, 19).replace('T', ' ');
    const id = known?.id ?? (this.#lastId += 1);
    this.rows['product.product'] =
      qty_available === null ? others : [...others, { id, default_code, qty_available, write_date }];
  }

  /** All sessions are over. */
  endSessions(): void {
    this.#sessions.clear();
  }

  #handle(asked: Asked): Said {
    const isJson2 = asked.path.startsWith('/json/2/');
    try {
      return isJson2 ? { status: 200, body: this.#json2(asked) } : this.#rpc(asked);
    } catch (error) {
      if (error instanceof Refused) return (isJson2 ? json2Error : rpcError)(error.type, error.message);
      throw error;
    }
  }

  #json2({ path, headers, json }: Asked): unknown {
    if (headers.authorization !== 'bearer key')
      throw new Refused('odoo.exceptions.AccessDenied', 'Invalid apikey');
    const [, , , model = '', method = ''] = path.split('/');
    const { ids, vals_list, ...rest } = json;
    return this.#execute(
      model,
      method,
      [ids ?? vals_list].filter((one) => one !== undefined),
      rest,
    );
  }

  #rpc({ path, headers, json }: Asked): Said {
    const { params = {} } = json as { params?: Record<string, unknown> };
    const result = (value: unknown, more: Record<string, string> = {}): Said => ({
      status: 200,
      body: { jsonrpc: '2.0', id: null, result: value },
      headers: more,
    });
    if (path === '/jsonrpc') return result(this.#service(params.service as string, params.args as unknown[]));
    if (path === '/web/session/authenticate') {
      if (params.password !== 'key') throw new Refused('odoo.exceptions.AccessDenied', 'Access Denied');
      const session = randomUUID();
      this.#sessions.add(session);
      return result({ uid: 2 }, { 'set-cookie': `session_id=${session}; HttpOnly; Path=/` });
    }
    const session = /session_id=([^;]+)/.exec(headers.cookie ?? '')?.[1] ?? '';
    if (!this.#sessions.has(session))
      throw new Refused('odoo.http.SessionExpiredException', 'Session expired');
    return result(
      this.#execute(
        params.model as string,
        params.method as string,
        params.args as unknown[],
        params.kwargs as Values,
      ),
    );
  }

  #service(service: string, args: unknown[]): unknown {
    const [, user, key, model, method, given, named] = args;
    if (service === 'common') return user === 'cartage' && key === 'key' ? 2 : false;
    if (user !== 2 || key !== 'key') throw new Refused('odoo.exceptions.AccessDenied', 'Access Denied');
    return this.#execute(model as string, method as string, given as unknown[], named as Values);
  }

  #execute(model: string, method: string, args: unknown[], named: Values): unknown {
    if (method === 'search_read')
      return this.#search(
        model,
        (named.domain ?? args[0]) as Domain,
        (named.fields ?? args[1]) as string[],
        named,
      );
    if (method === 'search_count') return this.#companies;
    if (method === 'fields_get') return fieldsOf((args[0] ?? named.allfields) as string[]);
    if (method === 'create') return (args[0] as Values[]).map((values) => this.#create(model, values));
    if (method === 'has_access' || method === 'check_access_rights') return true;
    if (method === 'write') return this.#write(model, args[0] as number[], (args[1] ?? named.vals) as Values);
    const order = this.rows[model]!.find(({ id }) => id === (args[0] as number[])[0])!;
    if (method === 'action_confirm') return this.#confirm(order);
    if (method === 'action_lock') return this.#lock(order);
    return this.#cancel(order, (named.context ?? {}) as Values);
  }

  /** In the order of ids, as `order` asks for. */
  #search(
    model: string,
    domain: Domain,
    fields: string[],
    { offset = 0, limit = Infinity, context = {} }: Slice,
  ): Values[] {
    // What is archived is not there for those who do not ask for it.
    const isShown = (row: Row) => row.active !== false || context.active_test === false;
    return this.rows[model]!.filter((row) => isShown(row) && fits(row, domain))
      .toSorted((left, right) => left.id - right.id)
      .slice(offset, offset + limit)
      .map((row) => Object.fromEntries(['id', ...fields].map((field) => [field, row[field] ?? false])));
  }

  #insert(model: string, values: Values): number {
    const id = (this.#lastId += 1);
    this.rows[model]!.push({ ...values, id });
    return id;
  }

  #create(model: string, values: Values): number {
    if (model === 'res.partner') {
      this.#refuseSecond(model, values);
      // Of a contact it keeps no company, whatever it was told.
      return this.#insert(
        model,
        typeof values.parent_id === 'number' ? { ...values, company_name: false } : values,
      );
    }
    if (model === 'account.move') return this.#credit(values);
    if (model === 'sale.order.line') return this.#addLine(values);
    this.#refuseSecond(model, values);
    const lines = (values.order_line as [number, number, Values][]).map(([, , line]) => line);
    if (lines.some(({ product_id }) => !this.rows['product.product']!.some(({ id }) => id === product_id)))
      throw new Refused('odoo.exceptions.ValidationError', 'Missing required value for the field Product');
    return this.#insert(model, {
      ...values,
      partner_id: this.#shown(values.partner_id),
      // Which it takes from the partner where it is not told.
      partner_invoice_id: this.#shown(values.partner_invoice_id ?? values.partner_id),
      partner_shipping_id: this.#shown(values.partner_shipping_id ?? values.partner_id),
      currency_id: [
        1,
        this.rows['product.pricelist']!.find(({ id }) => id === values.pricelist_id)?.['currency_id.name'] ??
          'USD',
      ],
      lines,
      name: `S${String(this.#lastId + 1).padStart(5, '0')}`,
      state: 'draft',
      amount_total: lines.reduce((total, line) => total + this.#totalOf(line), 0),
    });
  }

  #addLine(line: Values): number {
    const order = this.rows['sale.order']!.find(({ id }) => id === line.order_id)!;
    (order.lines as Values[]).push(line);
    order.amount_total = Number(order.amount_total) + this.#totalOf(line);
    return (this.#lastId += 1);
  }

  /** As a draft. */
  #credit(values: Values): number {
    const { partner_id, currency_id, invoice_line_ids } = values;
    if (!this.rows['res.partner']!.some(({ id }) => id === partner_id) || currency_id !== 1)
      throw new Refused('odoo.exceptions.ValidationError', 'Missing required value for the field Partner');
    this.#refuseSecond('account.move', values);
    const lines = (invoice_line_ids as [number, number, Values][]).map(([, , line]) => line);
    const amount_total = lines.reduce((total, line) => total + Number(line.price_unit), 0);
    return this.#insert('account.move', { ...values, amount_total, state: 'draft' });
  }

  /** What is referred to is shown by id and name, a contact with the name of its partner before its own. */
  #shown(partner: unknown): [unknown, string] {
    const named = (wanted: unknown) => this.rows['res.partner']!.find(({ id }) => id === wanted);
    const [own, parent] = [named(partner), named(named(partner)?.parent_id)];
    return [partner, `${parent ? `${String(parent.name)}, ` : ''}${String(own?.name)}`];
  }

  #write(model: string, ids: readonly number[], values: Values): boolean {
    for (const row of this.rows[model]!.filter(({ id }) => ids.includes(id))) {
      this.#refuseSecond(model, { ...row, ...values }, row.id);
      Object.assign(row, values);
      if (model === 'sale.order')
        for (const field of ['partner_invoice_id', 'partner_shipping_id'])
          if (typeof row[field] === 'number') row[field] = this.#shown(row[field]);
    }
    return true;
  }

  /** By the indexes that the recipes ask for, in PostgreSQL's words. */
  #refuseSecond(model: string, values: Values, ownId?: number): void {
    const others = this.rows[model]!.filter(({ id }) => id !== ownId);
    for (const { name, field, holds } of indexes[model] ?? []) {
      const value = values[field];
      if (typeof value !== 'string' || !holds(values)) continue;
      if (others.some((other) => other[field] === value && holds(other)))
        throw new Refused(
          'odoo.exceptions.ValidationError',
          `The operation cannot be completed: duplicate key value violates unique constraint "${name}"\n` +
            `DETAIL:  Key (${field})=(${value}) already exists.\n`,
        );
    }
  }

  /** A line's tax is rounded by itself. */
  #totalOf({ product_uom_qty, price_unit, tax_id, tax_ids }: Values): number {
    const base = Math.round(Number(product_uom_qty) * Number(price_unit) * 100) / 100;
    const ids = ((tax_id ?? tax_ids) as [number, number, number[]][])[0]![2];
    const percent = this.rows['account.tax']!.filter(({ id }) => ids.includes(id)).reduce(
      (sum, { amount }) => sum + Number(amount),
      0,
    );
    return base + Math.round(base * percent) / 100;
  }

  #confirm(order: Row): unknown {
    if (this.isStuck) return null;
    if (order.state !== 'draft' && order.state !== 'sent')
      throw new Refused(
        'odoo.exceptions.UserError',
        'Some orders are not in a state requiring confirmation.',
      );
    order.state = 'sale';
    // Whatever it was told when the order was made.
    order.date_order = new Date().toISOString().slice(0, 19).replace('T', ' ');
    return true;
  }

  #lock(order: Row): null {
    order.locked = true;
    return null;
  }

  /** Without being told that nobody is there to answer, it asks and does nothing. */
  #cancel(order: Row, context: Values): unknown {
    if (order.locked === true)
      throw new Refused(
        'odoo.exceptions.UserError',
        'You cannot cancel a locked order. Please unlock it first.',
      );
    if (order.state === 'sale' && context.disable_cancel_warning !== true)
      return { type: 'ir.actions.act_window', res_model: 'sale.order.cancel', target: 'new' };
    order.state = 'cancel';
    return true;
  }
}
