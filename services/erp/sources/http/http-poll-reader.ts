import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../platform/canonical-json.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { HttpList } from '../../../platform/config/sections/erp-source.ts';
import { Rejected } from '../../../platform/errors.ts';
import { evaluate } from '../../../platform/expressions/expression.ts';
import { pagesOf } from '../../recipe/pages.ts';
import { listOf } from '../../recipe/records.ts';
import type { PollReader } from '../polling/poll-reader.ts';
import { textOf } from '../polling/poll-window.ts';
import type { PolledRow } from '../polling/poll-window.ts';
import { versionOf } from '../polling/versions.ts';
import type { RowVersion } from '../polling/versions.ts';
import type { ReadingCaller } from './reading-caller.ts';

export interface HttpPollReaderOptions {
  caller: ReadingCaller;
  lists: Readonly<Record<string, HttpList>>;
  clock: Clock;
}

/** A list that never ends is a filter that is not heeded. */
export const pagesMax = 100_000;

/** Lists of an HTTP API, asked for what has changed. An answer must be as new as what the list has shown. */
export class HttpPollReader implements PollReader {
  readonly #options: HttpPollReaderOptions;

  constructor(options: HttpPollReaderOptions) {
    this.#options = options;
  }

  identify(): Promise<string> {
    return Promise.resolve(this.#options.caller.address);
  }

  now(): Promise<number> {
    return Promise.resolve(this.#options.clock.now());
  }

  shape(table: string): Promise<string> {
    const text = canonicalJson(this.#options.lists[table]);
    return Promise.resolve(createHash('sha1').update(text).digest('base64'));
  }

  /** Times go on from now, less the overlap; of numbers nobody can say which is the newest. */
  newest(table: string): Promise<RowVersion | undefined> {
    const { lists, clock } = this.#options;
    const isTime = lists[table]!.versions === 'times';
    return Promise.resolve(isTime ? new Date(clock.now()).toISOString() : undefined);
  }

  async *pages(table: string, from: RowVersion | null): AsyncGenerator<PolledRow[], void, void> {
    const { caller, lists } = this.#options;
    const list = lists[table]!;
    const place = placeOf(table);
    const variables = caller.scope({ since: from });
    for await (const answer of pagesOf(caller, list, place, variables, pagesMax)) {
      const taken = await evaluate(list.take ?? '=result', answer, variables, `${place}.take`);
      yield await Promise.all(listOf(taken).map((item) => this.#rowOf(table, item, variables)));
    }
  }

  markOf({ version }: PolledRow): string {
    return version;
  }

  async #rowOf(table: string, item: unknown, variables: Record<string, unknown>): Promise<PolledRow> {
    const { id, version } = this.#options.lists[table]!;
    const place = placeOf(table);
    const found = await evaluate(id, item, variables, `${place}.id`);
    const named = versionOf(await evaluate(version, item, variables, `${place}.version`));
    if (found === undefined || named === null) throw unnamed(place, found === undefined ? 'id' : 'version');
    return { id: textOf(found), version: named, columns: item as Record<string, unknown> };
  }
}

const placeOf = (table: string): string => `erp.source.lists.${table}`;

function unnamed(place: string, field: 'id' | 'version'): Rejected {
  return new Rejected({
    code: 'erp.poll_version',
    what: `${place}.${field} gives nothing for an item of the list, or no ${field === 'id' ? 'name' : 'time and no number'}`,
    fix: `Correct ${place}.${field} or ${place}.take in the configuration; \`cartage check\` tries it`,
  });
}
