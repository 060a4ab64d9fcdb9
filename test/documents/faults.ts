import type { FaultRule } from '../sandbox/shop/index.ts';

type Match = NonNullable<FaultRule['match']>;
type Kind = 'cut_before' | 'cut_after' | 'status';

/** For `it.each`: each call answered by nobody before and after its work, and by an error; with its name. */
export function faultsAt(calls: readonly Match[]): [Kind, string, Match][] {
  const kinds: Kind[] = ['cut_before', 'cut_after', 'status'];
  return calls.flatMap((match) =>
    kinds.map((kind): [Kind, string, Match] => [kind, `${match.method} ${match.path}`, match]),
  );
}
