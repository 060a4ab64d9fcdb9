/**
 * The connections of one producer, so that what was given up can be taken back: a request that lies unsent in the kernel
 * (the network is cut) would leave when the network heals, long after a newer record of its key. A reset throws it away.
 */
import { Socket, connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveDelayMs = 60_000;

export class Sockets {
  /** The plain sockets, each with what kafkajs has in hand: the same one, or TLS over it. */
  readonly #open = new Map<Socket, Socket>();
  readonly #beforeWrite: () => void;
  #wereReset = false;

  /** @param beforeWrite may reset: then what was to be written is not, though kafkajs has waited for a leader till now. */
  constructor(beforeWrite: () => void = () => undefined) {
    this.#beforeWrite = beforeWrite;
  }

  /** For ever: whoever used these connections must make others. */
  get wereReset(): boolean {
    return this.#wereReset;
  }

  /** As kafkajs makes them, with the plain socket in hand also below TLS. */
  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    // kafkajs may still be looking for the leader of what was given up, and would send it through a new connection.
    if (this.#wereReset) return new Socket().destroy(wasReset());
    const plain = connect({ host, port }, ssl ? undefined : onConnect);
    plain.setKeepAlive(true, keepAliveDelayMs);
    plain.once('close', () => this.#open.delete(plain));
    if (!ssl) return this.#inHand(plain, plain);
    const name = isIP(host) ? {} : { servername: host };
    // The host is whom the certificate must be of: without it Node takes an address for localhost.
    const secure = connectTls({ socket: plain, host, ...name, ...ssl }, onConnect);
    // Before the handshake has begun an error of the connection is the plain socket's alone.
    plain.on('error', (error) => secure.destroy(error));
    return this.#inHand(plain, secure);
  };

  #inHand(plain: Socket, inHand: Socket): Socket {
    const write = inHand.write.bind(inHand) as (...what: unknown[]) => boolean;
    inHand.write = (...what: unknown[]) => {
      this.#beforeWrite();
      return write(...what);
    };
    this.#open.set(plain, inHand);
    return inHand;
  }

  /** After kafkajs has left them: it must hear nothing of their end, else it would take it for a failure. */
  close(): void {
    this.#wereReset = true;
    for (const plain of this.#open.keys()) plain.destroy();
    this.#open.clear();
  }

  reset(): void {
    this.#wereReset = true;
    for (const [plain, inHand] of this.#open) {
      this.#open.delete(plain);
      if (plain.connecting) plain.destroy();
      else plain.resetAndDestroy();
      // kafkajs does not listen to `close`: it would wait for its answers until they time out, and all that is published
      // with it. Not at once: of a request that it is just writing it learns only afterwards that it waits for it.
      process.nextTick(() => inHand.emit('error', wasReset()));
    }
  }
}

function wasReset(): Error {
  return new Error('reset, because something that it carried was given up');
}
