import type { Config } from '../platform/config/schema.ts';
import { compileStreams } from '../erp/streams.ts';
import type { CompiledStream } from '../erp/streams.ts';
import { rowShapes } from './rows/index.ts';
import type { RowShape, StreamRecord } from './rows/row.ts';

/** A stream of the configuration, with what its rows must hold to become records. */
export interface Stream extends CompiledStream {
  shape: RowShape<StreamRecord>;
}

/** @throws Rejected when a statement uses a parameter that does not exist there. */
export function openStreams(config: Config['erp']['streams']): Stream[] {
  return compileStreams(config).map((stream) => ({ ...stream, shape: rowShapes[stream.topic]! }));
}
