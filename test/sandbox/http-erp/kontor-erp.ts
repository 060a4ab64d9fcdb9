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
  lines: [sku: string, pieces: number, net: string][];
}

const refusal = (error: string, message: string): Said => ({ status: 200, body: { error, message } });
export const locked = refusal('LOCKED', 'Somebody else is writing');
export const blocked = refusal('BLOCKED', 'The partner is blocked');

export class KontorErp {
  readonly standIn = new StandIn((asked) =>
    asked.headers['x-api-key'] === 'key' ? this.#handle(asked) : { status: 403 },
  );
  readonly sales: Sale[] = [];
  readonly partners: { code: string; ref: string }[] = [];
  readonly #articles: ReadonlySet<string>;

  constructor(skus: readonly string[]) {
    this.#articles = new Set(skus);
  }

  #handle({ method, path, query, json }: Asked): Said {
    const [, , set, id = '', button] = path.split('/');
    if (set === 'articles')
      return this.#articles.has(id) ? { status: 200, body: { sku: id } } : { status: 404 };
    if (set === 'partners')
      return method === 'POST' ? this.#addPartner(json) : this.#partner(query.get('ref'));
    if (button !== undefined)
      return this.#press(
        button,
        this.sales.find(({ number }) => number === id)!,
      );
    return method === 'POST'
      ? this.#sell(json as unknown as Omit<Sale, 'number'> & { freight: string })
      : this.#list(query);
  }

  #partner(ref: string | null): Said {
    const partner = this.partners.find((one) => one.ref === ref);
    return partner === undefined ? { status: 404 } : { status: 200, body: partner };
  }

  #addPartner({ ref }: Record<string, unknown>): Said {
    const partner = { code: `P-${this.partners.length + 1}`, ref: String(ref) };
    this.partners.push(partner);
    return { status: 200, body: partner };
  }

  /** One sale a page. */
  #list(query: URLSearchParams): Said {
    const found = this.sales.filter(({ external }) => external === query.get('external'));
    const page = Number(query.get('page') ?? 1);
    return { status: 200, body: { sales: found.slice(page - 1, page), pages: found.length } };
  }

  /** It computes the tax itself, line by line. */
  #sell({ external, lines, freight }: Omit<Sale, 'number'> & { freight: string }): Said {
    if (this.sales.some((sale) => sale.external === external))
      return refusal('DUPLICATE', 'There is such a sale');
    const unknown = lines.find(([sku]) => !this.#articles.has(sku));
    if (unknown !== undefined) return refusal('ARTICLE', `No article ${unknown[0]}`);
    const cents = (amount: number) => Math.round(amount * 100);
    const gross = lines.reduce(
      (sum, [, pieces, net]) => {
        const base = cents(pieces * Number(net));
        return sum + base + Math.round(base * 0.0825);
      },
      cents(Number(freight)),
    );
    const number = `S-${1_001 + this.sales.length}`;
    this.sales.push({ number, external, lines, status: 'draft', gross: (gross / 100).toFixed(2) });
    return { status: 201 };
  }

  #press(button: string, sale: Sale): Said {
    const to = button === 'book' ? 'booked' : 'void';
    if (sale.status === to) return { status: 304 };
    if (sale.status === 'void') return refusal('VOID', 'A void sale stays void');
    sale.status = to;
    return { status: 200, body: 'OK' };
  }
}
