import { Unavailable } from '../errors.ts';

/** For whoever does not wait for the broker: a command that a person has typed, a job. */
export function noBroker(error: unknown): Unavailable {
  return new Unavailable(
    {
      code: 'kafka.unreachable',
      what: 'No broker lets Cartage in',
      why: error instanceof Error ? error.message : String(error),
      fix: 'Check kafka.brokers, kafka.ssl and kafka.sasl in the configuration, and that the brokers run',
    },
    { cause: error },
  );
}
