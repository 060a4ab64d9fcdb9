import { startTcpProxy, type Filter, type TcpProxy } from './tcp-proxy.ts';

const apiKeyProduce = 0;

/**
 * What becomes of the answer to one Produce request, after the broker has done the work:
 * `swallow`: it never comes, the connection stays (the client waits its request timeout out);
 * `cut`: it never comes, the connection is closed (the client knows at once that it does not know).
 */
export type ProduceAnswer = 'pass' | 'swallow' | 'cut';

export interface KafkaProxy extends TcpProxy {
  /** Asked for each answer with the number of its request, 1 the first that came through this proxy. */
  onProduceAnswer(decide: (request: number) => ProduceAnswer): void;
  /** Produce requests that were handed to the broker. */
  readonly produceRequests: number;
  /** Answers to them that the client never saw. */
  readonly produceAnswersLost: number;
}

/**
 * A proxy that understands Kafka's frames (four bytes of length; requests begin with API key, version and
 * correlation id, answers with the correlation id) and so can lose exactly the answer to a Produce.
 *
 * Clients follow the addresses that the broker advertises, so the broker must advertise this proxy:
 * `const proxy = await startKafkaProxy();`
 * `const kafka = await startKafka({ advertisedProxyPort: proxy.port });`
 * `proxy.forwardTo(kafka.proxiedPort!);` and clients get `127.0.0.1:${proxy.port}`.
 */
export async function startKafkaProxy(): Promise<KafkaProxy> {
  const counts = { requests: 0, lost: 0 };
  let decide: (request: number) => ProduceAnswer = () => 'pass';

  const proxy = await startTcpProxy((): Filter => {
    const requests = new Frames();
    const answers = new Frames();
    /** Correlation id of each Produce that waits for its answer, and its number. */
    const waiting = new Map<number, number>();
    return {
      request: (bytes) => {
        for (const frame of requests.read(bytes)) {
          if (frame.readInt16BE(4) === apiKeyProduce)
            waiting.set(frame.readInt32BE(8), (counts.requests += 1));
        }
        return bytes;
      },
      answer: (bytes) => {
        const passed: Buffer[] = [];
        for (const frame of answers.read(bytes)) {
          const correlationId = frame.readInt32BE(4);
          const request = waiting.get(correlationId);
          waiting.delete(correlationId);
          const fate = request === undefined ? 'pass' : decide(request);
          if (fate !== 'pass') counts.lost += 1;
          if (fate === 'cut') return 'cut';
          if (fate === 'pass') passed.push(frame);
        }
        return Buffer.concat(passed);
      },
    };
  });
  return Object.defineProperties(proxy as KafkaProxy, {
    onProduceAnswer: {
      value: (how: (request: number) => ProduceAnswer) => {
        decide = how;
      },
    },
    produceRequests: { get: () => counts.requests },
    produceAnswersLost: { get: () => counts.lost },
  });
}

/** Cuts a stream of bytes into frames, their length included. */
class Frames {
  #rest = Buffer.alloc(0);

  read(bytes: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) break;
      frames.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
