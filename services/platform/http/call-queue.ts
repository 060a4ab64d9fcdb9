import type { CallLimit } from './call-limit.ts';
import { beginsToWait } from './turn-wait.ts';

/** What a call tells of itself while it runs. */
interface Running {
  /** Its first bytes may have reached the other side. */
  written: boolean;
}

/** Calls that wait for their turn, in the order in which they came, while as many are under way as the limit allows. */
export class CallQueue {
  readonly #limit: CallLimit;
  /** Milliseconds that never go back. */
  readonly #now: () => number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(limit: CallLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** @throws the signal's reason when it is aborted before the call's turn. */
  async run<Answer extends { status: number }>(
    running: Running,
    call: () => Promise<Answer>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const cameAt = this.#now();
    const turnCame = beginsToWait();
    await this.#turn(signal);
    const beganAt = this.#now();
    turnCame(beganAt - cameAt);
    let status = 0;
    try {
      const answer = await call();
      status = answer.status;
      return answer;
    } finally {
      this.#limit.ended({ status, written: running.written, beganAt, endedAt: this.#now() });
      this.#underWay -= 1;
      this.#admit();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    signal.addEventListener('abort', () => {
      if (this.#waiting.delete(resolve)) reject(signal.reason as Error);
    });
    this.#admit();
    return promise;
  }

  #admit(): void {
    for (const begin of this.#waiting) {
      if (this.#underWay >= this.#limit.current) return;
      this.#waiting.delete(begin);
      this.#underWay += 1;
      begin();
    }
  }
}
