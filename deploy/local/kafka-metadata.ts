import { connect } from 'node:net';

const apiKeyMetadata = 3;
const apiVersion = 4;
const correlationId = 1;

/** A Metadata request (version 4, no topics), framed: what a client asks first. */
function metadataRequest(): Buffer {
  const body = Buffer.alloc(15);
  let at = body.writeInt16BE(apiKeyMetadata, 0);
  at = body.writeInt16BE(apiVersion, at);
  at = body.writeInt32BE(correlationId, at);
  at = body.writeInt16BE(-1, at); // no client id
  at = body.writeInt32BE(0, at); // of no topic
  body.writeInt8(0, at); // create none
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

/**
 * Whether the broker at this address is ready to serve: it answers a Metadata request and names at least one
 * broker. An open port is not enough: it is open seconds before the broker has registered with its controller.
 */
export function namesABroker(host: string, port: number, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      // size, correlation id, throttle time, then the number of brokers
      if (received.length >= 16) end(received.readInt32BE(12) > 0);
    });
  });
}
