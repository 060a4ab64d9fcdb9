/**
 * The publisher's connections, so that what was given up can be taken back: a request that lies unsent in the kernel
 * (the network is cut) would leave when the network heals, long after a newer record of its key. A reset throws it away.
 */
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveDelayMs = 60_000;

export class Sockets {
  readonly #open = new Set<Socket>();
  /** Since the last look: whoever uses these connections must make new ones. */
  wereReset = false;

  /** As kafkajs makes them, with the plain socket in hand also below TLS. */
  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    const plain = connect({ host, port }, ssl ? undefined : onConnect);
    plain.setKeepAlive(true, keepAliveDelayMs);
    this.#open.add(plain);
    plain.once('close', () => this.#open.delete(plain));
    if (!ssl) return plain;
    const name = isIP(host) ? {} : { servername: host };
    const secure = connectTls({ socket: plain, ...name, ...ssl }, onConnect);
    // Before the handshake has begun an error of the connection is the plain socket's alone.
    plain.on('error', (error) => secure.destroy(error));
    return secure;
  };

  reset(): void {
    if (this.#open.size === 0) return;
    this.wereReset = true;
    for (const socket of this.#open) {
      socket.resetAndDestroy();
      this.#open.delete(socket);
    }
  }
}
