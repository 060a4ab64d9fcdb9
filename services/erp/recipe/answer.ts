/** What an answer of an ERP means: the rules of the recipe in their order, then its status. */
import type { RecipeAnswer } from '../../platform/config/sections/recipe.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import type { HttpAnswer } from '../../platform/http/client.ts';

/** As expressions see it. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** The body as it came. */
  text: string;
  /** The body as JSON; undefined where it is none. */
  body: unknown;
  /** What the frame takes for the result: in JSON-RPC a member of the body, else all of it. */
  result: unknown;
}

export interface Verdict {
  is: RecipeAnswer['is'];
  /** Undefined when the status decides. */
  rule?: RecipeAnswer;
}

export async function answerOf(
  { status, headers, body: text }: HttpAnswer,
  result: string,
  { variables, root }: { variables: Variables; root: string },
): Promise<Answer> {
  const answer: Answer = { status, headers, text, body: parsed(text), result: undefined };
  answer.result = await evaluate(result, answer, variables, `${root}.request.result`);
  return answer;
}

export async function judge(
  answer: Answer,
  rules: readonly RecipeAnswer[],
  variables: Variables,
  place: string,
): Promise<Verdict> {
  for (const rule of rules)
    if (isTrue(await evaluate(rule.when, answer, variables, `${place}.answers`)))
      return { is: rule.is, rule };
  return { is: byStatus(answer) };
}

function byStatus({ status, text, body }: Answer): Verdict['is'] {
  // A page of a proxy, or an answer that was cut, instead of what the ERP said.
  const isBroken = body === undefined && text.trim() !== '';
  if (status >= 200 && status < 300) return isBroken ? 'wait' : 'ok';
  if (status === 401) return 'session';
  // A redirection leads to a page for people, most often a log-in.
  return status >= 500 || status < 400 || status === 408 || status === 429 ? 'wait' : 'rejected';
}

/** As JSONata casts to a boolean, except that no expression is needed for it. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isTrue);
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0;
  return Boolean(value);
}

type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** Whole numbers beyond what a float holds exactly (ids of some ERPs) stay as their text. */
function parsed(text: string): unknown {
  try {
    return parseWithSource(text, (_name, value, { source }) =>
      Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value,
    );
  } catch {
    return undefined;
  }
}
