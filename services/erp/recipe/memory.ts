import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Answer } from './answer.ts';
import type { Asker, ShowingAsker } from './caller.ts';

/** At most so many answers, and none that is longer: 32 MB. */
const answersMax = 2_000;
const answerCharactersMax = 16_384;

/** Who asks, and whether an answer was one of before. */
export interface RememberingAsker extends Asker {
  hasRemembered: boolean;
}

/**
 * Answers of a while ago: constants and master data. Whole answers, because what is taken from one may depend on the order
 * at hand. That something is not in one proves nothing: it is to be asked again.
 */
export class Memory {
  readonly #caller: ShowingAsker;
  readonly #clock: Clock;
  readonly #answers = new BoundedMap<string, { answer: Answer; atMs: number }>(answersMax);

  constructor(caller: ShowingAsker, clock: Clock) {
    this.#caller = caller;
    this.#clock = clock;
  }

  /** Believes what is no older. */
  asker(maxAgeMs: number): RememberingAsker {
    const asker: RememberingAsker = {
      address: this.#caller.address,
      pathOf: (place) => this.#caller.pathOf(place),
      hasRemembered: false,
      call: async (call) => {
        // The secrets in it are masked, and the same in all.
        const { path, body = '' } = await this.#caller.preview(call);
        const question = `${call.place} ${call.path ?? path} ${body}`;
        const known = this.#answers.get(question);
        if (known !== undefined && this.#clock.now() - known.atMs < maxAgeMs) {
          asker.hasRemembered = true;
          return known.answer;
        }
        const answer = await this.#caller.call(call);
        if (answer !== null && answer.text.length <= answerCharactersMax)
          this.#answers.set(question, { answer, atMs: this.#clock.now() });
        return answer;
      },
    };
    return asker;
  }

  /** After a refusal: what was remembered may be what was refused. */
  forget(): void {
    this.#answers.clear();
  }
}
