import type { SourceStream } from '../erp/sources/stream.ts';
import { rowShapes } from '../erp/rows/index.ts';
import type { RowShape, StreamRecord } from '../erp/rows/row.ts';

/** A stream of the configuration, with what its rows must hold to become records. */
export interface Stream extends SourceStream {
  shape: RowShape<StreamRecord>;
}

export function withShape(stream: SourceStream): Stream {
  return { ...stream, shape: rowShapes[stream.topic]! };
}
