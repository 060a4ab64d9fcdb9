import { DatabaseError } from 'pg';
import { ZodError } from 'zod';

/** A request that cannot be done, with the HTTP status and a code a caller can act on. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: 400 | 404 | 409, code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
  }
}

export interface Answer {
  status: number;
  body: { code: string; message: string; problems?: { path: string; message: string }[] };
}

/** SQLSTATEs by which the books refuse a request; anything else is a fault of ours. */
const REFUSED: Record<string, { status: number; code: string }> = {
  '23505': { status: 409, code: 'exists_already' },
  '23503': { status: 409, code: 'points_nowhere' },
  '23514': { status: 400, code: 'check_failed' },
  '22003': { status: 400, code: 'number_too_large' },
};

/** The JSON that a caller gets for anything thrown. */
export function answerFor(error: unknown): Answer {
  if (error instanceof Refusal) {
    return { status: error.status, body: { code: error.code, message: error.message } };
  }
  if (error instanceof ZodError) {
    const problems = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    return { status: 400, body: { code: 'input_invalid', message: 'The input is not valid.', problems } };
  }
  if (error instanceof DatabaseError) {
    const refused = REFUSED[error.code ?? ''];
    if (refused) return { status: refused.status, body: { code: refused.code, message: error.message } };
  }
  if (isHttpError(error)) {
    return { status: error.status, body: { code: 'input_unreadable', message: error.message } };
  }
  return { status: 500, body: { code: 'internal', message: 'The ERP failed; its log says why.' } };
}

/** What express throws for a body it cannot parse. */
function isHttpError(error: unknown): error is Error & { status: number } {
  return (
    error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500
  );
}
