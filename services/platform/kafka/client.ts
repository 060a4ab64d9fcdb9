import { createRequire } from 'node:module';
import kafkajs, { Kafka, logLevel } from 'kafkajs';
import type {
  AuthenticationProviderArgs,
  Authenticator,
  ISocketFactory,
  KafkaConfig,
  LogEntry,
  Mechanism,
  RetryOptions,
} from 'kafkajs';
import { registerCodecs } from './codecs.ts';
import { quietIdleLoop } from './idle-loop.ts';
import { writeProduceRequests } from './publish/produce-request.ts';
import { endFetchesWhenStopped } from './subscribe/ended-fetch.ts';
import { readRecordsAtOnce } from './subscribe/fetched-record.ts';
import { giveUpUnanswered } from './unanswered.ts';
import type { KafkaOptions } from './types.ts';

/**
 * kafkajs takes other defaults under NODE_ENV=test, so everything that matters is said here.
 * With these a consumer is back 1.3 s after the broker, with the library's own only after 30 s.
 */
export const patientRetry: RetryOptions = {
  initialRetryTime: 200,
  maxRetryTime: 2_000,
  factor: 0.2,
  multiplier: 2,
  retries: 1_000,
  restartOnFailure: async () => true,
};

/**
 * For what retries by itself (publisher, administration) and must hear of a failure soon, with its reason.
 * The publisher's batch is even tried only once per call, see `publisher.ts`.
 */
export const briefRetry: RetryOptions = { ...patientRetry, maxRetryTime: 1_000, retries: 2 };

const defaultRequestTimeoutMs = 10_000;
const connectionTimeoutMs = 3_000;

/** A client makes no connection by itself; each producer, consumer or admin made from it has its own. */
export function createClient(
  options: KafkaOptions,
  retry: RetryOptions,
  socketFactory?: ISocketFactory,
): Kafka {
  quietIdleLoop();
  giveUpUnanswered();
  writeProduceRequests();
  readRecordsAtOnce();
  endFetchesWhenStopped();
  registerCodecs();
  const config: KafkaConfig = {
    clientId: options.clientId,
    brokers: options.brokers,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
    enforceRequestTimeout: true,
    retry,
    ...(socketFactory && { socketFactory }),
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => passOn(options.log, entry),
    ssl: tlsOf(options.ssl),
    ...(options.sasl && { sasl: saslOf(options.sasl) }),
  };
  return new Kafka(config);
}

function tlsOf(ssl: KafkaOptions['ssl']): KafkaConfig['ssl'] {
  // As it is: kafkajs copies its members for each connection, and they may be looked up anew each time.
  return ssl ?? false;
}

type Sasl = NonNullable<KafkaOptions['sasl']>;
type SaslProvider = (sasl: Sasl) => (args: AuthenticationProviderArgs) => Authenticator;

const require = createRequire(import.meta.url);
/** Node does not see it among the names of this CommonJS package. */
const { KafkaJSConnectionError } = kafkajs;

/**
 * kafkajs keeps the user and password it was made with, and gives up for good when they are refused. Here they are
 * looked up for each connection, and a refusal is tried again: while a password is being changed, broker and client
 * agree again within seconds.
 */
function saslOf(sasl: Sasl): Mechanism {
  const file = sasl.mechanism.replaceAll('-', '').replace('sha', '');
  const provider = require(`kafkajs/src/broker/saslAuthenticator/${file}.js`) as SaslProvider;
  return {
    mechanism: sasl.mechanism,
    authenticationProvider: (args) => ({
      authenticate: async () => {
        try {
          await provider({ ...sasl })(args).authenticate();
        } catch (error) {
          throw new KafkaJSConnectionError(error instanceof Error ? error.message : String(error), {
            broker: `${args.host}:${args.port}`,
          });
        }
      },
    }),
  };
}

/**
 * kafkajs calls every single attempt an error and reports each pause and resume: what it mends by itself is a warning
 * here, and its news is left out. A crash of a consumer stays an error.
 */
function passOn(log: KafkaOptions['log'], entry: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...rest } = entry.log;
  if (message === ownEnd) return;
  const fields = { component: 'kafkajs', namespace: entry.namespace, ...plain(rest) };
  if (entry.level === logLevel.ERROR && crashes.some((words) => message.startsWith(words))) {
    log.error(fields, message);
  } else if (entry.level === logLevel.ERROR || entry.level === logLevel.WARN) {
    log.warn(fields, message);
  }
}

/** A request that meets a connection which its own client is closing: whoever asked tries again, or has left. */
const ownEnd = 'Connection error: write after end';
const crashes = ['Crash', 'Offset out of range', 'Error when calling', 'Failed to execute listener'];

/** Identifiers only: kafkajs puts whole errors and payloads of requests into its fields. */
function plain(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, 300) : value]),
  );
}
