import { splitKey } from '../../schemas/keys.ts';
import { keyOfSource } from '../erp/sources/keys.ts';
import { mayBeOfData } from '../erp/sources/questions.ts';
import type { RecordKey } from '../erp/sources/questions.ts';
import type { Fault } from '../platform/errors.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { PublishedIndex } from './published-index.ts';
import type { Stream } from './stream.ts';

/** A record, by its name within the topic, and the key of the stream that gives it. */
export interface Claim {
  key: string;
  /** The same as it stands on the topic. */
  sourceKey: string;
  identity: string;
}

/**
 * `publish` it; `twice`: another key gives it as well, and keeps it; else the key that had it last, which is to be asked
 * together with this one: only one answer for both tells whether it has moved.
 */
export type Verdict = 'publish' | 'twice' | { contestedWith: string };

/** The keys that an answer is about. */
type Asked = Pick<ReadonlySet<string>, 'has'>;

/**
 * Which key of a stream a record belongs to. SKUs are not unique in many ERPs: two products then give one record, and each
 * would overwrite the other's for ever, or take it away when it leaves.
 */
export class Claims {
  readonly #stream: Stream;
  readonly #index: PublishedIndex;
  readonly #log: Pick<Log, 'warn'>;

  constructor(stream: Stream, index: PublishedIndex, log: Pick<Log, 'warn'>) {
    this.#stream = stream;
    this.#index = index;
    this.#log = log;
  }

  /** In the order of the claims of one answer. */
  judge(claims: readonly Claim[], asked: Asked): Verdict[] {
    const claimants = new Map<string, string | string[]>();
    for (const { key, identity } of claims) {
      const keys = claimants.get(identity);
      if (keys === undefined) claimants.set(identity, key);
      else if (typeof keys !== 'string') keys.push(key);
      else if (keys !== key) claimants.set(identity, [keys, key]);
    }
    return claims.map(({ key, sourceKey, identity }) => {
      const keys = claimants.get(identity)!;
      if (typeof keys !== 'string') return this.#winnerOf(identity, keys) === key ? 'publish' : 'twice';
      const owner = this.#otherOwner(identity, sourceKey);
      if (owner === null || asked.has(owner)) return 'publish';
      return { contestedWith: owner };
    });
  }

  /** Keys beside those asked that give records which the asked ones no longer have, by the name of the record. */
  async otherClaimants(gone: readonly Claim[], asked: Asked): Promise<Map<string, string[]>> {
    const others = new Map<string, string[]>();
    if (gone.length === 0) return others;
    const found = await this.#find(gone);
    if (found.every((key) => asked.has(key))) return others;
    for (const claim of gone) {
      const keys = (await this.#find([claim])).filter((key) => !asked.has(key));
      if (keys.length > 0) others.set(claim.identity, keys);
    }
    return others;
  }

  fault(identity: string, key: string): Fault {
    const { name, topic } = this.#stream;
    const [record] = identity.split('\n');
    return {
      code: 'erp.claimed_twice',
      what: `The key ${key} of the stream ${name} gives the record ${record} of ${topic}, which another key gives as well`,
      why: 'the record stays that of the key that had it first',
      fix: 'Correct the ERP, or the query, so that one of them gives it',
    };
  }

  /** The key of whoever has the record now, where that is another one. */
  #otherOwner(identity: string, sourceKey: string): string | null {
    const owner = this.#index.otherOwner(identity, sourceKey);
    return owner === null ? null : keyOfSource(owner);
  }

  #winnerOf(identity: string, keys: string[]): string {
    const owner = this.#index.liveOwner(identity);
    const known = owner === null ? undefined : keys.find((key) => key === keyOfSource(owner));
    return known ?? keys.toSorted()[0]!;
  }

  async #find(claims: readonly Claim[]): Promise<string[]> {
    const { questions, name } = this.#stream;
    try {
      return await questions.find(
        claims.map(({ identity }) => this.#recordKey(identity)).filter((record) => record !== null),
      );
    } catch (error) {
      if (!mayBeOfData(error)) throw error;
      this.#log.warn({ flow: name, ...error.fault }, 'whether another key has what is gone cannot be asked');
      return [];
    }
  }

  #recordKey(identity: string): RecordKey | null {
    const names = this.#stream.shape.keyParts;
    const parts = splitKey(identity, names.length);
    return parts === null ? null : Object.fromEntries(names.map((name, index) => [name, parts[index]!]));
  }
}
