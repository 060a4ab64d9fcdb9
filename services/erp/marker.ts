/** What the configuration has for the marker order in the ERP: to make its product and its parcel, and to remove them. */
import { systemClock } from '../platform/clock.ts';
import type { Configuration } from '../platform/config/read.ts';
import type { Config } from '../platform/config/schema.ts';
import type { MarkerStep } from '../platform/config/sections/marker.ts';
import { markerNames } from '../platform/config/sections/marker.ts';
import { Rejected } from '../platform/errors.ts';
import { evaluate } from '../platform/expressions/expression.ts';
import type { Variables } from '../platform/expressions/expression.ts';
import { connectionOf } from './connection.ts';
import { connectRecipe } from './recipe/connect.ts';
import { compileList } from './sql/statements.ts';
import { openWriter } from './sql/writer.ts';

/** As each step is told of it: of the order nothing is known before there is one. */
export type MarkerValues = Readonly<Record<(typeof markerNames)[number], string | null>>;

type MarkerPart = 'product' | 'parcel';
type MarkerAct = 'make' | 'remove';

export interface MarkerErp {
  /** How many steps the configuration has for it. */
  steps(part: MarkerPart, act: MarkerAct): number;
  /** Statements in one transaction, calls one after the other. @throws Rejected, Unavailable */
  run(part: MarkerPart, act: MarkerAct, values: MarkerValues): Promise<void>;
  close(): Promise<void>;
}

const parts = ['product', 'parcel'] as const;
const acts = ['make', 'remove'] as const;
const types = Object.fromEntries(markerNames.map((name) => [name, 'text']));

/** Connects to nothing yet. @throws Rejected where a step cannot be run as it is configured */
export function openMarkerErp({ config }: Pick<Configuration<'erp' | 'marker'>, 'config'>): MarkerErp {
  const { erp, marker } = config;
  const all = parts.flatMap((part) =>
    acts.map((act) => ({ where: `marker.${part}.${act}`, list: marker[part][act] })),
  );
  const statements = new Map(
    all
      .filter(({ list }) => isSql(list))
      .map(({ where, list }) => [where, compileList(list as never, types, where)]),
  );
  const isCalled = all.some(({ list }) => list.length > 0 && !isSql(list));
  if (isCalled && erp.recipe === undefined) throw noRecipe();
  const writer =
    statements.size > 0
      ? openWriter(
          {
            connection: { ...connectionOf(roleOf(erp.connection, marker.databaseUrl), 'writer'), max: 1 },
            deadlineMs: erp.connection.statementTimeoutMs,
          },
          { subject: 'marker', where: 'marker' },
        )
      : null;
  const recipe = isCalled ? connectRecipe({ recipe: erp.recipe!, clock: systemClock }) : null;

  async function call(list: readonly MarkerStep[], where: string, given: Variables): Promise<void> {
    let variables = given;
    for (const [index, { name, take = '=result', ...asked }] of list.entries()) {
      const place = `erp.${where}.${index}`;
      const answer = await recipe!.caller.call({ asked, place, effect: 'writes', variables });
      if (name === undefined) continue;
      const taken = await evaluate(take, answer ?? {}, recipe!.caller.scope(variables), place);
      variables = { ...variables, [name]: taken };
    }
  }

  return {
    steps: (part, act) => marker[part][act].length,
    async run(part, act, values) {
      const where = `marker.${part}.${act}`;
      const sql = statements.get(where);
      if (sql === undefined) return call(marker[part][act], where, values);
      await writer!.run(act, 'read write', (session) => session.run(sql, values));
    },
    close: async () => void (await Promise.all([writer?.close(), recipe?.close()])),
  };
}

const roleOf = (connection: Config['erp']['connection'], writerUrl = connection.writerUrl) => ({
  ...connection,
  writerUrl,
});

const isSql = (list: readonly MarkerStep[]) => list.some(({ sql }) => sql !== undefined);

function noRecipe(): Rejected {
  return new Rejected({
    code: 'marker.recipe',
    what: 'A step of marker is a call, and erp.recipe is not configured',
    why: 'calls are made with the address, log-in and answers of the recipe',
    fix: 'Configure erp.recipe, or write the step as sql',
  });
}
