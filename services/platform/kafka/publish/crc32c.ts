/**
 * CRC-32C (Castagnoli), by which Kafka checks a batch, eight bytes at a time: kafkajs looks at one after the other, three
 * times as long. Node has only the other CRC-32.
 */
const polynomial = 0x82f63b78;

/** What a byte does to the sum when so many bytes (0 to 7) follow it. */
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables();

export function crc32c(bytes: Uint8Array): number {
  const to = bytes.length;
  let sum = -1;
  let at = 0;
  for (; at + 8 <= to; at += 8) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum =
      t7[sum & 0xff]! ^
      t6[(sum >>> 8) & 0xff]! ^
      t5[(sum >>> 16) & 0xff]! ^
      t4[sum >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
  }
  for (; at < to; at += 1) sum = t0[(sum ^ bytes[at]!) & 0xff]! ^ (sum >>> 8);
  return ~sum >>> 0;
}

type Table = Int32Array;

function tables(): [Table, Table, Table, Table, Table, Table, Table, Table] {
  const alone = new Int32Array(256).map((_, byte) => {
    let sum = byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >>> 1) ^ polynomial : sum >>> 1;
    return sum;
  });
  const followed = (table: Table) => table.map((sum) => (sum >>> 8) ^ alone[sum & 0xff]!);
  const all = [alone];
  while (all.length < 8) all.push(followed(all.at(-1)!));
  return all as ReturnType<typeof tables>;
}
