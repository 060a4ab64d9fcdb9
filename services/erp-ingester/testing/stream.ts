import type { Questions } from '../../erp/sources/questions.ts';
import { rowShapes } from '../rows/index.ts';
import type { Stream } from '../stream.ts';

/** A stream by name, over the topic of that name, keyed by `id`. A question that a test does not answer fails it. */
export function aStream(
  name: string,
  more: Partial<Stream> = {},
  questions: Partial<Questions> = {},
): Stream {
  const topic = `erp.${name}`;
  const unasked = (question: string) => () => {
    throw new Error(`${name} was asked by ${question}`);
  };
  return {
    name,
    topic,
    digest: 'as configured',
    keyColumns: ['id'],
    watches: [],
    again: null,
    shape: rowShapes[topic]!,
    questions: {
      ask: unasked('ask'),
      isOrdered: false,
      askAll: unasked('askAll'),
      keysOf: unasked('keysOf'),
      find: unasked('find'),
      probe: () => Promise.resolve(),
      ...questions,
    },
    ...more,
  };
}
