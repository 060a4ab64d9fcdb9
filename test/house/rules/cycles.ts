/** What imports itself in a circle, types included. */
import { importsOf } from '../imports.ts';
import { isTypeScript } from '../source.ts';
import type { Rule } from '../source.ts';

export const nothingImportsInCircles: Rule = (files) => {
  const imports = new Map(
    files.filter(isTypeScript).map((file) => [file.path, importsOf(file).map(({ target }) => target ?? '')]),
  );
  const finished = new Set<string>();
  const circles: string[][] = [];
  for (const path of imports.keys()) follow(path, []);
  return circles.map((circle) => ({
    path: circle[0]!,
    what: `imports itself: ${[...circle, circle[0]].join(' -> ')}`,
    why: 'none of the files in a circle is read, tested or moved without all others; a type that two need has a file of its own',
  }));

  function follow(path: string, way: readonly string[]): void {
    if (way.includes(path)) circles.push(way.slice(way.indexOf(path)));
    else if (!finished.has(path)) {
      for (const next of imports.get(path) ?? []) follow(next, [...way, path]);
      finished.add(path);
    }
  }
};
