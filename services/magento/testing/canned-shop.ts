import type { HttpAnswer, HttpCall, HttpClient } from '../../platform/http/client.ts';
import { CredentialSets } from '../rest/credentials.ts';
import { createRest } from '../rest/rest.ts';
import type { Rest } from '../rest/rest.ts';

/** For unit tests: a shop that gives prepared answers in turn and keeps what it was asked. */
export interface CannedShop {
  rest: Rest;
  calls: HttpCall[];
  /** The query of a call, decoded, as one object. */
  query(index: number): Record<string, string>;
  /** The JSON body of a call. */
  body(index: number): unknown;
}

export const anyCredentials = {
  consumerKey: 'k',
  consumerSecret: 's',
  accessToken: 't',
  accessTokenSecret: 'u',
};

export function answer(status: number, body: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status, body, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } };
}

export function cannedShop(...answers: HttpAnswer[]): CannedShop {
  const calls: HttpCall[] = [];
  const http: HttpClient = {
    request(call) {
      calls.push(call);
      const next = answers.shift();
      return next ? Promise.resolve(next) : Promise.reject(new Error(`no answer left for ${call.path}`));
    },
    close: () => Promise.resolve(),
  };
  const rest = createRest({
    http,
    baseUrl: 'http://127.0.0.1/',
    sign: (_credentials, method, url) => `signed ${method} ${url}`,
    credentials: new CredentialSets(() => [anyCredentials]),
    now: () => 0,
  });
  return {
    rest,
    calls,
    query: (index) => Object.fromEntries(new URL(calls[index]!.path, 'http://x').searchParams),
    body: (index) => JSON.parse(calls[index]!.body!) as unknown,
  };
}
