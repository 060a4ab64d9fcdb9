import { Held, Unavailable } from '../platform/errors.ts';

/**
 * For a call whose right an integration of before may lack. The order was read a moment ago, so it is this right alone:
 * the documents that need it are held, and the others go on.
 * @param instead what can be done in place of granting it, as the end of a sentence.
 */
export function heldWithoutRight(code: string, instead = ''): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Unavailable) || error.fault.code !== 'magento.scope_missing') throw error;
    const fix = `${error.fault.fix}; then \`cartage parked release --cause ${code}\`${instead}`;
    throw new Held({ ...error.fault, code, fix });
  };
}
