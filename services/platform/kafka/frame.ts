/** The frame of Confluent around a value: magic byte 0, and the id of its schema as four bytes big-endian. */
export const magicByte = 0;
export const frameBytes = 5;

/** Null when the bytes are no Confluent frame. */
export function schemaIdOf(bytes: Buffer): number | null {
  if (bytes.length < frameBytes || bytes[0] !== magicByte) return null;
  return bytes.readUInt32BE(1);
}
