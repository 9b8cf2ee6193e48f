import type { BatchLine } from './batch.ts';
import type { Policy } from './policy.ts';

/** Cuts lines into pieces within a policy, in order; a line over the limit is a piece alone. */
export function cutLines<L extends BatchLine>(lines: readonly L[], policy: Policy): L[][] {
  const pieces: L[][] = [];
  let piece: L[] = [];
  let bytes = policy.envelopeBytes ?? 0;
  for (const line of lines) {
    const added = line.bytes + (piece.length === 0 ? 0 : (policy.separatorBytes ?? 0));
    if (piece.length > 0 && (piece.length >= policy.maxLines || bytes + added > policy.maxBytes)) {
      pieces.push(piece);
      piece = [line];
      bytes = (policy.envelopeBytes ?? 0) + line.bytes;
    } else {
      piece.push(line);
      bytes += added;
    }
  }
  pieces.push(piece);
  return pieces;
}

/** Exact size of the body that lines make. */
export function bodyBytes(lines: readonly BatchLine[], policy: Policy): number {
  let bytes = (policy.envelopeBytes ?? 0) + (lines.length - 1) * (policy.separatorBytes ?? 0);
  for (const line of lines) bytes += line.bytes;
  return bytes;
}
