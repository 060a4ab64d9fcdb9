/**
 * One key in several spellings: `7` and `007`, `1.5` and `1.50`, `abc` and `ABC` where letter case makes no difference. A
 * changed row has it as it is stored there, an answer as the query gives it. Asked and answered alike, they must be one key.
 */
export type KeyForm = 'exact' | 'integer' | 'decimal' | 'caseless' | 'padded';

/** By the type that the configuration gives for the column of the key. */
export function keyForm(type: string): KeyForm {
  const name = type.toLowerCase().replace(/\(.*/, '').trim();
  if (/^(small|big)?int(eger)?[248]?$|^(small|big)?serial$|^oid$/.test(name)) return 'integer';
  if (/^(numeric|decimal|number)$/.test(name)) return 'decimal';
  if (name === 'citext' || name === 'uuid') return 'caseless';
  return /^(bpchar|char|character)$/.test(name) ? 'padded' : 'exact';
}

const plainInteger = /^[1-9]\d*$/;

/** The one spelling of a value. What does not look like its type stays as it is: the database will say what it is. */
export function spelled(form: KeyForm, value: string): string {
  switch (form) {
    case 'integer':
      if (plainInteger.test(value)) return value;
      return /^[+-]?\d+$/.test(value) ? BigInt(value.replace(/^\+/, '')).toString() : value;
    case 'decimal':
      return plainDecimal(value);
    case 'caseless':
      return value.toLowerCase();
    case 'padded':
      return value.replace(/ +$/, '');
    default:
      return value;
  }
}

function plainDecimal(value: string): string {
  const parts = /^([+-]?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(value);
  if (parts === null) return value;
  const [, sign, whole, fraction = ''] = parts;
  const digits = fraction === '' ? whole! : `${whole}.${fraction}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}
