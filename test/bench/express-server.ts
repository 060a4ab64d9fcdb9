/**
 * The other peer of the webhook benchmark: how one would write it with the usual parts. Express, the same check of the
 * signature, JSON.parse, and one `producer.send` of kafkajs for each webhook, awaited before the 202.
 * `node express-server.ts BROKER TOPIC` prints its port, ends with SIGTERM.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Kafka, logLevel } from 'kafkajs';
import { benchSecret } from './deliveries.ts';

const [broker = '', topic = ''] = process.argv.slice(2);
const key = Buffer.from(benchSecret.slice('whsec_'.length), 'base64');
const kafka = new Kafka({ clientId: 'bench-express', brokers: [broker], logLevel: logLevel.NOTHING });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();

const app = express();
app.post('/webhooks/orders', express.raw({ type: 'application/json' }), async (request, response) => {
  const body = request.body as Buffer;
  const signed = `${request.get('webhook-id')}.${request.get('webhook-timestamp')}.`;
  const expected = createHmac('sha256', key).update(signed).update(body).digest();
  const given = Buffer.from(String(request.get('webhook-signature')).slice(3), 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.status(401).json({});
    return;
  }
  const { data } = JSON.parse(body.toString('utf8')) as { data: { increment_id: string } };
  await producer.send({ topic, acks: -1, messages: [{ key: data.increment_id, value: body }] });
  response.status(202).json({});
});
const server = app.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.once('SIGTERM', () => process.exit(0));
