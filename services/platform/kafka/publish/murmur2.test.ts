/** Real: kafkajs' own hash, which Java's equals. */
import { expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { Random } from '../../flow/testing/random.ts';
import { murmur2 } from './murmur2.ts';

const ofKafkajs = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2.js') as (
  key: string,
) => number;
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

it(`is the hash of the other clients, whatever the key (seed ${seed})`, () => {
  const random = new Random(seed);
  for (let round = 0; round < 2_000; round += 1) {
    const pieces = Array.from({ length: random.between(0, 12) }, () =>
      random.pick(['a', '/', 'ß', '7', '€', '🛒']),
    );
    const key = pieces.join('');
    expect([key, murmur2(key)]).toEqual([key, ofKafkajs(key)]);
  }
});
