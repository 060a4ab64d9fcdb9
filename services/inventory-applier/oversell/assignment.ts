import type { Sources } from '../../magento/sources.ts';

/** Which sources a stock has, and which stock sells for a website. */
export interface Assignment {
  sourcesOf: ReadonlyMap<number, ReadonlySet<string>>;
  stockOf: ReadonlyMap<string, number>;
  /** What is wrong with the sources that stock is written to, in words, by source. */
  problems: ReadonlyMap<string, string>;
}

/** Reads how sources, stocks and websites hang together: somebody may change it in the admin at any time. */
export async function readAssignment(
  sources: Pick<Sources, 'list' | 'stocks' | 'stockSourceLinks'>,
  sourceCodes: readonly string[],
): Promise<Assignment> {
  const [known, stocks, links] = await Promise.all([
    sources.list(),
    sources.stocks(),
    sources.stockSourceLinks(),
  ]);
  const sourcesOf = new Map(
    stocks.map(({ id }) => [
      id,
      new Set(links.filter(({ stockId }) => stockId === id).map(({ sourceCode }) => sourceCode)),
    ]),
  );
  const selling = stocks.filter(({ websiteCodes }) => websiteCodes.length > 0);
  const problems = new Map<string, string>();
  for (const code of new Set(sourceCodes)) {
    const source = known.find((one) => one.code === code);
    if (source === undefined) problems.set(code, 'the shop has no such source');
    else if (!source.enabled) problems.set(code, 'the source is disabled: nothing of it is sold');
    else if (!selling.some(({ id }) => sourcesOf.get(id)!.has(code)))
      problems.set(code, 'the source is in no stock that sells for a website');
  }
  const stockOf = new Map(stocks.flatMap(({ id, websiteCodes }) => websiteCodes.map((code) => [code, id])));
  return { sourcesOf, stockOf, problems };
}
