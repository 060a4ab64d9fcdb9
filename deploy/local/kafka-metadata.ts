import { connect } from 'node:net';

const apiKeyMetadata = 3;
const apiVersion = 4;
const correlationId = 1;

export interface BrokerAddress {
  host: string;
  port: number;
}

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
 * The brokers that the one at this address names, as it advertises them; none when it does not answer (yet).
 * An open port is not enough to call a broker ready: it is open seconds before the broker has registered with
 * its controller and names itself.
 */
export function namedBrokers(host: string, port: number, timeoutMs = 1000): Promise<BrokerAddress[]> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: BrokerAddress[]) => {
      socket.destroy();
      resolve(answer);
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => end([]));
    socket.on('error', () => end([]));
    socket.on('close', () => end([]));
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) end(brokersIn(received));
    });
  });
}

export async function namesABroker(host: string, port: number): Promise<boolean> {
  return (await namedBrokers(host, port)).length > 0;
}

/** Size, correlation id and throttle time, then the brokers: id, host, port, rack. */
function brokersIn(answer: Buffer): BrokerAddress[] {
  const count = answer.readInt32BE(12);
  let at = 16;
  const text = () => {
    const length = Math.max(0, answer.readInt16BE(at)); // -1 is null
    at += 2 + length;
    return answer.toString('utf8', at - length, at);
  };
  return Array.from({ length: count }, () => {
    at += 4;
    const host = text();
    const port = answer.readInt32BE(at);
    at += 4;
    text();
    return { host, port };
  });
}
