import { newShipment, type Shipment } from '../state/shipment.ts';

/**
 * The two halves of a batch, in order. Their ids say which lines of the whole they are, so that
 * cutting the same batch again, after a crash, gives the same ids to the same lines.
 */
export function halves(whole: Shipment): [Shipment, Shipment] {
  const middle = Math.ceil(whole.lines.length / 2);
  return [part(whole, 0, middle), part(whole, middle, whole.lines.length)];
}

function part(whole: Shipment, start: number, end: number): Shipment {
  const lines = whole.lines.slice(start, end);
  const policy = whole.batch?.policy;
  const separators = (lines.length - 1) * (policy?.separatorBytes ?? 0);
  const bytes = lines.reduce((sum, line) => sum + line.bytes, (policy?.envelopeBytes ?? 0) + separators);
  const from = whole.from + start;
  const id = `${rootId(whole)}.${from}-${from + lines.length}`;
  const { number, destination, key, orderKey, reason, express, openedAt, sealedAt, batch } = whole;
  const rest = { orderKey, reason, express, openedAt, sealedAt, batch, letter: undefined };
  return newShipment({ id, number, from, destination, key, lines, bytes, ...rest });
}

/**
 * The id of the batch that was sealed, of which this may be a part. The id of a whole batch has no
 * full stop.
 */
function rootId({ id }: Shipment): string {
  const dot = id.lastIndexOf('.');
  return dot === -1 ? id : id.slice(0, dot);
}
