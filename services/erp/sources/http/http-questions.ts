/** Questions over HTTP: by key, by list. An answer contains a change when what it shows is as new as the change was. */
import type { Clock } from '../../../platform/clock.ts';
import type { HttpQuestionsConfig } from '../../../platform/config/sections/erp-source.ts';
import { Rejected, Unavailable } from '../../../platform/errors.ts';
import { evaluate } from '../../../platform/expressions/expression.ts';
import { pagesOf } from '../../recipe/pages.ts';
import { listOf } from '../../recipe/records.ts';
import type { Mark } from '../change-source.ts';
import { textOf } from '../polling/poll-window.ts';
import { orderOf, versionOf } from '../polling/versions.ts';
import type { Answer, Questions, RecordKey } from '../questions.ts';
import { pagesMax } from './http-poll-reader.ts';
import type { ReadingCaller } from './reading-caller.ts';

export interface HttpQuestionsOptions {
  /** Path of the stream in the configuration. */
  path: string;
  keyColumn: string;
  asked: HttpQuestionsConfig;
  /** From `$records` to keys: by themselves, or over the answers of `asked.find`. */
  find: string;
  caller: ReadingCaller;
  /** ISO time before which documents are of no interest. */
  since: string;
  clock: Clock;
  visibleWithinMs?: number;
}

/** What one call gave: its rows, and how new each key of them is, where something says so. */
interface Given {
  rows: Record<string, unknown>[];
  orders: Map<string, bigint>;
}

const visibleWithinMsDefault = 30_000;
const lookAgainMs = 250;

export class HttpQuestions implements Questions {
  readonly isOrdered = false;
  readonly #options: HttpQuestionsOptions;
  /** Of the answers so far: our clock may be set back, and versions must not fall. */
  #newest = 0n;

  constructor(options: HttpQuestionsOptions) {
    this.#options = options;
  }

  async ask(keys: ReadonlyMap<string, Iterable<Mark>>): Promise<Answer> {
    const version = this.#version();
    const together = chunks([...keys], this.#options.asked.keysPerCall);
    const given = await Promise.all(together.map((some) => this.#visible(new Map(some))));
    return { version, rows: given.flat() };
  }

  async *askAll(): AsyncGenerator<Answer, void, void> {
    const { caller, asked, path, since } = this.#options;
    const version = this.#version();
    const variables = caller.scope({ from: since });
    const place = `${path}.all`;
    for await (const answer of pagesOf(caller, asked.all, place, variables, pagesMax)) {
      const things = await evaluate(asked.all.take ?? '=result', answer, variables, `${place}.take`);
      yield { version, rows: await this.#rowsOf(listOf(things), variables) };
    }
  }

  async keysOf(): Promise<string[]> {
    throw new Rejected({
      code: 'erp.via_http',
      what: `${this.#options.path} watches a list by a way round, which there is not over HTTP`,
      fix: 'Let `watch` name the field of the list that is the key',
    });
  }

  async find(records: readonly RecordKey[]): Promise<string[]> {
    if (records.length === 0) return [];
    const { caller, asked, find, path } = this.#options;
    const variables = caller.scope({ records });
    const place = `${path}.find`;
    const answers = asked.find ? pagesOf(caller, asked.find, place, variables, pagesMax) : [undefined];
    const found = new Set<string>();
    for await (const answer of answers)
      for (const key of listOf(await evaluate(find, answer, variables, place))) found.add(textOf(key));
    return [...found];
  }

  expectedRows(): Promise<null> {
    return Promise.resolve(null);
  }

  probe(): Promise<void> {
    return this.#options.caller.open();
  }

  /** Asked until what is shown is as new as what was told: lists and single things may come from different copies. */
  async #visible(keys: ReadonlyMap<string, Iterable<Mark>>): Promise<Given['rows']> {
    const { clock, visibleWithinMs = visibleWithinMsDefault, path } = this.#options;
    const untilMs = clock.now() + visibleWithinMs;
    for (;;) {
      const { rows, orders } = await this.#get([...keys.keys()]);
      if ([...keys].every(([key, marks]) => (orders.get(key) ?? newestOf(marks)) >= newestOf(marks)))
        return rows;
      if (clock.now() >= untilMs) throw notVisible(path, visibleWithinMs);
      await clock.wait(lookAgainMs);
    }
  }

  async #get(keys: readonly string[]): Promise<Given> {
    const { caller, asked, path, since } = this.#options;
    const place = `${path}.get`;
    const variables = caller.scope({ key: keys[0], keys, from: since });
    const given: Given = { rows: [], orders: new Map() };
    for await (const answer of pagesOf(caller, asked.get, place, variables, pagesMax)) {
      const taken = await evaluate(asked.get.take ?? '=result', answer, variables, `${place}.take`);
      for (const thing of listOf(taken)) {
        const rows = await this.#rowsOf([thing], variables);
        given.rows.push(...rows);
        const order = await this.#orderOf(thing, variables);
        if (order !== null) for (const row of rows) raise(given.orders, this.#keyOf(row), order);
      }
    }
    return given;
  }

  /** Keys are text here: what a path is made of. */
  async #rowsOf(things: readonly unknown[], variables: Record<string, unknown>): Promise<Given['rows']> {
    const { asked, path, keyColumn } = this.#options;
    const rows = await Promise.all(
      things.map((thing) => evaluate(asked.rows, thing, variables, `${path}.rows`)),
    );
    return rows.flatMap(listOf).map((given) => {
      const row = given as Record<string, unknown>;
      return row[keyColumn] == null ? row : { ...row, [keyColumn]: textOf(row[keyColumn]) };
    });
  }

  #keyOf(row: Record<string, unknown>): string {
    return String(row[this.#options.keyColumn]);
  }

  async #orderOf(thing: unknown, variables: Record<string, unknown>): Promise<bigint | null> {
    const { asked, path } = this.#options;
    if (asked.version === undefined) return null;
    const version = versionOf(await evaluate(asked.version, thing, variables, `${path}.version`));
    return version === null ? null : orderOf(version);
  }

  /** Microseconds of our clock, from before anything is asked. */
  #version(): bigint {
    const now = BigInt(this.#options.clock.now()) * 1000n;
    if (now > this.#newest) this.#newest = now;
    return this.#newest;
  }
}

function newestOf(marks: Iterable<Mark>): bigint {
  const orders = [...marks].map(versionOf).filter((version) => version !== null);
  return orders.map(orderOf).reduce((newest, order) => (order > newest ? order : newest), 0n);
}

function raise(orders: Map<string, bigint>, key: string, order: bigint): void {
  if (order > (orders.get(key) ?? 0n)) orders.set(key, order);
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

function notVisible(path: string, withinMs: number): Unavailable {
  return new Unavailable({
    code: 'erp.commit_not_visible',
    what: `${path}.get waited ${withinMs} ms in vain for what ${path}.watch has told of`,
    why: 'what is shown of the key is older than the change in the list',
    fix: 'Look at the caches before the API, or at erp.source: the versions of list and thing must be of one kind',
  });
}
