import { badRequest } from './errors.ts';
import { STORE_VIEWS } from '../resources/store-data.ts';

export interface RestPath {
  /** Raw segments from the version on, `['V1', 'orders', '12']`. */
  segments: string[];
  storeCode: string | null;
  storeId: number;
}

/** Is this the path of a REST call at all? `/index.php/rest/…` is one too. */
export function isRestPath(path: string): boolean {
  return /^(\/index\.php)?\/+rest\//.test(path);
}

/**
 * Splits `/rest[/store]/V1/…`. Double and trailing slashes do not matter.
 *
 * @throws RestError 400 for an unknown store code, which `v1` in lower case is as well (FACTS section 2)
 */
export function parseRestPath(path: string): RestPath {
  const segments = path.split('/').filter(Boolean);
  if (segments[0] === 'index.php') segments.shift();
  segments.shift();
  const [first = ''] = segments;
  if (/^V\d+$/.test(first)) return { segments, storeCode: null, storeId: 1 };
  if (first === 'all') return { segments: segments.slice(1), storeCode: 'all', storeId: 0 };
  const view = STORE_VIEWS.find(({ code, id }) => code === first && id !== 0);
  if (view === undefined) throw badRequest('Specified request cannot be processed.');
  return { segments: segments.slice(1), storeCode: first, storeId: view.id };
}
