/** Real: the client as kafkajs makes it. Asserted: what is passed on of its words, and how it is told to behave. */
import { describe, expect, it } from '@jest/globals';
import type { Logger } from 'kafkajs';
import { briefRetry, createClient, patientRetry } from './client.ts';

function logged(say: (logger: Logger) => void) {
  const lines: { level: string; fields: Record<string, unknown>; text: string }[] = [];
  const line = (level: string) => (fields: object, text: string) =>
    lines.push({ level, fields: fields as Record<string, unknown>, text });
  const client = createClient(
    {
      brokers: ['127.0.0.1:1'],
      clientId: 'test',
      source: 'test',
      registry: { url: 'http://127.0.0.1:1' },
      log: { info: line('info'), warn: line('warn'), error: line('error') },
    },
    briefRetry,
  );
  say(client.logger());
  return lines;
}

describe('what kafkajs says', () => {
  it.each([
    ['error', 'Crash: KafkaJSNumberOfRetriesExceeded'],
    ['error', 'Offset out of range, resetting to default offset'],
    ['error', 'Error when calling eachBatch'],
    ['error', 'Failed to execute listener'],
    ['warn', 'Connection error: ECONNREFUSED'],
  ])('as an error is one where nothing mends it by itself: %s, %s', (level, text) => {
    expect(logged((logger) => logger.error(text))).toMatchObject([{ level, text }]);
  });

  it('of a connection that it closes itself is no news, on the terminal of a command least of all', () => {
    expect(logged((logger) => logger.error('Connection error: write after end'))).toEqual([]);
  });

  it('as a warning stays one, and its news are left out', () => {
    const lines = logged((logger) => {
      logger.warn('Crash ahead');
      logger.info('Pausing fetching');
      logger.debug('asked');
    });
    expect(lines).toMatchObject([{ level: 'warn', text: 'Crash ahead' }]);
  });

  it('is passed on with identifiers alone, and those not for ever', () => {
    const [line] = logged((logger) =>
      logger.error('x', {
        broker: 'b'.repeat(400),
        correlationId: 7,
        isFlexible: true,
        error: new Error('x'),
        payload: { key: 'jane' },
        stack: 'at x',
        nothing: null,
      }),
    );
    expect(line!.fields).toEqual({
      component: 'kafkajs',
      namespace: undefined,
      broker: 'b'.repeat(300),
      correlationId: 7,
      isFlexible: true,
    });
  });
});

it('retries: for long where nobody else would, and soon to be heard of where somebody waits', async () => {
  expect(patientRetry).toMatchObject({
    initialRetryTime: 200,
    maxRetryTime: 2_000,
    multiplier: 2,
    factor: 0.2,
  });
  expect(await patientRetry.restartOnFailure!(new Error('x'))).toBe(true);
  expect(briefRetry).toMatchObject({ initialRetryTime: 200, maxRetryTime: 1_000, retries: 2 });
});
