import type { Clock } from '../../platform/clock.ts';
import type { RecipeAnswer } from '../../platform/config/sections/recipe.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import type { Variables } from '../../platform/expressions/expression.ts';
import { render, textOf } from '../../platform/expressions/template.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import type { Answer } from './answer.ts';
import { Restart, refused, sessionFault, waitFault } from './faults.ts';
import { logIn } from './log-in.ts';
import { headerTexts } from './request.ts';
import type { Request } from './request.ts';
import { Session } from './session.ts';
import type { Wire } from './wire.ts';
import type { Call } from './wire.ts';

export interface CallerOptions {
  wire: Wire;
  http: HttpClient;
  /** Of the host that gives sessions. */
  logInHttp: HttpClient;
  clock: Clock;
}

/** Who can be asked. */
export interface Asker {
  /** Where: what a next page is resolved against. */
  readonly address: string;
  /** Of a place in the configuration, in full. */
  pathOf(place: string): string;
  /**
   * @returns the answer, or null where it means that there is nothing
   * @throws Restart; Rejected; Unavailable, of unknown outcome only where the call writes
   */
  call(call: Call): Promise<Answer | null>;
}

export interface ShowingAsker extends Asker {
  /** What would write is shown, and not called: it answers nothing. */
  readonly isDry: boolean;
  /** The request as it would go out, with what is secret masked. */
  preview(call: Omit<Call, 'effect'>): Promise<Request>;
}

/** Warnings that one call may bring one after the other. */
const confirmationsMax = 3;

/** Makes the calls of a recipe in its session, and turns what answers mean into what the run goes by. */
export class Caller implements ShowingAsker {
  readonly isDry = false;
  readonly #wire: Wire;
  readonly #http: HttpClient;
  readonly #session: Session;

  constructor({ wire, http, logInHttp, clock }: CallerOptions) {
    this.#wire = wire;
    this.#http = http;
    this.#session = new Session(() => logIn(wire, logInHttp, clock.now()), clock);
  }

  async call(call: Call): Promise<Answer | null> {
    const { place, effect } = call;
    let [isReopened, confirmations] = [false, 0];
    for (;;) {
      const session = await this.#session.current();
      const variables = this.#wire.scope(call.variables, session.value);
      const { answer, verdict } = await this.#ask({ ...call, variables });
      const { is, rule } = verdict;
      if (is === 'ok') return answer;
      if (is === 'empty') return null;
      if (is === 'exists' || is === 'again') throw new Restart(is, place);
      if (is === 'wait') throw waitFault(answer, place, effect);
      if (is === 'session') {
        if (isReopened) throw this.#session.refused(sessionFault(answer, place));
        isReopened = true;
        this.#session.end(session);
      } else if (
        is === 'confirm' &&
        confirmations < confirmationsMax &&
        (await mayConfirm(rule!, answer, variables, this.#wire.pathOf('answers.warning')))
      ) {
        confirmations += 1;
        await this.call({
          asked: rule!.by!,
          place: `${place}.by`,
          effect: 'writes',
          variables: { ...variables, answer },
        });
      } else throw refused(answer, place, await this.#wire.wordsOf(rule, answer, variables));
    }
  }

  get address(): string {
    return this.#wire.recipe.url;
  }

  pathOf(place: string): string {
    return this.#wire.pathOf(place);
  }

  /** Logs in, where that is needed. */
  async open(): Promise<void> {
    await this.#session.current();
  }

  /** What expressions see outside of calls. */
  scope(variables: Variables): Variables {
    return this.#wire.scope(variables);
  }

  async preview({ asked, place, variables }: Omit<Call, 'effect'>): Promise<Request> {
    const { settings, secrets, session } = this.#wire.recipe;
    const { value } = await this.#session.current();
    const own = { ...variables, settings, secrets: masked(secrets), session: masked(value) };
    const request = await this.#wire.request(asked, own, place);
    const hidden = Object.keys(session.headers).map((name) => [name.toLowerCase(), '***']);
    return { ...request, headers: { ...request.headers, ...Object.fromEntries(hidden) } };
  }

  async #ask(call: Call) {
    const { asked, place, variables, path } = call;
    const request = await this.#wire.request(asked, variables, place);
    const { headers } = this.#wire.recipe.session;
    const ofSession = await render(headers, undefined, variables, this.#wire.pathOf('session.headers'));
    return this.#wire.ask(this.#http, call, {
      ...request,
      headers: { ...request.headers, ...headerTexts(ofSession as Record<string, unknown>) },
      ...(path !== undefined && { path }),
    });
  }
}

/** Only warnings that the recipe names: what nobody has thought of is no yes. */
async function mayConfirm(
  { warning, allowed, by }: RecipeAnswer,
  answer: Answer,
  variables: Variables,
  path: string,
): Promise<boolean> {
  if (warning === undefined || by === undefined) return false;
  const name = await evaluate(warning, answer, variables, path);
  return name !== undefined && allowed.includes(textOf(name));
}

function masked(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(masked);
  if (tree === null || typeof tree !== 'object') return '***';
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, masked(value)]));
}
