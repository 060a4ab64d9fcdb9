import { httpGet } from '../http-get.ts';

/** An ordinary start takes so long; its reasons would only be noise. */
const patienceMs = 10_000;

/**
 * Whether a process is ready. Somebody's own shop may be away and the first load of an ERP takes minutes, so this is
 * asked without end, and what it waits for is said whenever that changes.
 */
export function readiness(
  name: string,
  address: string,
  say: (text: string) => void,
  now = () => performance.now(),
): () => Promise<boolean> {
  const since = now();
  let told = '';
  return async () => {
    const answer = await httpGet(`${address}/readyz`);
    if (answer?.status === 200) return true;
    const why = answer && reasonsIn(answer.body);
    if (why && why !== told && now() - since > patienceMs) say(`  ${name} waits: ${(told = why)}`);
    return false;
  };
}

function reasonsIn(body: string): string {
  const { checks = {} } = JSON.parse(body) as { checks?: Record<string, { ok: boolean; why?: string }> };
  return Object.entries(checks)
    .filter(([, { ok }]) => !ok)
    .map(([label, { why = 'not ready' }]) => `${label}: ${why}`)
    .join('; ');
}
