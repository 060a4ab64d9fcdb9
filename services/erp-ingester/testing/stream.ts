import type { Questions } from '../../erp/sources/questions.ts';
import type { StreamState } from '../../../schemas/types.ts';
import { rowShapes } from '../../erp/rows/index.ts';
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
    keyForms: ['exact'],
    watches: [],
    again: null,
    shape: rowShapes[topic]!,
    questions: {
      ask: unasked('ask'),
      isOrdered: false,
      expectedRows: () => Promise.resolve(null),
      askAll: unasked('askAll'),
      keysOf: unasked('keysOf'),
      find: unasked('find'),
      probe: () => Promise.resolve(),
      ...questions,
    },
    ...more,
  };
}

/** As the cursor has a stream that is loaded as it is configured. */
export function aLoaded({ name, digest }: Stream): StreamState {
  return {
    name,
    digest,
    loading: null,
    loadedTo: null,
    marks: [],
    rows: 0,
    rowsExpected: null,
    roundAt: 0,
    held: null,
    dirtyKeys: 0,
    oldestAt: null,
  };
}
