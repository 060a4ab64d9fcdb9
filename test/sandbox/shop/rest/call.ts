import type { Json, JsonObject } from './json.ts';
import type { Shop } from '../shop.ts';

/** One REST call after routing, signing and decoding. */
export interface Call {
  shop: Shop;
  params: Readonly<Record<string, string>>;
  query: JsonObject;
  body: JsonObject;
  /** Store view of the path: 0 for `/rest/all`, 1 (the default view) without a code. */
  storeId: number;
  /** `all`, the code in the path, or null when the path has none. */
  storeCode: string | null;
  /** Adds a line to the journal of writes; the status is added when the call is done. */
  note(resource: string, key: string, detail?: JsonObject): void;
}

/** An answer that is no JSON. */
export class RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  constructor(status: number, contentType: string, text: string) {
    this.status = status;
    this.contentType = contentType;
    this.text = text;
  }
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/V1/orders/:id`; a parameter is one decoded path segment. */
  path: string;
  /** ACL resource, or `anonymous`. */
  resource: string;
  handle(call: Call): Json | RawAnswer;
}
