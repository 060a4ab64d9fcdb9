/** What goes out for one call of a recipe: its own fields in the frame that all requests share. */
import type { Frame, RecipeCall } from '../../platform/config/sections/recipe.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { formText, render, renderPath, textOf } from '../../platform/expressions/template.ts';

/** What is asked, without what becomes of the answer. */
export type Asked = Pick<RecipeCall, 'send' | 'query' | 'headers' | 'body' | 'form' | 'call'>;

export interface Request {
  method: string;
  /** As it goes on the wire, the path of the ERP's address included. */
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/**
 * @param frame with the address of the ERP, whose path goes before that of the call, and where it stands
 * @param place path of the call in the configuration
 */
export async function requestOf(
  asked: Asked,
  { request: frame, address, root }: { request: Frame['request']; address: string; root: string },
  given: Variables,
  place: string,
): Promise<Request> {
  const { send = frame.send!, form, call } = asked;
  const own = call !== undefined && { call: await render(call, undefined, given, `${place}.call`) };
  const variables = { ...given, ...own };
  const split = send.indexOf(' ');
  const path = await renderPath(send.slice(split + 1), variables, `${place}.send`);
  const query = await fields({ ...frame.query, ...asked.query }, variables, `${place}.query`);
  const headers = await fields({ ...frame.headers, ...asked.headers }, variables, `${place}.headers`);
  const tree = own ? frame.body : asked.body;
  const json = await render(tree, undefined, variables, own ? `${root}.request.body` : `${place}.body`);
  const text = form ? formText(await fields(form, variables, `${place}.form`)) : JSON.stringify(json);
  return {
    method: send.slice(0, split),
    path: withQuery(`${new URL(address).pathname.replace(/\/+$/, '')}${path}`, formText(query)),
    headers: {
      accept: 'application/json',
      ...(text !== undefined && { 'content-type': form ? formType : 'application/json' }),
      ...headerTexts(headers),
    },
    ...(text !== undefined && { body: text }),
  };
}

const formType = 'application/x-www-form-urlencoded';

const fields = async (templates: Readonly<Record<string, unknown>>, variables: Variables, place: string) =>
  (await render(templates, undefined, variables, place)) as Record<string, unknown>;

/** In lower case: HTTP knows one name for both, and a call's own replaces the default. */
export function headerTexts(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name.toLowerCase(), textOf(value)]),
  );
}

function withQuery(path: string, query: string): string {
  if (query === '') return path;
  return `${path}${path.includes('?') ? '&' : '?'}${query}`;
}
