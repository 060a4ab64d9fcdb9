/**
 * A stand-in for the ERP of the guide to recipes, which is made up: Kontor, with the habits that the guide tells of. Errors
 * come with status 200, nothing with 404, done already with 304, and a button answers in plain text.
 */
import { StandIn } from './stand-in.ts';
import type { Asked, Said } from './stand-in.ts';

interface Sale {
  number: string;
  external: string;
  status: 'draft' | 'booked' | 'void';
  gross: string;
  partner: string;
  /** `net` of all pieces. */
  lines: { sku: string; pieces: number; net: string }[];
  freight: string;
}

export interface Partner {
  code: string;
  ref: string | null;
  account: string | null;
  name: string | null;
  mail: string | null;
  forgotten: boolean;
  /** Cities by the number of the place. */
  places: Map<number, string>;
}

const refusal = (error: string, message: string): Said => ({ status: 200, body: { error, message } });
export const locked = refusal('LOCKED', 'Somebody else is writing');
export const blocked = refusal('BLOCKED', 'The partner is blocked');

export class KontorErp {
  readonly standIn = new StandIn((asked) =>
    asked.headers['x-api-key'] === 'key' ? this.#handle(asked) : { status: 403 },
  );
  readonly sales: Sale[] = [];
  readonly partners: Partner[] = [];
  readonly #articles: ReadonlySet<string>;

  constructor(skus: readonly string[]) {
    this.#articles = new Set(skus);
  }

  #handle({ method, path, query, json }: Asked): Said {
    const [, , set, id = '', button, place] = path.split('/');
    if (set === 'articles')
      return this.#articles.has(id) ? { status: 200, body: { sku: id } } : { status: 404 };
    if (set === 'partners' && id === '')
      return method === 'POST' ? this.#addPartner(json) : this.#partner(query);
    if (set === 'partners') return this.#writePartner(method, id, [button, place], json);
    const sale = this.sales.find(({ number }) => number === id)!;
    if (button === 'lines') return this.#change(sale, json as unknown as Pick<Sale, 'lines'>);
    if (button !== undefined) return this.#press(button, sale);
    return method === 'POST' ? this.#sell(json as unknown as Sale) : this.#list(query);
  }

  #partner(query: URLSearchParams): Said {
    const [[field, value]] = [...query] as [['ref' | 'account', string]];
    const partner = this.partners.find((one) => one[field] === value);
    if (partner === undefined) return { status: 404 };
    const { code, ref, account, forgotten, places } = partner;
    return { status: 200, body: { code, ref, account, forgotten, places: [...places.keys()] } };
  }

  #addPartner(given: Record<string, unknown>): Said {
    const code = `P-${this.partners.length + 1}`;
    const partner: Partner = {
      code,
      ref: null,
      account: null,
      name: null,
      mail: null,
      forgotten: false,
      places: new Map(),
      ...given,
    };
    if (this.#isSecond(partner)) return refusal('DUPLICATE', 'There is such a partner');
    this.partners.push(partner);
    return { status: 200, body: { code } };
  }

  #isSecond({ code, ref, account }: Partner): boolean {
    return this.partners.some(
      (other) =>
        other.code !== code &&
        ((ref !== null && other.ref === ref) || (account !== null && other.account === account)),
    );
  }

  #writePartner(
    method: string,
    code: string,
    [part, place]: (string | undefined)[],
    given: Record<string, unknown>,
  ): Said {
    const partner = this.partners.find((one) => one.code === code)!;
    if (part === 'forget') {
      Object.assign(partner, { ref: null, name: null, mail: null, forgotten: true });
      partner.places.clear();
    } else if (part === 'places' && method === 'DELETE') partner.places.delete(Number(place));
    else if (part === 'places') partner.places.set(Number(place), String(given.city));
    else if (this.#isSecond({ ...partner, ...given })) return refusal('DUPLICATE', 'There is such a partner');
    else Object.assign(partner, given);
    return { status: 200, body: 'OK' };
  }

  /** One sale a page. */
  #list(query: URLSearchParams): Said {
    const found = this.sales.filter(({ external }) => external === query.get('external'));
    const page = Number(query.get('page') ?? 1);
    return { status: 200, body: { sales: found.slice(page - 1, page), pages: found.length } };
  }

  #sell(given: Sale): Said {
    const { external, lines } = given;
    if (this.sales.some((sale) => sale.external === external))
      return refusal('DUPLICATE', 'There is such a sale');
    const unknown = lines.find(({ sku }) => !this.#articles.has(sku));
    if (unknown !== undefined) return refusal('ARTICLE', `No article ${unknown.sku}`);
    const number = `S-${1_001 + this.sales.length}`;
    this.sales.push({ ...given, number, status: 'draft', gross: grossOf(given) });
    return { status: 201 };
  }

  #change(sale: Sale, { lines }: Pick<Sale, 'lines'>): Said {
    Object.assign(sale, { lines, gross: grossOf({ ...sale, lines }) });
    return { status: 200, body: 'OK' };
  }

  #press(button: string, sale: Sale): Said {
    const to = button === 'book' ? 'booked' : 'void';
    if (sale.status === to) return { status: 304 };
    if (sale.status === 'void') return refusal('VOID', 'A void sale stays void');
    sale.status = to;
    return { status: 200, body: 'OK' };
  }
}

/** It computes the tax itself, line by line. */
function grossOf({ lines, freight }: Pick<Sale, 'lines' | 'freight'>): string {
  const cents = (amount: string) => Math.round(Number(amount) * 100);
  const gross = lines.reduce(
    (sum, { net }) => sum + cents(net) + Math.round(cents(net) * 0.0825),
    cents(freight),
  );
  return (gross / 100).toFixed(2);
}
