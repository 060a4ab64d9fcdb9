import type { Configuration } from '../platform/config/read.ts';
import type { Clock } from '../platform/lifecycle/clock.ts';
import type { Log } from '../platform/telemetry/log.ts';

/** How long a rotated secret may go unnoticed. Reading the file costs about a millisecond. */
const rereadMs = 10_000;

/** The secrets of the webhook, read again while the process runs (R12). The same array as long as nothing changes. */
export function rereadSecrets(
  configuration: Configuration<'webhook'>,
  log: Log,
  clock: Pick<Clock, 'now'>,
): () => readonly string[] {
  let { secrets } = configuration.config.webhook;
  let readAt = clock.now();
  return () => {
    if (clock.now() - readAt < rereadMs) return secrets;
    readAt = clock.now();
    try {
      const read = configuration.reload().webhook.secrets;
      if (read.join('\n') !== secrets.join('\n')) secrets = read;
    } catch {
      log.warn(
        { fix: 'Run `cartage check`' },
        'the configuration cannot be read again: the known secrets stay in use',
      );
    }
    return secrets;
  };
}
