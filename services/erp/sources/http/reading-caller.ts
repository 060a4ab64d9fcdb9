import type { Clock } from '../../../platform/clock.ts';
import { Rejected } from '../../../platform/errors.ts';
import type { Variables } from '../../../platform/expressions/expression.ts';
import type { Answer } from '../../recipe/answer.ts';
import type { Asker, Caller } from '../../recipe/caller.ts';
import { Restart, restartsInVain } from '../../recipe/faults.ts';
import type { Call } from '../../recipe/wire.ts';

/** How often a call is made again when the ERP asks for that; each pause is twice the one before. */
const againMax = 5;
const pauseMs = 50;

/** Asks, and writes nothing: there is no run to begin anew, so a call that is to be made again is. */
export class ReadingCaller implements Asker {
  readonly #caller: Caller;
  readonly #clock: Clock;

  constructor(caller: Caller, clock: Clock) {
    this.#caller = caller;
    this.#clock = clock;
  }

  get address(): string {
    return this.#caller.address;
  }

  pathOf(place: string): string {
    return this.#caller.pathOf(place);
  }

  open(): Promise<void> {
    return this.#caller.open();
  }

  scope(variables: Variables): Record<string, unknown> {
    return { ...this.#caller.scope(variables) };
  }

  async call(call: Call): Promise<Answer | null> {
    for (let times = 0; ; times += 1)
      try {
        return await this.#caller.call(call);
      } catch (error) {
        if (error instanceof Rejected) throw notRead(error, call.place);
        if (!(error instanceof Restart)) throw error;
        if (times === againMax) throw restartsInVain(new Restart('again', error.place), times);
        await this.#clock.wait(pauseMs * 2 ** times);
      }
  }
}

/** What the engine says of an order is said of what is read. */
function notRead({ fault, cause }: Rejected, place: string): Rejected {
  if (fault.code !== 'order.erp_refused') return new Rejected(fault, { cause });
  return new Rejected(
    {
      ...fault,
      code: 'erp.query',
      fix: `Correct ${place} in the configuration, or what it asks for in the ERP; an answer that means "none" needs a rule that says so (is: empty)`,
    },
    { cause },
  );
}
