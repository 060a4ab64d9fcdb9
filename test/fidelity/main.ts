import { measure } from './measure.ts';

/** `npm run fidelity`: how far the sandbox shop agrees with a recorded Magento; `-- --json` as one object. */
const fidelity = await measure();
if (process.argv.includes('--json')) {
  const { files, matched, covered, total, mismatches, left_out } = fidelity;
  console.log(JSON.stringify({ files, matched, covered, total, mismatches, left_out }));
} else {
  const width = Math.max(...Object.keys(fidelity.files).map((file) => file.length));
  const line = (
    name: string,
    { matched, covered, total }: { matched: number; covered: number; total: number },
  ): string =>
    `${name.padEnd(width)}  ${String(matched).padStart(4)} matched / ${String(covered).padStart(4)} covered / ${String(total).padStart(4)} recorded`;
  for (const [file, counts] of Object.entries(fidelity.files)) console.log(line(file, counts));
  console.log(line('all', fidelity));
  if (fidelity.mismatches.length > 0) console.log('\nDifferent, and why it stays:');
  for (const { file, name, why, reason } of fidelity.mismatches) {
    console.log(
      `  ${file}/${name}\n    ${why}\n    ${reason ?? 'NOT ACCEPTED: correct the stand-in or give the reason in test/fidelity/kept.ts'}`,
    );
  }
  console.log('\nNot covered:');
  for (const [reason, names] of Object.entries(fidelity.left_out))
    console.log(`  ${String(names.length).padStart(4)}  ${reason}`);
}
const isUnaccepted = fidelity.mismatches.some(({ reason }) => reason === null) || fidelity.stale.length > 0;
process.exitCode = isUnaccepted ? 1 : 0;
