import type { Fault } from '../../../platform/errors.ts';
import { ChangesLost } from '../change-source.ts';

/** Looks in a row that find another server, and no other: one that follows upon the first has taken its place. */
const anotherLooks = 3;
/** Where several were found in turn, the same in so many looks is the only one that is left. */
const settledLooks = 30;

/**
 * Whether an address leads to the one server whose log is read, by the id that each look finds there. A proxy or a cluster
 * leads each connection elsewhere: to ask all anew for each of them would never end.
 */
export class OneServer {
  readonly #own: string;
  #last: string;
  #inARow = 0;
  #isSeveral = false;

  constructor(own: string) {
    [this.#own, this.#last] = [own, own];
  }

  get isSeveral(): boolean {
    return this.#isSeveral;
  }

  /** @throws ChangesLost it leads to another one for good. */
  saw(id: string): void {
    if (id !== this.#last && this.#last !== this.#own) this.#isSeveral = true;
    this.#inARow = id === this.#last ? this.#inARow + 1 : 1;
    this.#last = id;
    if (this.#inARow < (this.#isSeveral ? settledLooks : anotherLooks)) return;
    if (id !== this.#own) throw isAnother();
    this.#isSeveral = false;
  }
}

export const severalServers: Fault = {
  code: 'erp.proof',
  what: 'erp.connection.url leads to several database servers in turn',
  why: 'erp.source.proof is `position`, and a place in the log of one says nothing of what another one shows',
  fix: 'Give the address of the one server whose log Debezium reads, or leave erp.source.proof out: each change is asked for twice then',
};

/** Its answers are of another history, and its log has other places. */
function isAnother(): ChangesLost {
  return new ChangesLost({
    code: 'erp.other_database',
    what: 'erp.connection.url leads to another database server than before',
    why: 'what it has need not be what was published, and it knows no place of the log of the other one',
    fix: 'Nothing to do: everything is asked again',
  });
}
