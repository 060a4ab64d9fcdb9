import type { Route } from './call.ts';
import { noRoute } from './errors.ts';
import { rawDecode } from './query.ts';

interface Compiled {
  route: Route;
  segments: string[];
}

/** Finds the route of a call. A wrong verb on a known path is "no route" too, not 405 (FACTS section 10). */
export class Router {
  readonly #routes: Compiled[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, segments: route.path.split('/').filter(Boolean) }));
  }

  /**
   * @param segments raw path segments from the version on; in a parameter `+` is a space
   * @throws RestError 404 when nothing matches
   */
  match(method: string, segments: readonly string[]): { route: Route; params: Record<string, string> } {
    for (const candidate of this.#routes) {
      if (candidate.route.method !== method || candidate.segments.length !== segments.length) continue;
      const params = paramsOf(candidate.segments, segments);
      if (params !== null) return { route: candidate.route, params };
    }
    throw noRoute();
  }
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const given = segments[index] ?? '';
    if (expected.startsWith(':')) params[expected.slice(1)] = rawDecode(given.replaceAll('+', ' '));
    else if (expected !== given) return null;
  }
  return params;
}
