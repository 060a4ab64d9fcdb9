import type { Frame, RecipeAnswer, RecipeCall } from '../../platform/config/sections/recipe.ts';
import { Unavailable, foreignText } from '../../platform/errors.ts';
import { evaluate, isExpression } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { textOf } from '../../platform/expressions/template.ts';
import type { HttpAnswer, HttpClient } from '../../platform/http/client.ts';
import { answerOf, judge } from './answer.ts';
import type { Answer, Verdict } from './answer.ts';
import type { Effect } from './faults.ts';
import { requestOf } from './request.ts';
import type { Asked, Request } from './request.ts';

/** One thing to be asked of the ERP. */
export interface Call {
  asked: Asked & Partial<Pick<RecipeCall, 'answers' | 'deadlineMs'>>;
  /** Its path in the recipe: `orders.create`. */
  place: string;
  effect: Effect;
  variables: Variables;
  /** Instead of the path of `asked`: the next page. */
  path?: string;
}

/** Words of the ERP are cut there. */
const wordsMax = 500;

/** Sends single requests of a recipe and says what their answers mean; acts on none. */
export class Wire {
  readonly recipe: Frame;
  /** Where the frame stands in the configuration. */
  readonly root: string;
  readonly #secrets: () => Frame['secrets'];

  /** @param secrets as they are now: they may change while the process runs */
  constructor(recipe: Frame, secrets: () => Frame['secrets'], root = 'erp.recipe') {
    this.recipe = recipe;
    this.root = root;
    this.#secrets = secrets;
  }

  /** Of a place that is named from the root of a recipe; one that is none stands elsewhere, and is named in full. */
  pathOf(place: string): string {
    return place.startsWith('erp.') ? place : `${this.root}.${place}`;
  }

  /** What every expression sees, besides what its place knows. */
  scope(variables: Variables, session?: unknown): Variables {
    return { ...variables, settings: this.recipe.settings, secrets: this.#secrets(), session };
  }

  request(asked: Asked, variables: Variables, place: string, address = this.recipe.url): Promise<Request> {
    const frame = { request: this.recipe.request, address, root: this.root };
    return requestOf(asked, frame, variables, this.pathOf(place));
  }

  /** @throws Unavailable when no answer came */
  async ask(http: HttpClient, call: Call, request: Request): Promise<{ answer: Answer; verdict: Verdict }> {
    const { asked, place, variables } = call;
    const answer = await answerOf(await exchange(http, call, request), this.recipe.request.result, {
      variables,
      root: this.root,
    });
    const rules = [...(asked.answers ?? []), ...this.recipe.answers];
    return { answer, verdict: await judge(answer, rules, variables, this.pathOf(place)) };
  }

  /** What a rule says of an answer, in words that may be passed on. */
  async wordsOf(
    rule: RecipeAnswer | undefined,
    answer: Answer,
    variables: Variables,
  ): Promise<string | undefined> {
    if (rule?.text === undefined || !isExpression(rule.text)) return rule?.text;
    const said = await evaluate(rule.text, answer, variables, `${this.root}.answers.text`);
    return said === undefined ? undefined : foreignText(textOf(said).slice(0, wordsMax));
  }
}

async function exchange(
  http: HttpClient,
  { place, effect, asked }: Call,
  request: Request,
): Promise<HttpAnswer> {
  const { deadlineMs } = asked;
  try {
    return await http.request({ ...request, route: place, ...(deadlineMs !== undefined && { deadlineMs }) });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    // The method says little: there are look-ups by POST, and buttons that are pressed by GET.
    const { fault, cause, perhapsRecord: wasWritten } = error;
    const outcome = effect === 'writes' && wasWritten ? 'unknown' : 'none';
    throw new Unavailable(fault, { cause, perhapsRecord: wasWritten, outcome });
  }
}
